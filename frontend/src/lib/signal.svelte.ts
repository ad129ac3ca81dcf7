/** A new alert is heard, and told outside the page: both can be muted, and stay so. */

import { memory } from "./memory";

/** The two notes, Hz, and how long each sounds, s. */
const NOTES = [659, 880] as const;
const NOTE_S = 0.13;
const LOUDNESS = 0.18;

/** A burst of alerts is one sound and one notification, ms. */
const QUIET_MS = 3_000;

export class Signal {
  sound = $state(memory.sound);
  /** Whether notifications are wanted, and the browser still lets us. */
  notices = $state(memory.notices && permitted());
  /** The person asked for notifications and their browser said no. */
  refused = $state(false);

  #audio: AudioContext | null = null;
  #heardAt = 0;

  /** Browsers let a page sound only after somebody touched it; returns the verb that forgets. */
  start(): () => void {
    const wake = (): void => void this.#wake();
    window.addEventListener("pointerdown", wake);
    window.addEventListener("keydown", wake);
    return () => {
      window.removeEventListener("pointerdown", wake);
      window.removeEventListener("keydown", wake);
    };
  }

  switchSound(): void {
    this.sound = memory.sound = !this.sound;
    if (this.sound) this.#play();
  }

  /** Asks the browser only now, because a person pressed. */
  async switchNotices(): Promise<void> {
    const wanted = !this.notices;
    const may =
      wanted && "Notification" in window && (await Notification.requestPermission()) === "granted";
    this.refused = wanted && !may;
    this.notices = memory.notices = may;
  }

  /** An alert came: `title` and `body` are words only, no picture ever goes with them. */
  give(title: string, body: string): void {
    const now = Date.now();
    if (now - this.#heardAt < QUIET_MS) return;
    this.#heardAt = now;
    if (this.sound) this.#play();
    if (this.notices && permitted() && !document.hasFocus()) tell(title, body);
  }

  #wake(): AudioContext | null {
    if (!this.sound) return null;
    this.#audio ??= new AudioContext();
    if (this.#audio.state === "suspended") void this.#audio.resume().catch(() => undefined);
    return this.#audio;
  }

  #play(): void {
    const audio = this.#wake();
    if (!audio) return;
    NOTES.forEach((pitch, index) => {
      const from = audio.currentTime + index * NOTE_S;
      const tone = new OscillatorNode(audio, { frequency: pitch });
      const volume = new GainNode(audio, { gain: 0 });
      volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
      volume.gain.linearRampToValueAtTime(0, from + NOTE_S);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + NOTE_S);
    });
  }
}

function permitted(): boolean {
  return "Notification" in window && Notification.permission === "granted";
}

function tell(title: string, body: string): void {
  try {
    const notice = new Notification(title, { body, tag: "gardefou", silent: true });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  } catch {
    // Some phones take notifications from service workers only: the page itself still tells.
  }
}
