/** The red button: whether everything stands still, one press to stop, two people to go on. */

import { ApiError, fetchSuspension, resume, suspend } from "../api/client";
import type { Outside, Suspension } from "../api/types";
import type { Desk } from "./desk.svelte";
import { plain } from "./format";

/** On whose behalf somebody may press. */
export const ORIGINS: readonly Outside[] = ["operator", "controller", "prefect", "dpo", "cnil"];

/** Shortest reason that the server takes, characters. */
export const SHORTEST = 3;

/** Events come in bursts, one for each camera: one reading is enough for all of them, ms. */
const SOON_MS = 300;

export class RedButton {
  /** As last heard; null until the server said how it stands. */
  standing = $state<Suspension | null>(null);
  /** Whether the dialog is open; a session that ends meanwhile does not forget it. */
  asked = $state(false);
  reason = $state("");
  origin = $state<Outside>("operator");
  /** Everything is stopped, but the journal could not take it. */
  untraced = $state(false);

  readonly suspended = $derived(this.standing?.suspended ?? false);

  readonly #desk: Desk;
  /** Counts readings, so that a late answer does not undo a newer one. */
  #readings = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Whether whoever is here may press now. */
  get offered(): boolean {
    return !this.#desk.locked && this.#desk.may("suspend") && !this.suspended;
  }

  ask(): void {
    if (this.offered) this.asked = true;
  }

  dismiss(): void {
    this.asked = false;
    this.reason = "";
    this.origin = "operator";
  }

  /** How it stands now; what was last heard stays when the server cannot say. */
  async read(): Promise<void> {
    const reading = ++this.#readings;
    try {
      const standing = await fetchSuspension();
      if (reading === this.#readings) this.#take(standing);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  readSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.read(), SOON_MS);
  }

  /** Stop everything; the server's refusal is thrown. */
  async stop(): Promise<void> {
    const origin = this.origin;
    const said = plain(this.reason);
    const motive = said.length < SHORTEST ? null : said;
    try {
      this.#answered(await this.#press(origin, motive));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "web.error.journal") throw error;
      this.#answered({ suspended: true, origin, motive, since: new Date().toISOString() });
      this.untraced = true;
    }
    this.dismiss();
  }

  /** Propose to go on, or confirm it; the server's refusal is thrown. */
  async goOn(motive: string, person: string | null): Promise<void> {
    this.#answered(await resume({ motive: plain(motive), person: person && plain(person) }));
  }

  /** A press is not lost for its words: when they are refused it goes without them. */
  async #press(origin: Outside, motive: string | null): Promise<Suspension> {
    const name = this.#desk.typedName;
    try {
      return await suspend({ origin, motive, person: name && plain(name) });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 422) throw error;
      return await suspend({ origin });
    }
  }

  #answered(standing: Suspension): void {
    this.#readings++;
    this.#take(standing);
  }

  #take(standing: Suspension): void {
    if (this.suspended && !standing.suspended) {
      this.#desk.announcement = this.#desk.t("web.suspension.over");
    }
    if (!standing.suspended) this.untraced = false;
    this.standing = standing;
  }
}
