/** The alerts that the page knows, kept in order: one of ten thousand changes without sorting. */

import type { Alert } from "../api/types";
import { type Arranged, newer, newestFirst } from "./order";

export class Book {
  readonly #known = new Map<string, Alert>();
  readonly #due: Alert[] = [];
  readonly #done: Alert[] = [];

  get(id: string): Alert | undefined {
    return this.#known.get(id);
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  ids(): string[] {
    return [...this.#known.keys()];
  }

  /** Keep an alert, or what of two readings of it knows more. */
  put(alert: Alert): void {
    const known = this.#known.get(alert.id);
    if (known) take(this.#part(known), known);
    const kept = known ? newer(known, alert) : alert;
    this.#known.set(kept.id, kept);
    const part = this.#part(kept);
    part.splice(place(part, kept), 0, kept);
  }

  delete(id: string): void {
    const known = this.#known.get(id);
    if (!known) return;
    take(this.#part(known), known);
    this.#known.delete(id);
  }

  clear(): void {
    this.#known.clear();
    this.#due.length = this.#done.length = 0;
  }

  /** Both parts as they are now, each from the newest to the oldest. */
  arranged(): Arranged {
    return { due: [...this.#due], done: [...this.#done] };
  }

  #part(alert: Alert): Alert[] {
    return alert.review === null ? this.#due : this.#done;
  }
}

/** Where an alert stands in an ordered part, or belongs. */
function place(part: Alert[], alert: Alert): number {
  let low = 0;
  let high = part.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (newestFirst(part[middle] as Alert, alert) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function take(part: Alert[], alert: Alert): void {
  const at = place(part, alert);
  if (part[at]?.id === alert.id) part.splice(at, 1);
}
