/** Who else has an alert open: each desk says what is open here, the server tells the others. */

import { sayPresence } from "../api/client";
import type { Presence, Watcher } from "../api/types";

/** How often a desk says it again, ms; the server believes it for 40 s. */
const AGAIN_MS = 15_000;

export class Others {
  /** This page among others, also of the same person; when its events end, it looks no more. */
  readonly desk = crypto.randomUUID();
  #watchers = $state.raw<Watcher[]>([]);
  #names = $derived(byAlert(this.#watchers.filter((each) => each.desk !== this.desk)));

  /** Names of those who have an alert open elsewhere. */
  lookingAt(alertId: string): string[] {
    return this.#names.get(alertId) ?? [];
  }

  heard(presence: Presence): void {
    this.#watchers = presence.watchers;
  }

  /** Say what is open here, now and again; returns the verb that stops it. */
  say(alertId: string | null, typedName: string | null): () => void {
    const tell = (): void =>
      void sayPresence(this.desk, alertId, typedName)
        .then((presence) => this.heard(presence))
        .catch(() => this.heard({ watchers: [] }));
    tell();
    const timer = setInterval(tell, AGAIN_MS);
    return () => clearInterval(timer);
  }
}

function byAlert(watchers: Watcher[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { alert_id, name } of watchers) {
    names.set(alert_id, [...new Set([...(names.get(alert_id) ?? []), name])]);
  }
  return names;
}
