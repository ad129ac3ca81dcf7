/** The picture of the place that is drawn on; asked for, journalled, kept in memory alone. */

import type { Desk } from "../lib/desk.svelte";
import { ApiError, fetchPlace } from "./api";

export class Still {
  picture = $state.raw<ImageBitmap | null>(null);
  busy = $state(false);
  problem = $state("");
  #camera: string | null = null;

  constructor(readonly desk: Desk) {}

  /** Another camera is on the bench: its picture is none of the last one's. */
  of(camera: string | null): void {
    if (camera === this.#camera) return;
    this.#camera = camera;
    this.picture?.close();
    this.picture = null;
    this.problem = "";
  }

  async fetch(): Promise<void> {
    const camera = this.#camera;
    if (camera === null || this.busy) return;
    this.busy = true;
    this.problem = "";
    try {
      const picture = await createImageBitmap(await fetchPlace(camera, this.desk.typedName));
      if (camera === this.#camera) this.picture = picture;
      else picture.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error.text?.[this.desk.language] ?? this.desk.t("web.error.network");
    } finally {
      this.busy = false;
    }
  }
}
