/** The workshop's requests. */

import { ApiError, postForPicture, request } from "../api/client";
import type {
  CameraChange,
  Changed,
  GroundGrid,
  History,
  KeptMinute,
  Probe,
  SiteVersion,
  SiteVersionDetail,
  Transport,
  TrialOutcome,
  TrialRequest,
  WorkshopSite,
} from "../api/types";
import type { Pair } from "./draft";

export { ApiError };

export interface Who {
  person: string | null;
  motive: string;
  base: number;
}

const path = (id: string): string => `/api/workshop/cameras/${encodeURIComponent(id)}`;

export const fetchSite = (): Promise<WorkshopSite> => request("/api/workshop/site");

export const changeCamera = (change: CameraChange): Promise<Changed> =>
  request("/api/workshop/cameras", change);

export const removeCamera = (id: string, who: Who): Promise<Changed> =>
  request(`${path(id)}/withdrawal`, who);

export const probeStream = (
  person: string | null,
  source: string,
  transport: Transport,
  camera_id: string | null,
): Promise<Probe> => request("/api/workshop/probe", { person, source, transport, camera_id });

export const fetchPlace = (id: string, person: string | null): Promise<Blob> =>
  postForPicture(`${path(id)}/place`, { person });

export const fetchHistory = (id: string): Promise<History> => request(`${path(id)}/health`);

export const fetchVersions = (): Promise<SiteVersion[]> => request("/api/workshop/versions");

export const fetchVersion = (number: number): Promise<SiteVersionDetail> =>
  request(`/api/workshop/versions/${number}`);

export const restoreVersion = (number: number, who: Who): Promise<Changed> =>
  request(`/api/workshop/versions/${number}/restoration`, who);

export const layGrid = (points: readonly Pair[]): Promise<GroundGrid> =>
  request("/api/workshop/ground", { points });

export const keepMinute = (
  id: string,
  person: string | null,
  wanted: boolean,
): Promise<KeptMinute> => request(`${path(id)}/minute`, { person, wanted });

export const tryOut = (
  id: string,
  trial: TrialRequest,
  signal: AbortSignal,
): Promise<TrialOutcome> => request(`${path(id)}/trial`, trial, signal);
