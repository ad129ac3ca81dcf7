/** Which alert comes when: unreviewed first, newest first, and where an operator goes next. */

import type { Alert } from "../api/types";

export interface Arranged {
  due: Alert[];
  done: Alert[];
}

/** Negative when `a` stands before `b`, zero for the same alert. */
export function newestFirst(a: Alert, b: Alert): number {
  if (a.id === b.id) return 0;
  return b.opened_at - a.opened_at || (a.id < b.id ? 1 : -1);
}

/** The alert `step` places further down the list; stays at its ends, starts at its head. */
export function neighbour(list: Arranged, id: string | null, step: 1 | -1): string | null {
  const all = [...list.due, ...list.done];
  const index = all.findIndex((alert) => alert.id === id);
  if (index < 0) return all[0]?.id ?? null;
  return all[Math.min(Math.max(index + step, 0), all.length - 1)]?.id ?? null;
}

/** Where to go after deciding about `id`: the next older one to review, else the newest one. */
export function afterReview(due: Alert[], id: string): string | null {
  const index = due.findIndex((alert) => alert.id === id);
  const rest = due.filter((alert) => alert.id !== id);
  return (rest[Math.max(index, 0)] ?? rest[0])?.id ?? null;
}

/** Of two readings of one alert, the one that knows more: an alert only ever gains facts. */
export function newer(a: Alert, b: Alert): Alert {
  return facts(b) >= facts(a) ? b : a;
}

function facts(alert: Alert): number {
  const settled = alert.evidence.filter((each) => each.state !== "pending").length;
  const said = alert.review_count * 100 + alert.labels.length * 20;
  return said + (alert.closed_at === null ? 0 : 10) + settled;
}

/** What belongs together under a key, in the order in which it came. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
