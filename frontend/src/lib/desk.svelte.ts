/** The desk's state: what the server said, what the operator chose, and the few verbs on both. */

import { SvelteMap } from "svelte/reactivity";
import {
  ApiError,
  fetchAlert,
  fetchAlerts,
  fetchState,
  fetchTexts,
  sendReview,
} from "../api/client";
import { listen } from "../api/events";
import type { Alert, AlertEvent, Camera, CameraHealth, FollowUp, Situation, State, System, Trust, Verdict } from "../api/types";
import { clock } from "./format";
import { memory } from "./memory";
import { afterReview, arrange, neighbour, newer } from "./order";
import { fill, type Language } from "./texts";

export type Connection = "connecting" | "live" | "lost";

/** How often the state is read anew although nothing was heard, ms. */
const STATE_AGAIN_MS = 60_000;

export class Desk {
  language = $state<Language>(memory.language);
  name = $state(memory.name);
  keys = $state(memory.keys);
  connection = $state<Connection>("connecting");
  state = $state<State | null>(null);
  camera = $state("");
  situation = $state<Situation | "">("");
  selectedId = $state<string | null>(null);
  followUp = $state<FollowUp>("none");
  saving = $state(false);
  /** Read out by screen readers, politely. */
  announcement = $state("");
  /** What just happened to the operator's own request; shown beside the decision. */
  notice = $state<{ kind: "done" | "problem"; text: string } | null>(null);

  #texts = $state<Record<string, string>>({});
  #alerts = new SvelteMap<string, Alert>();
  #older = $state<{ due: string | null; done: string | null }>({ due: null, done: null });
  /** Nobody is looking at anything in particular: the next alert may open by itself. */
  #idle = true;
  /** Counts readings of the list, so that a late answer does not undo a newer one. */
  #readings = 0;

