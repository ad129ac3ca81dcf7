/** A situation tried on the last minute: the minute that is kept, the trial, what came of it. */

import type { Situation, TrialOutcome } from "../api/types";
import { ApiError, keepMinute, tryOut } from "./api";
import type { Bench } from "./bench.svelte";
import { documentOf } from "./draft";

const LOOK_MS = 1000;

export class Trial {
  busy = $state(false);
  problem = $state("");
  outcome = $state.raw<TrialOutcome | null>(null);
  pictures = $state.raw<ImageBitmap[]>([]);
  /** Until when a whole minute stays in memory, ms; 0 when it does not. */
  keptUntil = $state(0);
  otherwise = $state(0);
  #abort: AbortController | null = null;
  #camera: string | null = null;
  #timer = 0;

  constructor(readonly bench: Bench) {}

  /** Keep a minute of a camera from now on; what is returned lets it go. */
  prepare(camera: string): () => void {
    this.#camera = camera;
    void this.keep();
    this.#timer = window.setInterval(() => {
      if (this.keptUntil > 0 && Date.now() >= this.keptUntil) this.keptUntil = 0;
    }, LOOK_MS);
    return () => {
      window.clearInterval(this.#timer);
      this.#camera = null;
      this.cancel();
      this.#forget();
      void keepMinute(camera, this.bench.desk.typedName, false).catch(() => undefined);
    };
  }

  async keep(): Promise<void> {
    const camera = this.#camera;
    if (camera === null) return;
    await this.#said(async () => {
      const kept = await keepMinute(camera, this.bench.desk.typedName, true);
      this.keptUntil = Date.now() + kept.for_s * 1000;
      this.otherwise = kept.otherwise_s;
    });
  }

  /** Try one situation with the camera as it lies on the bench. */
  async run(situation: Situation): Promise<void> {
    const camera = this.#camera;
    if (camera === null || this.busy) return;
    this.busy = true;
    this.problem = "";
    this.#forget();
    this.bench.mistakes = [];
    const abort = (this.#abort = new AbortController());
    const { person, motive } = this.bench.who();
    const act = async (): Promise<void> => {
      const body = { person, motive, document: documentOf(this.bench.draft), situation };
      const outcome = await tryOut(camera, body, abort.signal);
      this.bench.mistakes = outcome.mistakes;
      if (outcome.mistakes.length > 0) {
        const count = outcome.mistakes.length;
        this.problem = this.bench.desk.t("workshop.trial.mistakes", { count });
        return;
      }
      const pictures = await Promise.all(outcome.pictures.map(({ jpeg }) => bitmap(jpeg)));
      if (abort.signal.aborted) return pictures.forEach((each) => each.close());
      this.pictures = pictures;
      this.outcome = outcome;
    };
    try {
      await this.#said(act, abort.signal);
    } finally {
      this.busy = false;
    }
    if (this.keptUntil > 0) void this.keep();
  }

  cancel(): void {
    this.#abort?.abort();
  }

  async #said(act: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (signal?.aborted) return; // Whatever broke off: a person wanted it.
      if (!(error instanceof ApiError)) throw error;
      const { desk } = this.bench;
      this.problem = error.text?.[desk.language] ?? desk.t("web.error.network");
    }
  }

  #forget(): void {
    for (const each of this.pictures) each.close();
    this.pictures = [];
    this.outcome = null;
  }
}

async function bitmap(jpeg: string): Promise<ImageBitmap> {
  const bytes = Uint8Array.from(atob(jpeg), (each) => each.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
}
