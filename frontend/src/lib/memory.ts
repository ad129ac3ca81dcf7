/** What this browser keeps between visits: name, language, keys, sound, notifications. */

import { type Language, preferred } from "./texts";

const NAME = "gardefou.name";
const LANGUAGE = "gardefou.language";
const KEYS = "gardefou.keys";
const SOUND = "gardefou.sound";
const NOTICES = "gardefou.notices";

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
  get sound(): boolean {
    return localStorage.getItem(SOUND) !== "off";
  },
  set sound(value: boolean) {
    localStorage.setItem(SOUND, value ? "on" : "off");
  },
  get notices(): boolean {
    return localStorage.getItem(NOTICES) === "on";
  },
  set notices(value: boolean) {
    localStorage.setItem(NOTICES, value ? "on" : "off");
  },
};