  readonly list = $derived(arrange(this.#alerts.values()));
  readonly selected = $derived(
    this.selectedId === null ? null : (this.#alerts.get(this.selectedId) ?? null),
  );
  readonly ready = $derived(Object.keys(this.#texts).length > 0);

  /** Begin; returns the verb that ends it. */
  start(): () => void {
    void this.speak(this.language);
    const stopListening = listen({
      alert: (event) => this.#heard(event),
      camera: (health) => this.#health(health),
      system: (system) => this.#system(system),
      resync: () => void this.reload(),
      connected: (connected) => {
        this.connection = connected ? "live" : "lost";
      },
    });
    const timer = setInterval(() => void this.#readState(), STATE_AGAIN_MS);
    return () => {
      stopListening();
      clearInterval(timer);
    };
  }

  /** How far a situation may be trusted, as measured for this version. */
  trustIn(situation: Situation): Trust | null {
    return this.state?.trust[situation] ?? null;
  }

  /** The text of a key in the reader's language. */
  t(key: string, fields: Record<string, string | number> = {}): string {
    return fill(this.#texts[key] ?? key, fields);
  }

  async speak(language: Language): Promise<void> {
    try {
      this.#texts = await fetchTexts(language);
      this.language = language;
      memory.language = language;
    } catch {
      if (!this.ready) setTimeout(() => void this.speak(language), 2000);
    }
  }

  introduce(name: string): void {
    this.name = name.trim();
    memory.name = this.name;
  }

  switchKeys(on: boolean): void {
    this.keys = on;
    memory.keys = on;
  }

  cameraOf(id: string): Camera | null {
    return this.state?.cameras.find((camera) => camera.id === id) ?? null;
  }

  cameraName(id: string): string {
    return this.cameraOf(id)?.name ?? id;
  }

  /** Read everything anew: at the start, after a lost connection, when a filter changes. */
  async reload(): Promise<void> {
    const reading = ++this.#readings;
    try {
      const [, due, done] = await Promise.all([
        this.#readState(),
        fetchAlerts({ reviewed: false, camera: this.camera, situation: this.situation }),
        fetchAlerts({ reviewed: true, camera: this.camera, situation: this.situation }),
      ]);
      if (reading !== this.#readings) return;
      const fresh = new Map([...due.alerts, ...done.alerts].map((alert) => [alert.id, alert]));
      if (this.selected !== null && !this.#fits(this.selected)) this.select(null);
      for (const id of [...this.#alerts.keys()]) {
        if (!fresh.has(id) && id !== this.selectedId) this.#alerts.delete(id);
      }
      for (const alert of fresh.values()) this.#keep(alert);
      this.#older = { due: due.next, done: done.next };
      await this.#checkSelected(fresh);
      this.#openNextIfIdle();
    } catch (error) {
      this.#report(error);
    }
  }

  /** Whether older alerts wait in a part of the list. */
  hasOlder(part: "due" | "done"): boolean {
    return this.#older[part] !== null;
  }

  async showOlder(part: "due" | "done"): Promise<void> {
    const before = this.#older[part];
    if (before === null) return;
    try {
      const page = await fetchAlerts({
        reviewed: part === "done",
        camera: this.camera,
        situation: this.situation,
        before,
      });
      for (const alert of page.alerts) this.#keep(alert);
      this.#older[part] = page.next;
    } catch (error) {
      this.#report(error);
    }
  }

  select(id: string | null): void {
    if (id === this.selectedId) return;
    this.selectedId = id;
    this.#idle = id === null;
    this.notice = null;
    this.followUp = this.selected?.review?.follow_up ?? "none";
  }

  move(step: 1 | -1): void {
    this.select(neighbour(this.list, this.selectedId, step));
  }

  /** Decide about the selected alert, then go to the next one to review. */
  async decide(verdict: Verdict): Promise<void> {
    const alert = this.selected;
    if (alert === null || this.saving) return;
    if (this.name === "") {
      this.notice = { kind: "problem", text: this.t("web.review.needs_name") };
      return;
    }
    this.saving = true;
    const next = afterReview(this.list.due, alert.id);
    try {
      const decided = await sendReview(alert.id, {
        verdict,
        follow_up: this.followUp,
        reviewer: this.name,
        seen_reviews: alert.review_count,
      });
      this.#keep(decided);
      this.#goOn(alert, verdict, next);
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) await this.#refresh(alert.id);
      this.#report(error);
    } finally {
      this.saving = false;
    }
  }

  #goOn(alert: Alert, verdict: Verdict, next: string | null): void {
    const first = alert.review === null;
    const said = this.t(`storage.verdict.${verdict}`);
    const key = !first ? "saved" : next === null ? "saved_last" : "saved_next";
    if (first && next !== null) this.select(next);
    if (first && next === null) this.#idle = true;
    const text = this.t(`web.review.${key}`, { verdict: said });
    this.notice = { kind: "done", text };
    this.announcement = text;
  }

  #heard(event: AlertEvent): void {
    const { alert, change } = event;
    const known = this.#alerts.has(alert.id);
    if (!known && !this.#fits(alert)) return;
    this.#keep(alert);
    if (change === "opened" && !known) {
      this.announcement = this.t("web.alerts.new", {
        situation: this.t(`situations.${alert.situation}.name`),
        camera: this.cameraName(alert.camera_id),
        time: clock(alert.opened_at, this.language),
      });
    }
    this.#openNextIfIdle();
  }

  #fits(alert: Alert): boolean {
    return (
      (this.camera === "" || alert.camera_id === this.camera) &&
      (this.situation === "" || alert.situation === this.situation)
    );
  }

  #keep(alert: Alert): void {
    const known = this.#alerts.get(alert.id);
    this.#alerts.set(alert.id, known ? newer(known, alert) : alert);
  }

  async #refresh(id: string): Promise<void> {
    this.#keep(await fetchAlert(id));
  }

  /** What is on screen but not on the pages just read may have changed, or been erased. */
  async #checkSelected(fresh: Map<string, Alert>): Promise<void> {
    const id = this.selectedId;
    if (id === null || fresh.has(id)) return;
    try {
      await this.#refresh(id);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
      this.#alerts.delete(id);
      this.select(null);
    }
  }

  #openNextIfIdle(): void {
    const next = this.list.due[0];
    if (this.#idle && next) this.select(next.id);
  }

  async #readState(): Promise<void> {
    this.state = await fetchState();
  }

  #health(health: CameraHealth): void {
    const camera = this.cameraOf(health.camera_id);
    if (camera) camera.health = health;
  }

  #system(system: System): void {
    if (this.state) this.state.system = system;
  }

  #report(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    const text = error.text?.[this.language] ?? this.t("web.error.network");
    this.notice = { kind: "problem", text };
  }
}
