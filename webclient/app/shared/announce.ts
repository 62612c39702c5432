/**
 * What a screen reader is told: whole sentences and changes of state, never
 * every word as it comes. Polite; what follows within a moment is one message.
 */
import { signal } from "@preact/signals-core";

export class Announcer {
  /** The text of the live region. */
  readonly text = signal("");
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly gatherMs = 350) {}

  say(message: string): void {
    if (this.#waiting.at(-1) === message) return;
    this.#waiting.push(message);
    // Somebody who talks fast must not fill a queue that is read minutes later.
    if (this.#waiting.length > 4) this.#waiting.splice(0, this.#waiting.length - 4);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.text.value = this.#waiting.splice(0).join(" ");
    }, this.gatherMs);
  }
}
