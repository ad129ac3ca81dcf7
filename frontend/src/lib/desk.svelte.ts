/** The desk's state: what the server said, what the operator chose, and the few verbs on both. */

import { SvelteMap } from "svelte/reactivity";
import {
  ApiError,
  askView,
  fetchAlert,
  fetchAlerts,
  fetchSession,
  fetchState,
  fetchTexts,
  giveCode,
  logIn,
  logOut,
  sendLabel,
  sendReview,
  whenLoggedOut,
} from "../api/client";
import { listen } from "../api/events";
import type {
  Action,
  Alert,
  AlertEvent,
  Camera,
  CameraHealth,
  FollowUp,
  Person,
  Session,
  Situation,
  State,
  System,
  Trust,
  Verdict,
  ViewRequest,
} from "../api/types";
import { Book } from "./book";
import { clock } from "./format";
import { memory } from "./memory";
import { afterReview, neighbour } from "./order";
import { Others } from "./presence.svelte";
import { RedButton } from "./red.svelte";
import { Signal } from "./signal.svelte";
import { fill, type Language } from "./texts";

export type Connection = "connecting" | "live" | "lost";

/** What was told while something was read: the newest of each. */
interface News {
  alerts: Map<string, Alert>;
  cameras: Map<string, CameraHealth>;
  system: System | null;
}

/** How often the state is read anew although nothing was heard, ms. */
const STATE_AGAIN_MS = 60_000;

export class Desk {
  language = $state<Language>(memory.language);
  /** Who is logged in; null until the server said whether anybody must be. */
  session = $state<Session | null>(null);
  /** The session ended while somebody worked: what they typed is kept for their return. */
  interrupted = $state(false);
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

  readonly red = new RedButton(this);
  readonly signal = new Signal();
  readonly others = new Others();

  /** The name as typed, at a desk without accounts. */
  #typed = $state(memory.name);
  /** Until when the pictures of an alert may be looked at, because somebody said why. */
  #views = new SvelteMap<string, number>();
  #last = $state<Person | null>(null);
  #stopListening: (() => void) | null = null;
  #texts = $state<Record<string, string>>({});
  #alerts = new Book();
  /** Counts changes of the book, which itself is plain so that ten thousand alerts are cheap. */
  #edition = $state(0);
  #older = $state<{ due: string | null; done: string | null }>({ due: null, done: null });
  /** Nobody is looking at anything in particular: the next alert may open by itself. */
  #idle = true;
  /** The older page that is being read. */
  #going: string | null = null;
  /** Counts readings of the list, so that a late answer does not undo a newer one. */
  #readings = 0;
  /** One for each reading that is under way. */
  readonly #told = new Set<News>();

