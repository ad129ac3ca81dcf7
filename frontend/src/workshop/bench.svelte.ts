/** The workshop's state: the site as the server has it, the camera on the bench, its past. */

import type { Mistake, SiteVersion, WorkshopSite } from "../api/types";
import type { Desk } from "../lib/desk.svelte";
import { ApiError, changeCamera, fetchSite, fetchVersions, removeCamera, restoreVersion } from "./api";
import { documentOf, type CameraDraft } from "./draft";
import { begun, redone, stepped, undone, type Past } from "./history";

const NEW: CameraDraft = { id: "", name: "" };

export class Bench {
  site = $state.raw<WorkshopSite | null>(null);
  versions = $state.raw<SiteVersion[]>([]);
  /** The camera whose draft lies here; null for one that is new. */
  cameraId = $state<string | null>(null);
  isNew = $state(false);
  mistakes = $state.raw<Mistake[]>([]);
  said = $state<{ kind: "done" | "problem"; text: string } | null>(null);
  busy = $state(false);
  motive = $state("");
  siteName = $state("");
  timezone = $state(Intl.DateTimeFormat().resolvedOptions().timeZone || "Europe/Paris");
  #past = $state.raw<Past<CameraDraft>>(begun(NEW));

  readonly draft = $derived(this.#past.now);
  readonly canUndo = $derived(this.#past.before.length > 0);
  readonly canRedo = $derived(this.#past.after.length > 0);
  readonly onBench = $derived(this.isNew || this.cameraId !== null);
  readonly isChanged = $derived(
    this.onBench && documentOf(this.draft) !== documentOf(this.#saved()),
  );

  constructor(readonly desk: Desk) {}

  async read(): Promise<void> {
    await this.trying(async () => {
      const [site, versions] = await Promise.all([fetchSite(), fetchVersions()]);
      this.site = site;
      this.versions = versions;
      const first = site.cameras[0];
      if (!this.onBench && first) this.take(first.id);
      else if (!this.onBench) this.add();
    });
  }

  take(id: string): void {
    this.cameraId = id;
    this.isNew = false;
    this.said = null;
    this.#begin(this.#saved());
  }

  add(): void {
    this.cameraId = null;
    this.isNew = true;
    this.said = null;
    const clip = this.site?.clips[0];
    this.#begin(clip ? { ...NEW, source: clip } : NEW);
  }

  edit(draft: CameraDraft, name = ""): void {
    this.#past = stepped(this.#past, draft, name);
  }

  undo(): void {
    this.#past = undone(this.#past);
  }

  redo(): void {
    this.#past = redone(this.#past);
  }

  /** What is wrong at a place of the camera, in the reader's language. */
  mistakeAt(...location: (string | number)[]): string {
    const found = this.mistakes.find((each) => each.location.join() === location.join());
    return found?.message[this.desk.language] ?? "";
  }

  async save(): Promise<void> {
    await this.trying(async () => {
      const changed = await changeCamera({
        ...this.who(),
        document: documentOf(this.draft),
        instead_of: this.cameraId,
        only_check: false,
        name: this.siteName,
        timezone: this.timezone,
      });
      this.mistakes = changed.mistakes;
      if (changed.version === null) {
        const count = changed.mistakes.length;
        this.said = { kind: "problem", text: this.desk.t("workshop.mistakes", { count }) };
        return;
      }
      const id = this.draft.id;
      this.cameraId = id;
      this.isNew = false;
      await this.#applied(changed.version);
      this.#begin(this.#saved());
    });
  }

  async remove(): Promise<void> {
    const id = this.cameraId;
    if (id === null) return;
    await this.trying(async () => {
      const changed = await removeCamera(id, this.who());
      const first = changed.mistakes[0];
      if (first) this.said = { kind: "problem", text: first.message[this.desk.language] };
      if (changed.version === null) return;
      this.cameraId = null;
      await this.#applied(changed.version);
    });
  }

  async restore(number: number): Promise<void> {
    await this.trying(async () => {
      const changed = await restoreVersion(number, this.who());
      const first = changed.mistakes[0];
      if (first) this.said = { kind: "problem", text: first.message[this.desk.language] };
      if (changed.version === null) return;
      this.cameraId = null;
      this.isNew = false;
      await this.#applied(changed.version);
    });
  }

  /** Do something with the server; a refusal is said, and nothing typed is lost. */
  async trying(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.said = null;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const text = error.text?.[this.desk.language] ?? this.desk.t("web.error.network");
      this.said = { kind: "problem", text };
    } finally {
      this.busy = false;
    }
  }

  who(): { person: string | null; motive: string; base: number } {
    const base = this.site?.version ?? 0;
    return { person: this.desk.typedName, motive: this.motive, base };
  }

  #saved(): CameraDraft {
    const found = this.site?.cameras.find((each) => each.id === this.cameraId);
    return found ? (JSON.parse(found.document) as CameraDraft) : NEW;
  }

  #begin(draft: CameraDraft): void {
    this.#past = begun(draft);
    this.mistakes = [];
  }

  async #applied(version: number): Promise<void> {
    const [site, versions] = await Promise.all([fetchSite(), fetchVersions()]);
    this.site = site;
    this.versions = versions;
    this.motive = "";
    this.mistakes = [];
    if (this.cameraId === null && !this.isNew && site.cameras[0]) this.take(site.cameras[0].id);
    await this.desk.reload();
    this.said = { kind: "done", text: this.desk.t("workshop.saved", { number: version }) };
  }
}
