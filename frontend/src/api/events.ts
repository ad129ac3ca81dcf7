/** The server's events, for as long as the page lives: lost connections are made again. */

import type { AlertEvent, CameraHealth, Presence, System } from "./types";

export interface Listener {
  alert(event: AlertEvent): void;
  camera(health: CameraHealth): void;
  system(system: System): void;
  presence(presence: Presence): void;
  /** Everything must be read anew: the connection is new, or events were missed. */
  resync(): void;
  connected(connected: boolean): void;
}

/** Longest silence before the connection counts as lost, ms: twice the server's heartbeat. */
const SILENCE_MS = 20_000;

/** How long to wait before trying again when the browser itself has given up, ms. */
const AGAIN_MS = 2_000;

/** Begin to listen; `desk` is this page's number, by which the server knows when it is gone. */
export function listen(listener: Listener, desk: string): () => void {
  let source: EventSource | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;

  function heard(): void {
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, SILENCE_MS);
  }

  function lost(): void {
    listener.connected(false);
    stop();
    again = setTimeout(connect, AGAIN_MS);
  }

  function stop(): void {
    clearTimeout(watchdog);
    clearTimeout(again);
    source?.close();
  }

  function on<T>(name: string, take: (data: T) => void): void {
    source?.addEventListener(name, (event) => {
      heard();
      take(JSON.parse((event as MessageEvent<string>).data) as T);
    });
  }

  function connect(): void {
    source = new EventSource(`/api/events?desk=${desk}`);
    source.onopen = () => {
      heard();
      listener.connected(true);
      listener.resync();
    };
    source.onerror = () => {
      listener.connected(false);
      if (source?.readyState === EventSource.CLOSED) lost();
    };
    on<AlertEvent>("alert", listener.alert);
    on<CameraHealth>("camera", listener.camera);
    on<System>("system", listener.system);
    on<Presence>("presence", listener.presence);
    on("resync", listener.resync);
    on("heartbeat", () => {});
    heard();
  }

  connect();
  return stop;
}
