/** The desk's single-key shortcuts, none of which fires while somebody types. */

export type Command = "confirmed" | "refuted" | "doubtful" | "next" | "previous";

const COMMANDS: Record<string, Command> = {
  c: "confirmed",
  r: "refuted",
  d: "doubtful",
  j: "next",
  arrowdown: "next",
  k: "previous",
  arrowup: "previous",
};

/** What is pressed, and where the focus stands; `code` is the key's place, whatever it types. */
export interface Press {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  repeat: boolean;
  tag: string;
}

const TYPING = new Set(["INPUT", "SELECT", "TEXTAREA", "VIDEO"]);

/** The command of a key, if it is one; a key held down decides nothing twice. */
export function commandOf(press: Press): Command | null {
  if (press.ctrlKey || press.altKey || press.metaKey || TYPING.has(press.tag)) return null;
  const command = COMMANDS[press.key.toLowerCase()] ?? null;
  const moves = command === "next" || command === "previous";
  return press.repeat && !moves ? null : command;
}

/** Which follow-up of the list, from 1, a digit's key chooses; French keyboards need no shift. */
export function followUpOf(press: Press): number | null {
  const { ctrlKey, altKey, metaKey, shiftKey, repeat, tag, code } = press;
  if (ctrlKey || altKey || metaKey || shiftKey || repeat || TYPING.has(tag)) return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
  return digit === undefined ? null : Number(digit);
}

/** For assistive technology, which names it to its user. */
export const STOP_KEYS = "Control+Shift+Backspace";

/** The combination that asks to stop everything, also while somebody types; no layout types it. */
export function asksToStop(press: Press): boolean {
  const { key, ctrlKey, shiftKey, altKey, metaKey, repeat } = press;
  return key === "Backspace" && ctrlKey && shiftKey && !altKey && !metaKey && !repeat;
}
