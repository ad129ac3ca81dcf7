/** A camera as its site document has it, while somebody edits it; coordinates are fractions. */

import type { Situation } from "../api/types";

export type Point = [number, number];

export interface Zone {
  id: string;
  situation: Situation;
  polygon: Point[];
  direction?: Point;
  act?: string;
  classes?: string[];
}

export interface Mask {
  id: string;
  polygon: Point[];
}

export interface Line {
  id: string;
  line: Point[];
}

export interface Pair {
  image: Point;
  ground: Point;
}

export interface CameraDraft {
  id: string;
  name: string;
  source?: string;
  transport?: string;
  place?: { name: string; latitude?: number; longitude?: number };
  analysis?: { fps?: number };
  situations?: Partial<Record<Situation, Record<string, number>>>;
  masks?: Mask[];
  sensitive?: (Mask & { kind: string })[];
  zones?: Zone[];
  lines?: Line[];
  calibration?: { points: Pair[] };
}

export const SITUATIONS: readonly Situation[] = [
  "zone_intrusion",
  "wrong_way",
  "abandoned_object",
  "person_down",
  "crowd_density",
  "crowd_movement",
  "fire",
  "weapon",
];

/** Situations that one watches for inside zones. */
export const ZONED: readonly Situation[] = ["zone_intrusion", "wrong_way", "crowd_density"];

/** Situations whose zones choose between persons and vehicles. */
export const CHOOSING: readonly Situation[] = ["zone_intrusion", "wrong_way"];

export type Kind = "zones" | "masks" | "lines";
export const KINDS: readonly Kind[] = ["zones", "masks", "lines"];

/** Which shape: its list and its place in it. */
export interface Picked {
  kind: Kind;
  index: number;
}

/** The corners of a shape, or the two ends of a line. */
export function cornersOf(camera: CameraDraft, picked: Picked): Point[] {
  if (picked.kind === "lines") return camera.lines?.[picked.index]?.line ?? [];
  return camera[picked.kind]?.[picked.index]?.polygon ?? [];
}

/** The camera with a shape's corners replaced. */
export function withCorners(camera: CameraDraft, picked: Picked, corners: Point[]): CameraDraft {
  if (picked.kind === "lines") {
    const lines = (camera.lines ?? []).map((each, index) =>
      index === picked.index ? { ...each, line: corners } : each,
    );
    return { ...camera, lines };
  }
  const shapes = (camera[picked.kind] ?? []).map((each, index) =>
    index === picked.index ? { ...each, polygon: corners } : each,
  );
  return { ...camera, [picked.kind]: shapes };
}

/** A name that no shape of the list has yet. */
export function freshId(taken: readonly string[], stem: string): string {
  for (let number = 1; ; number++) {
    const id = `${stem}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

/** The camera with one more shape, in the middle of the picture; a zone's situation is on. */
export function withShape(camera: CameraDraft, kind: Kind, situation: Situation): CameraDraft {
  const list = camera[kind] ?? [];
  const id = freshId(
    list.map((each) => each.id),
    { zones: "zone", masks: "mask", lines: "line" }[kind],
  );
  if (kind === "lines") {
    return { ...camera, lines: [...(camera.lines ?? []), { id, line: [[0.3, 0.6], [0.7, 0.6]] }] };
  }
  const polygon: Point[] = [[0.35, 0.4], [0.65, 0.4], [0.65, 0.75], [0.35, 0.75]];
  if (kind === "masks") {
    return { ...camera, masks: [...(camera.masks ?? []), { id, polygon }] };
  }
  const zone: Zone = { id, situation, polygon };
  return fitted({ ...camera, zones: [...(camera.zones ?? []), zone] }, camera.zones?.length ?? 0);
}

export function withoutShape(camera: CameraDraft, picked: Picked): CameraDraft {
  const list = (camera[picked.kind] ?? []) as { id: string }[];
  return { ...camera, [picked.kind]: list.filter((_, index) => index !== picked.index) };
}

/** The camera with a zone that has what its situation needs and nothing it does not, switched on. */
export function fitted(camera: CameraDraft, index: number): CameraDraft {
  const zone = camera.zones?.[index];
  if (!zone) return camera;
  const { direction, classes, act, ...rest } = zone;
  const fit: Zone = { ...rest };
  if (act !== undefined || zone.situation === "zone_intrusion") fit.act = act ?? "";
  if (zone.situation === "wrong_way") fit.direction = direction ?? [0, 1];
  if (classes?.length && CHOOSING.includes(zone.situation)) fit.classes = classes;
  const zones = (camera.zones ?? []).map((each, at) => (at === index ? fit : each));
  const situations = { ...camera.situations, [zone.situation]: camera.situations?.[zone.situation] ?? {} };
  return { ...camera, zones, situations };
}

/** What is sent: without empty lists and texts that say nothing. */
export function documentOf(camera: CameraDraft): string {
  const clean: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(camera)) {
    if (Array.isArray(value) && value.length === 0) continue;
    if (value === undefined || value === "") continue;
    clean[key] = value;
  }
  const zones = camera.zones?.map(({ act, ...zone }) => (act ? { ...zone, act } : zone));
  if (zones?.length) clean.zones = zones;
  if (camera.place && !camera.place.name) delete clean.place;
  return JSON.stringify(clean);
}
