/** How urgent a camera's state is, and the words for it. */

import type { Camera, CameraState } from "../api/types";
import type { Desk } from "./desk.svelte";
import { clock } from "./format";

export type Level = "good" | "due" | "bad";

/** The states in the order in which they ask for attention. */
export const STATES: readonly CameraState[] = [
  "blocked",
  "refused",
  "stalled",
  "stopped",
  "reconnecting",
  "starting",
  "running",
];

const PASSING = new Set<CameraState>(["starting", "reconnecting"]);

export function levelOf(state: CameraState): Level {
  if (state === "running") return "good";
  return PASSING.has(state) ? "due" : "bad";
}

/** States in which nobody may watch live; the server refuses by itself. */
const DARK = new Set<CameraState>(["blocked", "refused", "stopped"]);

export function showsNothing(camera: Camera): boolean {
  return DARK.has(camera.health.state);
}

/** The state, and since when unless all is well. */
export function standing(desk: Desk, camera: Camera): string {
  const { state, since } = camera.health;
  const said = desk.t(`web.camera_state.${state}`);
  if (since === null || state === "running") return said;
  return desk.t("web.cameras.since", { state: said, time: clock(since, desk.language) });
}
