/**
 * Desk: an agent's place at the desk (watchDesk). It knows the line, the people
 * and all calls, tells what rings, and asks for what an agent does. A lost socket
 * is opened again until the desk is closed; what rang meanwhile is told then.
 */
import { DeskState } from "./deskstate.ts";
import { Emitter } from "./emitter.ts";
import type {
  DeskAlert,
  DeskChanged,
  DeskClaim,
  DeskConsult,
  DeskOffer,
  DeskOfferGone,
  DeskPresence,
  DeskRequests,
  DeskSettings,
  HandoffLine,
  Need,
  PassOn,
} from "./deskwire.ts";
import { ConnectionError, RpcError } from "./errors.ts";
import { socketUrl } from "./options.ts";
import { ReconnectPolicy } from "./reconnect.ts";
import { SignalSocket, type WebSocketFactory } from "./socket.ts";
import type { CallSummary, NotificationName } from "./wire.ts";

export interface DeskEvents {
  /** Anything of the state is new. */
  changed: DeskState;
  /** It rings here until untilAt. */
  offer: DeskOffer;
  offerGone: DeskOfferGone;
  /** A call is one's own now: join it with a microphone. */
  claim: DeskClaim;
  consult: DeskConsult;
  /** What one is now, where one did not choose it. */
  presence: DeskPresence;
  /** A clock is at risk, or its deadline has passed; once each. */
  alert: DeskAlert;
  /** What the operator has set; told on entering, and when it changes. */
  settings: DeskSettings;
  /** Somebody has begun to wait. */
  asked: HandoffLine;
  ended: HandoffLine;
  online: boolean;
  /** The desk token is no longer good: log in again. */
  unauthorized: Error;
}

export interface DeskOptions {
  url?: string;
  wsUrl?: string;
  token: string;
  /** Not available yet. */
  away?: boolean;
  /** Only look; for supervisors. */
  observe?: boolean;
  webSocket?: WebSocketFactory;
}

export class Desk extends Emitter<DeskEvents> {
  readonly state = new DeskState();
  #socket: SignalSocket | null = null;
  #closed = false;
  #entered = false;
  /** Whether one wants calls; kept over a lost socket. */
  #away: boolean;
  #wake: (() => void) | null = null;

  constructor(private readonly options: DeskOptions) {
    super();
    this.#away = options.away ?? false;
  }

  start(): void {
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
    this.#wake?.();
  }

  /** Closes the socket as a bad network would; for tests. */
  dropSocket(): void {
    this.#socket?.close(4000, "dropped");
  }

  // What an agent does. All reject with RpcError or ConnectionError.

  async presence(presence: "available" | "away" | "offline", why?: string): Promise<void> {
    await this.#ask("presence", why ? { presence, why } : { presence });
    this.#away = presence !== "available";
  }
  async accept(offer: number): Promise<void> {
    await this.#ask("accept", { offer });
  }
  async decline(offer: number): Promise<void> {
    await this.#ask("decline", { offer });
  }
  /** Takes who is next in the line. */
  async takeNext(): Promise<void> {
    await this.#ask("takeNext", {});
  }
  async take(handoff: string): Promise<void> {
    await this.#ask("take", { handoff });
  }
  async wrapUpDone(): Promise<void> {
    await this.#ask("wrapUpDone", {});
  }
  async wrapUpMore(seconds: number): Promise<void> {
    await this.#ask("wrapUpMore", { seconds });
  }
  /** Gives the call to a person, or to anybody with the skills; it rings there. */
  async transfer(handoff: string, to: PassOn): Promise<void> {
    await this.#ask("transfer", { handoff, ...to });
  }
  /** Asks a colleague, who joins without being heard by the caller. */
  async consult(handoff: string, of: PassOn): Promise<void> {
    await this.#ask("consult", { handoff, ...of });
  }
  async endConsult(handoff: string): Promise<void> {
    await this.#ask("endConsult", { handoff });
  }
  /** Gives the call to the colleague who was consulted. */
  async handOver(handoff: string): Promise<void> {
    await this.#ask("handOver", { handoff });
  }
  /** For supervisors. */
  async assign(handoff: string, agent: string): Promise<void> {
    await this.#ask("assign", { handoff, agent });
  }
  async amend(handoff: string, change: { priority?: number; skills?: Need[]; languages?: Need[] }): Promise<void> {
    await this.#ask("amend", { handoff, ...change });
  }
  /** For supervisors. */
  async cancelHandoff(handoff: string): Promise<void> {
    await this.#ask("cancelHandoff", { handoff });
  }

  #ask<M extends keyof DeskRequests>(method: M, params: DeskRequests[M][0]): Promise<unknown> {
    const socket = this.#socket;
    if (!socket?.open) return Promise.reject(new ConnectionError("socket", "The connection to the desk is lost."));
    return socket.request(method, params as never);
  }

  async #run(): Promise<void> {
    // There is no place to lose: the window never ends.
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
      this.#socket = null;
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

  /** Resolves, when the desk is there, to the promise of its loss (in an object: await unwraps promises). */
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
    const { token, observe } = this.options;
    const rang = this.state.offer;
    let settings: DeskSettings | undefined;
    try {
      const r = await socket.request("watchDesk", { token, ...(this.#away ? { away: true } : {}), ...(observe ? { observe } : {}) });
      this.state.reset(r);
      settings = r.settings;
    } catch (error) {
      socket.close();
      throw error;
    }
    this.#socket = socket;
    ready = true;
    const now = this.state.offer;
    if (rang && rang.offer !== now?.offer) this.emit("offerGone", { offer: rang.offer, why: "lost" });
    if (settings) this.emit("settings", settings);
    this.emit("changed", this.state);
    if (now && rang?.offer !== now.offer) this.emit("offer", now);
    if (!this.#entered) for (const h of this.state.line) this.emit("asked", h);
    this.#entered = true;
    for (const [m, p] of early) this.#notification(m, p);
    return gone;
  }

  #notification(method: NotificationName, params: unknown): void {
    const s = this.state;
    switch (method) {
      case "deskChanged": {
        const { ended, asked } = s.changed(params as DeskChanged);
        this.emit("changed", s);
        for (const h of ended) this.emit("ended", h);
        for (const h of asked) this.emit("asked", h);
        return;
      }
      case "deskOffer":
        s.ringing(params as DeskOffer);
        this.emit("changed", s);
        return this.emit("offer", params as DeskOffer);
      case "deskOfferGone":
        if (!s.rungOut(params as DeskOfferGone)) return;
        this.emit("changed", s);
        return this.emit("offerGone", params as DeskOfferGone);
      case "deskClaim":
        return this.emit("claim", params as DeskClaim);
      case "deskConsult":
        return this.emit("consult", params as DeskConsult);
      case "deskSettings":
        return this.emit("settings", params as DeskSettings);
      case "deskAlert":
        return this.emit("alert", params as DeskAlert);
      case "deskPresence": {
        const p = params as DeskPresence;
        if (p.presence === "away" || p.presence === "offline") this.#away = true;
        else this.#away = false;
        s.presence(p);
        this.emit("changed", s);
        return this.emit("presence", p);
      }
      case "callSummary":
        s.call(params as CallSummary);
        return this.emit("changed", s);
      case "callGone":
        if (s.callGone((params as { id: string }).id)) this.emit("changed", s);
    }
  }
}
