/** Times and sizes as the reader writes them; the server speaks UTC seconds and bytes. */

import type { Language } from "./texts";

const LOCALES: Record<Language, string> = { en: "en-GB", fr: "fr-FR" };

const TIME: Intl.DateTimeFormatOptions = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
};
const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
const FULL: Intl.DateTimeFormatOptions = {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  ...TIME,
};

/** Hours, minutes and seconds; with the day before it when that is not today. */
export function clock(seconds: number, language: Language, now: Date = new Date()): string {
  const date = new Date(seconds * 1000);
  const time = date.toLocaleTimeString(LOCALES[language], TIME);
  if (date.toDateString() === now.toDateString()) return time;
  return `${date.toLocaleDateString(LOCALES[language], DAY)}, ${time}`;
}

/** Day and time in full. */
export function moment(seconds: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], FULL).format(new Date(seconds * 1000));
}

/** For the `datetime` attribute. */
export function machineTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Bytes in megabytes or gigabytes. */
export function size(bytes: number, language: Language): string {
  const [unit, value] = bytes >= 1e9 ? ["gigabyte", bytes / 1e9] : ["megabyte", bytes / 1e6];
  return new Intl.NumberFormat(LOCALES[language], {
    style: "unit",
    unit: unit as string,
    maximumFractionDigits: 1,
  }).format(value as number);
}

/** The person's name in how the journal calls them: `desk:Anna`, `account:a.weil`. */
export function nameOf(actor: string): string {
  return actor.slice(actor.indexOf(":") + 1);
}

/** Words as the journal takes them: one line, with plain spaces in the place of any other. */
export function plain(words: string): string {
  return words.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
}

/** A number with at most so many digits after the decimal mark. */
export function decimal(value: number, digits: number, language: Language): string {
  return value.toLocaleString(LOCALES[language], { maximumFractionDigits: digits });
}
