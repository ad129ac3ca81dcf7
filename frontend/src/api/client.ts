/** The server's API as functions; a refusal becomes an `ApiError` with a text in both languages. */

import type {
  Alert,
  AlertPage,
  Bilingual,
  Export,
  ExportRequest,
  Finding,
  FindingAnswer,
  LabelRequest,
  LiveRequest,
  LiveTicket,
  Presence,
  Problem,
  ResumptionRequest,
  ReviewRequest,
  Load,
  Marking,
  Session,
  Shift,
  Situation,
  State,
  Suspension,
  SuspensionRequest,
  ViewGranted,
  ViewRequest,
} from "./types";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly text: Bilingual | null,
    readonly code: string | null = null,
  ) {
    super(text?.en ?? "no answer");
  }
}

/** Which part of the alerts a list shows. */
export interface AlertQuery {
  reviewed: boolean;
  camera: string;
  situation: Situation | "";
  before?: string;
}

const REVIEWED = ["confirmed", "refuted", "doubtful"];
const FIRST_PAGE = "50";
const OLDER_PAGE = "200";

/** What every request that changes something repeats, so that no other page can make it. */
let csrf = "";

/** What happens when the server says that nobody is logged in (any more). */
let loggedOut: () => void = () => undefined;

export function whenLoggedOut(act: () => void): void {
  loggedOut = act;
}

export async function fetchSession(): Promise<Session> {
  return held(await request<Session>("/api/session"));
}

export async function logIn(name: string, password: string): Promise<Session> {
  return held(await request<Session>("/api/session", { name, password }));
}

export async function giveCode(code: string): Promise<Session> {
  return held(await request<Session>("/api/session/second-factor", { code }));
}

export async function logOut(): Promise<Session> {
  return held(await request<Session>("/api/session/end", {}));
}

function held(session: Session): Session {
  csrf = session.csrf ?? "";
  return session;
}

export async function askView(id: string, why: ViewRequest): Promise<ViewGranted> {
  return request<ViewGranted>(`/api/alerts/${id}/view`, why);
}

export async function fetchExports(): Promise<Export[]> {
  return request<Export[]>("/api/exports");
}

export async function proposeExport(id: string, what: ExportRequest): Promise<Export> {
  return request<Export>(`/api/alerts/${id}/exports`, what);
}

export async function approveExport(id: string): Promise<Export> {
  return request<Export>(`/api/exports/${id}/approval`, {});
}

export async function fetchState(): Promise<State> {
  return request<State>("/api/state");
}

export async function fetchLoad(): Promise<Load> {
  return request<Load>("/api/load");
}

export async function fetchTexts(language: string): Promise<Record<string, string>> {
  return request<Record<string, string>>(`/api/texts/${language}`);
}

export async function fetchAlerts(query: AlertQuery): Promise<AlertPage> {
  const search = new URLSearchParams({ limit: query.before ? OLDER_PAGE : FIRST_PAGE });
  for (const state of query.reviewed ? REVIEWED : ["unreviewed"]) search.append("state", state);
  if (query.camera) search.set("camera", query.camera);
  if (query.situation) search.set("situation", query.situation);
  if (query.before) search.set("before", query.before);
  return request<AlertPage>(`/api/alerts?${search}`);
}

export async function fetchAlert(id: string): Promise<Alert> {
  return request<Alert>(`/api/alerts/${id}`);
}

/** Whether a clip that was asked for waits until those of others are marked. */
export async function fetchMarking(id: string): Promise<Marking> {
  return request<Marking>(`/api/alerts/${id}/marking`);
}

export async function sendReview(id: string, review: ReviewRequest): Promise<Alert> {
  return request<Alert>(`/api/alerts/${id}/review`, review);
}

export async function sendLabel(id: string, label: LabelRequest): Promise<void> {
  return request<void>(`/api/accountability/alerts/${id}/label`, label);
}

/** Say which alert is open here; the answer says what is open at the other desks. */
export async function sayPresence(
  desk: string,
  alertId: string | null,
  person: string | null,
): Promise<Presence> {
  return request<Presence>("/api/presence", { desk, alert_id: alertId, person });
}

/** What whoever is here decided in the last hours. */
export async function fetchShift(hours: number, viewer: string): Promise<Shift> {
  const search = new URLSearchParams({ hours: String(hours), viewer });
  return request<Shift>(`/api/shift?${search}`);
}

export async function fetchSuspension(): Promise<Suspension> {
  return request<Suspension>("/api/suspension");
}

export async function suspend(why: SuspensionRequest): Promise<Suspension> {
  return request<Suspension>("/api/suspension", why);
}

export async function resume(why: ResumptionRequest): Promise<Suspension> {
  return request<Suspension>("/api/suspension/resumption", why);
}

export async function fetchFindings(): Promise<Finding[]> {
  return request<Finding[]>("/api/accountability/findings");
}

export async function answerFinding(number: number, answer: FindingAnswer): Promise<Finding> {
  return request<Finding>(`/api/accountability/findings/${number}/answer`, answer);
}

export async function askLive(cameraId: string, ask: LiveRequest): Promise<LiveTicket> {
  return request<LiveTicket>(`/api/live/${encodeURIComponent(cameraId)}`, ask);
}

/** The address of a piece of evidence, naming who looks: it is written in the journal. */
export function evidenceUrl(url: string, viewer: string): string {
  return `${url}?${new URLSearchParams({ viewer })}`;
}

/** Why a picture did not come, in the server's words. */
export async function whyRefused(url: string): Promise<Bilingual | null> {
  try {
    await request(url);
  } catch (error) {
    if (error instanceof ApiError) return error.text;
  }
  return null;
}

export async function request<T>(
  url: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await answered(url, body, signal);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** A picture that is asked for in the journal first; it stays in memory. */
export async function postForPicture(url: string, body: unknown): Promise<Blob> {
  return (await answered(url, body)).blob();
}

async function answered(
  url: string,
  body?: unknown,
  signal: AbortSignal | null = null,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(
      url,
      body === undefined
        ? { signal }
        : {
            signal,
            method: "POST",
            headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
            body: JSON.stringify(body),
          },
    );
  } catch {
    throw new ApiError(0, null);
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => null)) as Problem | null;
    if (problem?.code === "accounts.log_in.needed") loggedOut();
    throw new ApiError(response.status, problem?.message ?? null, problem?.code ?? null);
  }
  return response;
}