  readonly list = $derived.by(() => {
    void this.#edition;
    return this.#alerts.arranged();
  });
  readonly selected = $derived.by(() => {
    void this.#edition;
    return this.selectedId === null ? null : (this.#alerts.get(this.selectedId) ?? null);
  });
  readonly ready = $derived(Object.keys(this.#texts).length > 0 && this.session !== null);
  /** Log-in is required and nobody is: nothing of the desk is shown. */
  readonly locked = $derived(this.session !== null && this.session.required && !this.session.person);
  /** Who works here; while they log in again, still they, so that what they typed stays. */
  readonly person = $derived(this.session?.person ?? (this.interrupted ? this.#last : null));
  readonly seesAlerts = $derived(this.may("see_alerts"));
  /** Who decides and looks: the account, or the name as typed; empty when nobody said it. */
  readonly name = $derived(this.person?.name ?? (this.locked ? "" : this.#typed));

  /** What goes into a request in the place of an account; null when there is one. */
  readonly typedName = $derived(this.person ? null : this.name || null);

  /** Begin; returns the verb that ends it. */
  start(): () => void {
    void this.speak(this.language);
    whenLoggedOut(() => this.#expelled());
    void this.#readSession();
    const timer = setInterval(() => {
      if (!this.locked) void this.#readState().catch(() => undefined);
    }, STATE_AGAIN_MS);
    const forget = this.signal.start();
    return () => {
      this.#stop();
      forget();
      clearInterval(timer);
    };
  }

  /** The first half of a log-in; the server's refusal is thrown. */
  async logIn(name: string, password: string): Promise<void> {
    this.#take(await logIn(name, password));
  }

  /** The second half. */
  async giveCode(code: string): Promise<void> {
    this.#take(await giveCode(code));
  }

  /** Leave, or give up a log-in half-way; nothing of what was typed is kept. */
  async logOut(): Promise<void> {
    try {
      const session = await logOut();
      this.interrupted = false;
      this.#last = null;
      this.#take(session);
      this.#forget();
    } catch (error) {
      this.#report(error);
    }
  }

  /** Whether whoever is here may do something; at a desk without accounts everybody may. */
  may(action: Action): boolean {
    if (this.session === null) return false;
    return !this.session.required || (this.person?.may.includes(action) ?? false);
  }

  /** Whether the pictures of an alert may be shown now. */
  mayLook(id: string): boolean {
    return this.person === null ? this.name !== "" : this.#views.has(id);
  }

  /** Say why the pictures of an alert are looked at; the server's refusal is thrown. */
  async look(id: string, why: ViewRequest): Promise<void> {
    const { until } = await askView(id, why);
    this.#views.set(id, until);
    setTimeout(() => this.#views.delete(id), Math.max(0, until * 1000 - Date.now()));
  }

  #take(session: Session): void {
    this.session = session;
    if (this.locked) {
      this.#stop();
      return;
    }
    if (this.#last !== null && session.person?.name !== this.#last.name) this.#forget();
    this.#last = session.person;
    this.interrupted = false;
    this.#listen();
  }

  /** The server knows nobody any more: lock, and keep what was typed. */
  #expelled(): void {
    if (this.session === null || this.locked) return;
    this.interrupted = this.#last !== null;
    this.#views.clear();
    this.#take({ required: true, second_factor: false, person: null, csrf: null });
  }

  /** Somebody else comes: nothing of the last person's work stays. */
  #forget(): void {
    this.#views.clear();
    this.#alerts.clear();
    this.#edition++;
    this.others.heard({ watchers: [] });
    this.red.dismiss();
    this.select(null);
    this.notice = null;
    this.announcement = "";
  }

  async #readSession(): Promise<void> {
    try {
      const session = await fetchSession();
      if (session.required && !session.person && this.person) this.#expelled();
      else this.#take(session);
    } catch {
      setTimeout(() => void this.#readSession(), 2000);
    }
  }

  #listen(): void {
    if (this.#stopListening) return;
    const glance = this.#glance();
    this.#stopListening = listen({
      alert: (event) => this.#heard(event),
      camera: (health) => this.#health(health),
      system: (system) => this.#system(system),
      presence: (presence) => this.others.heard(presence),
      resync: () => void glance.then(() => this.reload()),
      connected: (connected) => {
        this.connection = connected ? "live" : "lost";
        if (!connected) this.others.heard({ watchers: [] });
        if (!connected && this.person) void this.#askWhetherStillIn();
      },
    }, this.others.desk);
  }

  /** The events broke off: perhaps because the session ended. */
  async #askWhetherStillIn(): Promise<void> {
    try {
      const session = await fetchSession();
      if (session.person) this.session = session;
      else this.#expelled();
    } catch {
      // The server is away: the events say when it is back.
    }
  }

  #stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
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
    this.#typed = name.trim();
    memory.name = this.#typed;
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
    try {
      if (this.seesAlerts) await this.#reading((news) => this.#readAll(news));
      else await this.#readState();
    } catch (error) {
      this.#report(error);
    }
  }

  async #readAll(news: News): Promise<void> {
    const reading = ++this.#readings;
    const { camera, situation } = this;
    const [, due, done] = await Promise.all([
      this.#readState(),
      fetchAlerts({ reviewed: false, camera, situation }),
      fetchAlerts({ reviewed: true, camera, situation }),
    ]);
    if (reading !== this.#readings) return;
    const fresh = new Map([...due.alerts, ...done.alerts].map((alert) => [alert.id, alert]));
    for (const alert of news.alerts.values()) if (this.#fits(alert)) fresh.set(alert.id, alert);
    if (this.selected !== null && !this.#fits(this.selected)) this.select(null);
    for (const id of this.#alerts.ids()) {
      if (!fresh.has(id) && id !== this.selectedId) this.#alerts.delete(id);
    }
    this.#edition++;
    for (const alert of fresh.values()) this.#keep(alert);
    this.#older = { due: due.next, done: done.next };
    await this.#checkSelected(fresh);
    this.#openNextIfIdle();
  }

  /** The first look, while the events are still being connected to: what waits, and nothing else.
   * Everything is read once more when they are, so that nothing falls in between. */
  async #glance(): Promise<void> {
    const reading = ++this.#readings;
    const { camera, situation } = this;
    try {
      await this.#reading(async (news) => {
        const [, due] = await Promise.all([
          this.#readState(),
          this.seesAlerts ? fetchAlerts({ reviewed: false, camera, situation }) : null,
        ]);
        if (reading !== this.#readings) return;
        for (const alert of due?.alerts ?? []) this.#keep(news.alerts.get(alert.id) ?? alert);
        this.#openNextIfIdle();
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // The whole reading says it.
    }
  }

  /** Where the older alerts of a part begin, if there are any. */
  olderThan(part: "due" | "done"): string | null {
    return this.#older[part];
  }

  /** Whether older alerts wait in a part of the list. */
  hasOlder(part: "due" | "done"): boolean {
    return this.#older[part] !== null;
  }

  async showOlder(part: "due" | "done"): Promise<void> {
    const before = this.#older[part];
    if (before === null || this.#going === before) return;
    this.#going = before;
    const { camera, situation } = this;
    try {
      const page = await fetchAlerts({ reviewed: part === "done", camera, situation, before });
      const same = camera === this.camera && situation === this.situation;
      if (!same || this.#older[part] !== before) return;
      for (const alert of page.alerts) this.#keep(alert);
      this.#older[part] = page.next;
    } catch (error) {
      this.#report(error);
    } finally {
      this.#going = null;
    }
  }

  select(id: string | null): void {
    if (id === this.selectedId) return;
    this.selectedId = id;
    this.#idle = id === null;
    this.notice = null;
    this.followUp = this.selected?.review?.follow_up ?? "none";
  }

  /** Choose the follow-up at a place of the list, from 1; there may be none. */
  chooseFollowUp(place: number): void {
    const chosen = this.state?.follow_ups[place - 1];
    if (chosen === undefined || this.selected === null) return;
    this.followUp = chosen;
    this.announcement = this.t("desk.review.follow_up_key", {
      follow_up: this.t(`storage.follow_up.${chosen}`),
    });
  }

  /** Show one camera's alerts, or those of all. */
  async filterBy(camera: string, situation: Situation | ""): Promise<void> {
    this.camera = camera;
    this.situation = situation;
    await this.reload();
  }

  move(step: 1 | -1): void {
    this.select(neighbour(this.list, this.selectedId, step));
  }

  /** Decide about the selected alert, then go to the next one to review. */
  async decide(verdict: Verdict): Promise<void> {
    const alert = this.selected;
    if (alert === null || this.saving) return;
    if (this.#nameless()) return;
    this.saving = true;
    const next = afterReview(this.list.due, alert.id);
    try {
      const decided = await sendReview(alert.id, {
        verdict,
        follow_up: this.followUp,
        reviewer: this.typedName,
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

  /** Say that the selected alert was outside the law's purpose. */
  async label(): Promise<void> {
    const alert = this.selected;
    if (alert === null || this.saving || this.#nameless()) return;
    this.saving = true;
    try {
      await sendLabel(alert.id, { label: "out_of_purpose", by: this.typedName });
      this.notice = null;
      await this.#refresh(alert.id);
    } catch (error) {
      this.#report(error);
    } finally {
      this.saving = false;
    }
  }

  #nameless(): boolean {
    if (this.name !== "") return false;
    this.notice = { kind: "problem", text: this.t("web.review.needs_name") };
    return true;
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
    for (const news of this.#told) news.alerts.set(alert.id, alert);
    const known = this.#alerts.has(alert.id);
    if (!known && !this.#fits(alert)) return;
    this.#keep(alert);
    if (change === "opened" && !known) {
      const what = {
        situation: this.t(`situations.${alert.situation}.name`),
        camera: this.cameraName(alert.camera_id),
        time: clock(alert.opened_at, this.language),
      };
      this.announcement = this.t("web.alerts.new", what);
      this.signal.give(this.t("desk.signal.notice_title"), this.t("desk.signal.notice_body", what));
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
    this.#alerts.put(alert);
    this.#edition++;
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
      this.#edition++;
      this.select(null);
    }
  }

  #openNextIfIdle(): void {
    const next = this.list.due[0];
    if (this.#idle && next) this.select(next.id);
  }

  async #readState(): Promise<void> {
    void this.red.read();
    await this.#reading(async (news) => {
      this.state = await fetchState();
      for (const health of news.cameras.values()) this.#health(health);
      if (news.system) this.#system(news.system);
    });
  }

  /** Read something from the server; what is told meanwhile is no older, and goes over it. */
  async #reading<T>(read: (news: News) => Promise<T>): Promise<T> {
    const news: News = { alerts: new Map(), cameras: new Map(), system: null };
    this.#told.add(news);
    try {
      return await read(news);
    } finally {
      this.#told.delete(news);
    }
  }

  #health(health: CameraHealth): void {
    for (const news of this.#told) news.cameras.set(health.camera_id, health);
    const camera = this.cameraOf(health.camera_id);
    if (camera) camera.health = health;
    this.red.readSoon();
  }

  #system(system: System): void {
    for (const news of this.#told) news.system = system;
    if (this.state) this.state.system = system;
    this.red.readSoon();
  }

  #report(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) return; // the log-in says it
    const text = error.text?.[this.language] ?? this.t("web.error.network");
    this.notice = { kind: "problem", text };
  }
}
