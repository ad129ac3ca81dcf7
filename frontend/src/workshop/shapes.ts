/** Geometry of drawing: everything in fractions of the picture, x to the right and y downwards. */

import type { Point } from "./draft";

/** Within this of an edge of the picture or another corner, a dragged corner goes there. */
export const SNAP = 0.015;

/** One press of an arrow key; with Shift four times as much. */
export const STEP = 0.005;

const DIGITS = 1e4;

export function clamp(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * DIGITS) / DIGITS;
}

export function within([x, y]: Point): Point {
  return [clamp(x), clamp(y)];
}

/** Where a dragged corner comes to lie: on a corner nearby, on the picture's edge, or as dragged. */
export function snapped(point: Point, others: readonly Point[], reach = SNAP): Point {
  let best: Point | null = null;
  let least = reach;
  for (const other of others) {
    const distance = Math.hypot(other[0] - point[0], other[1] - point[1]);
    if (distance < least) [best, least] = [other, distance];
  }
  if (best) return [best[0], best[1]];
  const edge = (value: number): number => (value < reach ? 0 : value > 1 - reach ? 1 : value);
  return within([edge(point[0]), edge(point[1])]);
}

export function moved(corners: readonly Point[], index: number, to: Point): Point[] {
  return corners.map((each, at) => (at === index ? within(to) : each));
}

/** The whole shape moved, no farther than the picture's edges allow. */
export function shifted(corners: readonly Point[], by: Point): Point[] {
  const room = (axis: 0 | 1): number => {
    const values = corners.map((each) => each[axis]);
    return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by[axis]));
  };
  const [dx, dy] = [room(0), room(1)];
  return corners.map(([x, y]) => within([x + dx, y + dy]));
}

/** A corner more, in the middle of the edge that begins at `index`. */
export function withCornerAfter(corners: readonly Point[], index: number): Point[] {
  const [a, b] = [corners[index], corners[(index + 1) % corners.length]];
  if (!a || !b) return [...corners];
  const middle = within([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
  return [...corners.slice(0, index + 1), middle, ...corners.slice(index + 1)];
}

/** A corner less, but never fewer than `least`. */
export function withoutCorner(corners: readonly Point[], index: number, least: number): Point[] {
  if (corners.length <= least) return [...corners];
  return corners.filter((_, at) => at !== index);
}

export function middle(corners: readonly Point[]): Point {
  const sum = corners.reduce<Point>((all, each) => [all[0] + each[0], all[1] + each[1]], [0, 0]);
  const count = Math.max(1, corners.length);
  return [sum[0] / count, sum[1] / count];
}

/** How an arrow key moves; null for any other key. */
export function stepOf(key: string, large: boolean): Point | null {
  const step = large ? STEP * 4 : STEP;
  const moves: Record<string, Point> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  return moves[key] ?? null;
}

/** A direction turned by degrees, clockwise as seen, of length 1. */
export function turned([x, y]: Point, degrees: number): Point {
  const angle = Math.atan2(y, x) + (degrees * Math.PI) / 180;
  return unit([Math.cos(angle), Math.sin(angle)]);
}

export function unit([x, y]: Point): Point {
  const length = Math.hypot(x, y) || 1;
  const round = (value: number): number => Math.round((value / length) * DIGITS) / DIGITS;
  return [round(x), round(y)];
}

export function pathOf(corners: readonly Point[], width: number, height: number): string {
  return corners.map(([x, y]) => `${x * width},${y * height}`).join(" ");
}

/** How far round its middle a point on the picture can be seized, CSS px: a finger needs 44 across. */
export function reach(): number {
  return window.matchMedia("(pointer: coarse)").matches ? 22 : 16;
}
