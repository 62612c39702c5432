/** CallList: a console's live list of calls (watchCalls). It reconnects until closed. */
import { Emitter } from "./emitter.ts";
import { RpcError } from "./errors.ts";
import { socketUrl } from "./options.ts";
import { ReconnectPolicy } from "./reconnect.ts";
import { SignalSocket, type WebSocketFactory } from "./socket.ts";
import type { CallSummary, NotificationName } from "./wire.ts";

export interface CallListEvents {
  /** The whole list after any change: those who wait for a human first, longest wait first. */
  calls: CallSummary[];
  /** A call has begun to wait for a human. */
  requested: CallSummary;
  online: boolean;
  /** The desk token is no longer good: log in again. */
  unauthorized: Error;
}

export interface CallListOptions {
  url?: string;
  wsUrl?: string;
  token: string;
  webSocket?: WebSocketFactory;
}

/** Calls that wait, then those with the AI, then those with a human; each oldest first. */
export function sortCalls(calls: Iterable<CallSummary>): CallSummary[] {
  const rank = { pending: 0, willStart: 1, ai: 2, returning: 2, human: 3, ended: 4 };
  return [...calls].sort((a, b) => rank[a.state] - rank[b.state] || a.stateAt - b.stateAt || a.id.localeCompare(b.id));
}

export class CallList extends Emitter<CallListEvents> {
  readonly #calls = new Map<string, CallSummary>();
  #socket: SignalSocket | null = null;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(private readonly options: CallListOptions) {
    super();
  }

  get calls(): CallSummary[] {
    return sortCalls(this.#calls.values());
  }

  start(): void {
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    // A list has no place to lose: the window never ends.
    const fresh = () => new ReconnectPolicy(Date.now(), { windowMs: Number.MAX_SAFE_INTEGER, baseMs: 300, maxMs: 5_000 });
    let policy = fresh();
    while (!this.#closed) {
      try {
        const lost = await this.#connect();
        policy = fresh();
        this.emit("online", true);
        await lost.promise;
      } catch (error) {
        if (error instanceof RpcError && error.fatal) {
          this.#closed = true;
          this.emit("unauthorized", error);
        }
      }
      if (this.#closed) return;
      this.emit("online", false);
      const delay = policy.next(Date.now()) ?? 5_000;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, delay);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Resolves, when the list is there, to the promise of its loss (in an object: await unwraps promises). */
  async #connect(): Promise<{ promise: Promise<void> }> {
    let lost = () => {};
    const gone = { promise: new Promise<void>((resolve) => (lost = resolve)) };
    let ready = false;
    const early: [NotificationName, unknown][] = [];
    const socket = await SignalSocket.open(
      socketUrl(this.options),
      {
        notification: (m, p) => (ready ? this.#notification(m, p) : void early.push([m, p])),
        closed: () => lost(),
      },
      this.options.webSocket,
    );
    if (this.#closed) {
      socket.close();
      return gone;
    }
    this.#socket = socket;
    try {
      const { calls } = await socket.request("watchCalls", { token: this.options.token });
      this.#calls.clear();
      for (const c of calls ?? []) this.#calls.set(c.id, c);
    } catch (error) {
      socket.close();
      throw error;
    }
    ready = true;
    this.emit("calls", this.calls);
    for (const c of this.calls) if (c.state === "pending") this.emit("requested", c);
    for (const [m, p] of early) this.#notification(m, p);
    return gone;
  }

  #notification(method: NotificationName, params: unknown): void {
    if (method === "callSummary") {
      const c = params as CallSummary;
      const old = this.#calls.get(c.id);
      if (c.state === "ended") this.#calls.delete(c.id);
      else this.#calls.set(c.id, c);
      this.emit("calls", this.calls);
      if (c.state === "pending" && old?.state !== "pending") this.emit("requested", c);
    } else if (method === "callGone") {
      if (this.#calls.delete((params as { id: string }).id)) this.emit("calls", this.calls);
    }
  }
}
