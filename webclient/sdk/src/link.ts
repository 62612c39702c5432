/**
 * SignalLink: a place in a call that outlives its sockets. It joins, and when
 * the socket is lost it resumes with the token of the last join until the
 * server has given the place away.
 */
import { ConnectionError, RpcError } from "./errors.ts";
import { ReconnectPolicy, RESUME_DEFAULTS, type ReconnectOptions } from "./reconnect.ts";
import { SignalSocket, type WebSocketFactory } from "./socket.ts";
import type { Join, JoinResult, Method, NotificationName, Requests } from "./wire.ts";

export interface LinkHandlers {
  notification(method: NotificationName, params: unknown): void;
  reconnecting(attempt: number, deadline: number): void;
  reconnected(result: JoinResult): void;
  /** Called once, when the place is gone for good. */
  closed(reason: string, error?: Error): void;
  /** The last log seq the client has, asked at each resume. */
  cursor(): number;
}

export interface LinkOptions {
  url: string;
  join: Join;
  reconnect?: ReconnectOptions;
  webSocket?: WebSocketFactory;
}

export class SignalLink {
  #socket: SignalSocket | null = null;
  #resume = "";
  #closed = false;
  #farewell = "";
  #reconnecting = false;

  constructor(
    private readonly options: LinkOptions,
    private readonly handlers: LinkHandlers,
  ) {}

  get open(): boolean {
    return this.#socket?.open === true && !this.#reconnecting;
  }

  get resumeToken(): string {
    return this.#resume;
  }

  /**
   * Opens the socket and joins. behind is called when join is on the wire, so
   * that what it sends follows without a round trip.
   */
  async start(behind?: () => void): Promise<JoinResult> {
    const result = await this.#join(this.options.join, behind);
    if (this.#closed) throw new ConnectionError("closed", "The call was closed.");
    return result;
  }

  request<M extends Method>(method: M, params: Requests[M][0], timeoutMs?: number): Promise<Requests[M][1]> {
    // While a resume is under way the server does not know the new socket yet.
    if (!this.#socket || this.#reconnecting) return Promise.reject(new ConnectionError("socket", "The connection is lost; trying again."));
    return this.#socket.request(method, params, timeoutMs);
  }

  /** As request, but allowed before join has been answered. */
  pipeline<M extends Method>(method: M, params: Requests[M][0]): Promise<Requests[M][1]> {
    if (!this.#socket) return Promise.reject(new ConnectionError("socket", "The connection is lost."));
    return this.#socket.request(method, params);
  }

  notify(method: NotificationName, params: unknown): boolean {
    return this.#socket?.notify(method, params) ?? false;
  }

  /** Closes for good; no handler is called after it. */
  close(): void {
    this.#closed = true;
    this.#socket?.close();
    this.#socket = null;
  }

  /** Drops the socket as a bad network would, for tests. */
  drop(): void {
    this.#socket?.close(4000, "dropped");
  }

  async #join(join: Join, behind?: () => void): Promise<JoinResult> {
    let mine: SignalSocket | null = null;
    let joined = false;
    const socket = await SignalSocket.open(
      this.options.url,
      {
        notification: (method, params) => {
          if (this.#closed || mine !== this.#socket) return;
          if (method === "closed") this.#farewell = (params as { reason?: string }).reason ?? "ended";
          this.handlers.notification(method, params);
        },
        closed: (_code, reason) => {
          if (mine === this.#socket && joined) this.#lost(reason);
        },
      },
      this.options.webSocket,
    );
    mine = socket;
    if (this.#closed) {
      socket.close();
      throw new ConnectionError("closed", "The call was closed.");
    }
    this.#socket = socket;
    const reply = socket.request("join", join);
    behind?.();
    try {
      const result = await reply;
      this.#resume = result.resumeToken;
      joined = true;
      return result;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  #lost(reason: string): void {
    if (this.#closed) return;
    if (this.#farewell) return this.#end(this.#farewell);
    if (!this.#resume) return this.#end("lost", new ConnectionError("socket", reason || "The connection is lost."));
    void this.#resumeLoop();
  }

  async #resumeLoop(): Promise<void> {
    this.#reconnecting = true;
    const policy = new ReconnectPolicy(Date.now(), this.options.reconnect ?? RESUME_DEFAULTS);
    let last: Error | undefined;
    for (;;) {
      const delay = policy.next(Date.now());
      if (delay === null) return this.#end("lost", last ?? new ConnectionError("socket", "The connection is lost."));
      this.handlers.reconnecting(policy.attempt, policy.deadline);
      await sleepUntilOnlineOr(delay);
      if (this.#closed) return;
      try {
        const result = await this.#join({
          call: this.options.join.call,
          resume: this.#resume,
          cursor: this.handlers.cursor(),
        });
        if (this.#closed) return;
        this.#reconnecting = false;
        this.handlers.reconnected(result);
        return;
      } catch (error) {
        last = error as Error;
        if (error instanceof RpcError && error.fatal) return this.#end(error.kind === "gone" ? "ended" : "lost", error);
      }
    }
  }

  #end(reason: string, error?: Error): void {
    if (this.#closed) return;
    this.close();
    this.handlers.closed(reason, error);
  }
}

/** Waits, but no longer than until the network comes back. */
function sleepUntilOnlineOr(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const target = typeof window === "undefined" ? null : window;
    const done = () => {
      clearTimeout(timer);
      target?.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    target?.addEventListener("online", done);
  });
}
