/** Shares, rates and delays as a reader writes them; the server sends plain numbers. */

import type { FieldRow } from "../api/types";
import type { Language } from "../lib/texts";

const LOCALES: Record<Language, string> = { en: "en-GB", fr: "fr-FR" };

/** A share of 0..1 in whole percent: more digits would claim more than a few alerts can say. */
export function percent(share: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language], {
    style: "percent",
    maximumFractionDigits: 0,
  }).format(share);
}

/** A number with at most two significant digits beside the whole ones. */
export function figure(value: number, language: Language): string {
  const digits = value >= 10 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 2 };
  return new Intl.NumberFormat(LOCALES[language], digits).format(value);
}

/** Seconds up to two minutes, then minutes: the unit and the number. */
export function duration(seconds: number): { unit: "seconds" | "minutes"; value: number } {
  return seconds < 120
    ? { unit: "seconds", value: seconds }
    : { unit: "minutes", value: seconds / 60 };
}

/** Whether the field's precision is surely below the evaluation's: the whole interval is. */
export function surelyBelow(row: FieldRow): boolean {
  return (
    !row.few &&
    row.high !== null &&
    row.evaluated_precision !== null &&
    row.high < row.evaluated_precision
  );
}

/** The lines of one cut, of one situation or of all. */
export function chosen(rows: FieldRow[], cut: FieldRow["cut"], situation: string): FieldRow[] {
  return rows.filter(
    (each) => each.cut === cut && (situation === "" || each.situation === situation),
  );
}
