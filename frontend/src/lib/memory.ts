/** What this browser keeps between visits: name, language, whether single keys act. */

import { type Language, preferred } from "./texts";

const NAME = "gardefou.name";
const LANGUAGE = "gardefou.language";
const KEYS = "gardefou.keys";

export const memory = {
  get name(): string {
    return localStorage.getItem(NAME) ?? "";
  },
  set name(value: string) {
    localStorage.setItem(NAME, value);
  },
  get language(): Language {
    const kept = localStorage.getItem(LANGUAGE);
    return preferred(kept ? [kept] : navigator.languages);
  },
  set language(value: Language) {
    localStorage.setItem(LANGUAGE, value);
  },
  get keys(): boolean {
    return localStorage.getItem(KEYS) !== "off";
  },
  set keys(value: boolean) {
    localStorage.setItem(KEYS, value ? "on" : "off");
  },
};
