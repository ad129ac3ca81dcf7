/** Days without an hour, as the reader writes them. */

import type { Language } from "../lib/texts";

const LOCALES: Record<Language, string> = { en: "en-GB", fr: "fr-FR" };

/** A day that the server wrote as 2026-07-14; no time zone moves it. */
export function day(written: string, language: Language): string {
  const [year, month, date] = written.split("-").map(Number);
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "medium", timeZone: "UTC" }).format(
    Date.UTC(year ?? 1970, (month ?? 1) - 1, date ?? 1),
  );
}
