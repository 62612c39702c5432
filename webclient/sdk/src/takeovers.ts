/**
 * Takeover events come twice, by socket and by data channel, and the two do
 * not wait for each other. This ledger lets each through once and in order:
 * willStart, then connected or failed, then ended; and the next takeover only
 * after the one before it is over. Pure: time comes from outside.
 */
import type { TakeoverMode } from "./wire.ts";

export type TakeoverEvent =
  | { kind: "willStart"; uid: string; mode: TakeoverMode; name?: string; avatar?: string }
  | { kind: "connected"; uid: string; name?: string }
  | { kind: "failed"; uid: string; reason: string }
  | { kind: "ended"; uid: string; reason: string };

interface Held {
  event: TakeoverEvent;
  until: number;
}

export class TakeoverLedger {
  readonly #seen = new Set<string>();
  readonly #over = new Set<string>();
  #current: { uid: string; kind: TakeoverEvent["kind"] } | null = null;
  #held: Held[] = [];

  /** patience: how long an event may wait for the one that belongs before it. */
  constructor(private readonly patienceMs = 2_000) {}

  /**
   * A client that joins in the middle has missed what was before: an open
   * takeover's next event comes without its willStart.
   */
  joinedInside = false;

  /** Takes an event; returns what may be told now, in order. */
  push(event: TakeoverEvent, now: number): TakeoverEvent[] {
    const key = `${event.uid}/${event.kind}`;
    if (this.#seen.has(key)) return this.flush(now);
    this.#seen.add(key);
    this.#held.push({ event, until: now + this.patienceMs });
    return this.flush(now);
  }

  /** Returns what waited long enough or need not wait any more. */
  flush(now: number): TakeoverEvent[] {
    const out: TakeoverEvent[] = [];
    for (;;) {
      let i = this.#held.findIndex((h) => this.#fits(h.event));
      if (i < 0) i = this.#held.findIndex((h) => h.until <= now);
      const [h] = i < 0 ? [] : this.#held.splice(i, 1);
      if (!h) return out;
      if (this.#over.has(h.event.uid)) continue; // after its end nothing can happen to a takeover
      this.#apply(h.event);
      out.push(h.event);
    }
  }

  /** When flush should be called next, or null. */
  get nextDeadline(): number | null {
    return this.#held.length === 0 ? null : Math.min(...this.#held.map((h) => h.until));
  }

  #fits(event: TakeoverEvent): boolean {
    if (this.#over.has(event.uid)) return true; // to be dropped
    if (event.kind === "willStart") return this.#current === null;
    if (this.#current === null) return this.joinedInside;
    if (this.#current.uid !== event.uid) return false;
    switch (event.kind) {
      case "connected":
      case "failed":
        return this.#current.kind === "willStart";
      case "ended":
        return this.#current.kind === "connected";
    }
  }

  #apply(event: TakeoverEvent): void {
    this.joinedInside = false;
    if (event.kind === "failed" || event.kind === "ended") {
      this.#over.add(event.uid);
      if (this.#current?.uid === event.uid) this.#current = null;
      return;
    }
    if (this.#current && this.#current.uid !== event.uid) this.#over.add(this.#current.uid);
    this.#current = { uid: event.uid, kind: event.kind };
  }
}
