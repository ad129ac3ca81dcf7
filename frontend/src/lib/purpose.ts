/** Which purposes of a view say too little by themselves; the server holds to the same. */

import type { Purpose } from "../api/types";

const SAYS_ENOUGH: readonly Purpose[] = ["check_alert", "look_again"];

export function needsWords(purpose: Purpose): boolean {
  return !SAYS_ENOUGH.includes(purpose);
}
