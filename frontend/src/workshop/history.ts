/** What was, so that it can be again: a line of states with a present among them. */

export interface Past<T> {
  before: readonly T[];
  now: T;
  after: readonly T[];
  /** Steps with one name and no pause between them are one: a drag, typing, an arrow held down. */
  name: string;
  at: number;
}

export const MOST_STEPS = 200;
export const PAUSE_MS = 800;

export function begun<T>(now: T): Past<T> {
  return { before: [], now, after: [], name: "", at: 0 };
}

/** A new present; what was undone before is forgotten. */
export function stepped<T>(past: Past<T>, now: T, name = "", at = Date.now()): Past<T> {
  const goesOn = name !== "" && name === past.name && at - past.at < PAUSE_MS;
  const before = goesOn ? past.before : [...past.before, past.now].slice(-MOST_STEPS);
  return { before, now, after: [], name, at };
}

export function undone<T>(past: Past<T>): Past<T> {
  const last = past.before.at(-1);
  if (last === undefined) return past;
  return {
    before: past.before.slice(0, -1),
    now: last,
    after: [past.now, ...past.after],
    name: "",
    at: 0,
  };
}

export function redone<T>(past: Past<T>): Past<T> {
  const [next, ...after] = past.after;
  if (next === undefined) return past;
  return { before: [...past.before, past.now], now: next, after, name: "", at: 0 };
}
