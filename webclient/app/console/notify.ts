/**
 * What calls for attention: sound that grows until it is seen, a notification of
 * the system, the tab's title and icon. Each can be switched off. No DOM of its own:
 * what it does is given to it.
 */
import { signal } from "@preact/signals-core";

export interface NotifyPrefs {
  sound: boolean;
  desktop: boolean;
  badge: boolean;
}

export interface NotifyDeps {
  /** Rings; loud is 0 (soft) to 3. */
  chime(loud: number): void;
  /** Shows a notification of the system; returns how to close it. */
  show(title: string, body: string): (() => void) | null;
}

/** Pauses between rings, each louder than the one before; the last repeats, and the system's notification comes again with it. */
export const RINGS = [3_000, 2_500, 2_000, 1_500] as const;

export class Notifier {
  /** Something rings, and nobody has looked yet. */
  readonly urgent = signal(false);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #shown: (() => void) | null = null;
  #rung = 0;
  #said: [title: string, body: string] = ["", ""];

  constructor(
    private readonly deps: NotifyDeps,
    private readonly prefs: () => NotifyPrefs,
  ) {}

  /** Begins to call for attention. */
  ring(title: string, body: string): void {
    this.stop();
    this.urgent.value = true;
    this.#rung = 0;
    this.#said = [title, body];
    this.#sound();
  }

  /** Somebody has looked: what is left is on the page. */
  seen(): void {
    if (!this.urgent.value) return;
    this.urgent.value = false;
    this.#quiet();
  }

  stop(): void {
    this.urgent.value = false;
    this.#quiet();
    this.#shown?.();
    this.#shown = null;
  }

  /** Told once. */
  once(title: string, body: string): void {
    if (this.prefs().sound) this.deps.chime(0);
    if (this.prefs().desktop) this.deps.show(title, body);
  }

  #sound(): void {
    const level = Math.min(this.#rung, RINGS.length - 1);
    if (this.#rung % RINGS.length === 0) this.#show();
    if (this.prefs().sound) this.deps.chime(level);
    this.#rung++;
    this.#timer = setTimeout(() => this.#sound(), RINGS[level]!);
  }

  #show(): void {
    this.#shown?.();
    this.#shown = this.prefs().desktop ? this.deps.show(...this.#said) : null;
  }

  #quiet(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

export type Permission = "granted" | "denied" | "default" | "unsupported";

export function permission(): Permission {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}

/** Shows a notification that stays until it is answered. */
export function systemNotification(title: string, body: string): (() => void) | null {
  if (permission() !== "granted" || document.hasFocus()) return null;
  try {
    const n = new Notification(title, { body, tag: "relevo-offer", requireInteraction: true, icon: "/favicon.svg" });
    n.onclick = () => {
      window.focus();
      n.close();
    };
    return () => n.close();
  } catch {
    return null; // some phones have the name only
  }
}
