/** Where mandates and suspensions lie on a line of time, in parts of its length. */

export interface Span {
  start: number;
  end: number;
}

export interface Line {
  mandates: Span[];
  suspensions: Span[];
  /** Where now is, 0..1. */
  now: number;
}

interface Dated {
  mandates: readonly { start: string; end: string }[];
  suspensions: readonly { begun: string; ended: string | null }[];
  at: string;
}

/** Everything between the first mandate and the last, or now; null without a mandate. */
export function lineOf(told: Dated): Line | null {
  if (told.mandates.length === 0) return null;
  const now = Date.parse(told.at);
  const first = Math.min(now, ...told.mandates.map((each) => Date.parse(each.start)));
  const last = Math.max(now, ...told.mandates.map((each) => Date.parse(each.end)));
  const part = (time: number): number =>
    Math.min(1, Math.max(0, (time - first) / Math.max(1, last - first)));
  return {
    mandates: told.mandates.map((each) => ({
      start: part(Date.parse(each.start)),
      end: part(Date.parse(each.end)),
    })),
    suspensions: told.suspensions.map((each) => ({
      start: part(Date.parse(each.begun)),
      end: part(each.ended === null ? now : Date.parse(each.ended)),
    })),
    now: part(now),
  };
}

/** Which word a mandate wears. */
export function standing(
  mandate: { start: string; revoked: boolean; current: boolean },
  at: string,
): "revoked" | "in_force" | "to_come" | "over" {
  if (mandate.revoked) return "revoked";
  if (mandate.current) return "in_force";
  return Date.parse(mandate.start) > Date.parse(at) ? "to_come" : "over";
}

/** Midnight, local, of a day as a date field gives it, s; null for an empty field. */
export function dayStart(written: string, daysLater = 0): number | null {
  const [year, month, day] = written.split("-").map(Number);
  if (!year || !month || !day) return null;
  return new Date(year, month - 1, day + daysLater).getTime() / 1000;
}
