/**
 * Connection: the socket and the PeerConnection of one place in a call, made
 * together (one offer right behind join), kept together, ended together.
 */
import { decodeEnvelope } from "./codec.ts";
import { ConnectionError, RpcError } from "./errors.ts";
import { SignalLink } from "./link.ts";
import { CALLER_SLOTS } from "./mlines.ts";
import type { CallModel, Emit } from "./model.ts";
import { socketUrl, type ConnectOptions } from "./options.ts";
import { SessionStore } from "./session.ts";
import { Transport } from "./transport.ts";
import {
  Type,
  type Candidate,
  type Join,
  type JoinResult,
  type Method,
  type Negotiate,
  type NegotiateResult,
  type NotificationName,
  type Requests,
  type Source,
} from "./wire.ts";

export interface ConnectionHandlers {
  emit: Emit;
  /** A slot's track exists; a new one, where the server was restarted. */
  slot(mid: string, track: MediaStreamTrack): void;
  /** Slots carry something else. */
  slotsChanged(): void;
  /** The socket is new: tell the server what it may have missed. */
  resumed(): void;
  /** Whether the microphone is muted, to be kept over a reload. */
  muted(): boolean;
  /** Goes on where a reload has cut. */
  resuming(muted: boolean): void;
  /** What is to be sent from the start. */
  outgoing(source: Source): MediaStreamTrack | null;
  /** Called once, unless close was. */
  ended(reason: string, error?: Error): void;
}

export class Connection {
  readonly #session: SessionStore | null;
  #link: SignalLink | null = null;
  #transport: Transport | null = null;
  #url = "";
  #back: (() => void)[] = [];
  #unsent: Candidate[] = [];
  #ledgerTimer: ReturnType<typeof setTimeout> | null = null;
  #saveTimer: ReturnType<typeof setInterval> | null = null;
  #closed = false;
  readonly #save = () => this.#saveSession();

  constructor(
    private readonly options: ConnectOptions,
    private readonly model: CallModel,
    private readonly handlers: ConnectionHandlers,
  ) {
    this.#session = options.session ? new SessionStore(options.session) : null;
  }

  get transport(): Transport | null {
    return this.#transport;
  }

  /** Resumes the place that a reload left, or joins as new. */
  async open(): Promise<JoinResult> {
    const saved = this.#session?.take(Date.now()) ?? null;
    const { token, call, role, subscribe } = this.options;
    if (saved && (!call || saved.call === call)) {
      this.handlers.resuming(saved.muted === true);
      try {
        return await this.#establish(saved.url, { call: saved.call, resume: saved.resume, cursor: 0 });
      } catch (error) {
        if (!(error instanceof RpcError) || !token) throw error;
        this.#teardown(); // the place is gone: join as new
      }
    }
    return this.#establish(socketUrl(this.options), { token, call, role, subscribe });
  }

  request<M extends Method>(method: M, params: Requests[M][0], timeoutMs?: number): Promise<Requests[M][1]> {
    if (!this.#link) return Promise.reject(new ConnectionError("closed", "The call is not connected."));
    return this.#link.request(method, params, timeoutMs);
  }

  drop(): void {
    this.#link?.drop();
  }

  /** Ends everything; no handler is called after it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session?.clear();
    if (this.#ledgerTimer) clearTimeout(this.#ledgerTimer);
    if (this.#saveTimer) clearInterval(this.#saveTimer);
    globalThis.removeEventListener?.("pagehide", this.#save);
    this.#teardown();
    for (const go of this.#back.splice(0)) go();
  }

  async #establish(url: string, join: Join): Promise<JoinResult> {
    this.#url = url;
    const given = this.options.iceServers;
    const transport = (this.#transport = this.#openTransport());
    const link = (this.#link = this.#openLink(url, join));
    await this.#outgoing(transport);
    const offer = await transport.offer();
    let answer: Promise<NegotiateResult> | null = null;
    let begun: Promise<void> | null = null;
    const result = await link.start(() => {
      answer = link.pipeline("negotiate", offer);
      answer.catch(() => undefined); // told below, or by join's own error
      if (given) begun = transport.begin(offer, given);
    });
    this.#joined(result);
    await (begun ?? transport.begin(offer, result.iceServers ?? []));
    await transport.accept(await this.#answered(offer, answer!));
    this.#saveTimer ??= setInterval(this.#save, 5_000);
    globalThis.addEventListener?.("pagehide", this.#save);
    return result;
  }

  /** A server that was restarted has no media of ours: everything of it begins again. */
  async #renew(result: JoinResult): Promise<void> {
    this.#transport?.close();
    this.handlers.emit("channel", { open: false });
    const transport = (this.#transport = this.#openTransport());
    try {
      await this.#outgoing(transport);
      const offer = await transport.offer();
      const answer = this.request("negotiate", offer);
      answer.catch(() => undefined); // told below
      await transport.begin(offer, this.options.iceServers ?? result.iceServers ?? []);
      await transport.accept(await this.#answered(offer, answer));
    } catch (error) {
      if (this.#transport === transport) this.#end("lost", error as Error);
    }
  }

  async #outgoing(transport: Transport): Promise<void> {
    for (const source of ["microphone", "camera", "screen"] as const) {
      const track = this.handlers.outgoing(source);
      if (track) await transport.send(source, track);
    }
  }

  /** The answer, though the socket may be lost while it is made. */
  async #answered(offer: Negotiate, first: Promise<NegotiateResult>): Promise<NegotiateResult> {
    let answer = first;
    for (;;) {
      try {
        return await answer;
      } catch (error) {
        if (!(error instanceof ConnectionError) || error.code !== "socket" || this.#closed) throw error;
        if (!this.#link?.open) await new Promise<void>((resolve) => this.#back.push(resolve));
        answer = this.request("negotiate", offer);
      }
    }
  }

  #openTransport(): Transport {
    const transport: Transport = new Transport(this.options.slots ?? CALLER_SLOTS, this.options.iceServers ?? [], {
      negotiate: (params) => this.request("negotiate", params),
      candidate: (c) => {
        if (!this.#link?.notify("candidate", c)) this.#unsent.push(c);
      },
      health: (h) => this.handlers.emit("mediaHealth", h),
      slot: (mid, track) => this.handlers.slot(mid, track),
      channelOpen: () => {
        this.model.channelReset();
        this.handlers.emit("channel", { open: true });
        transport.message(Type.queryAgentState);
      },
      channelClosed: () => this.handlers.emit("channel", { open: false }),
      message: (text) => {
        const e = decodeEnvelope(text);
        if (e) this.model.envelope(e);
        this.#armLedger();
      },
      failed: (error) => this.#end("lost", error),
    });
    return transport;
  }

  #openLink(url: string, join: Join): SignalLink {
    return new SignalLink(
      { url, join, webSocket: this.options.webSocket, reconnect: this.options.reconnect },
      {
        notification: (method, params) => this.#notification(method, params),
        reconnecting: (attempt, deadline) => {
          this.model.socketOpen = false;
          this.handlers.emit("reconnecting", { attempt, deadline });
        },
        reconnected: (result) => {
          // Whose offer is not answered yet sends it again and has new media by that.
          const renew = result.restarted === true && (this.#transport?.negotiations ?? 0) > 0;
          if (result.restarted) this.model.restarted();
          if (renew) this.#unsent = [];
          this.#joined(result);
          for (const c of this.#unsent.splice(0)) this.#link?.notify("candidate", c);
          this.handlers.resumed();
          for (const go of this.#back.splice(0)) go();
          if (renew) void this.#renew(result);
          else this.#transport?.poke();
          this.handlers.emit("reconnected", result);
        },
        closed: (reason, error) => this.#end(reason, error),
        cursor: () => this.model.socketCursor,
      },
    );
  }

  #joined(result: JoinResult): void {
    this.model.joined(result);
    this.#saveSession();
  }

  #saveSession(): void {
    const resume = this.#link?.resumeToken;
    if (resume) this.#session?.save({ url: this.#url, call: this.model.callId, resume, savedAt: Date.now(), muted: this.handlers.muted() });
  }

  #notification(method: NotificationName, params: unknown): void {
    if (method === "candidate") return this.#transport?.addCandidate(params as Candidate);
    if (method === "closed") return this.#end((params as { reason?: string }).reason ?? "ended");
    this.model.notification(method, params);
    if (method === "slots") this.handlers.slotsChanged();
    this.#armLedger();
  }

  /** A takeover event may wait for the one before it, but not for ever. */
  #armLedger(): void {
    const due = this.model.nextDeadline;
    if (due === null || this.#ledgerTimer || this.#closed) return;
    this.#ledgerTimer = setTimeout(
      () => {
        this.#ledgerTimer = null;
        this.model.tick();
        this.#armLedger();
      },
      Math.max(0, due - Date.now()),
    );
  }

  #end(reason: string, error?: Error): void {
    if (this.#closed) return;
    this.close();
    this.handlers.ended(reason, error);
  }

  #teardown(): void {
    this.#link?.close();
    this.#transport?.close();
    this.#link = this.#transport = null;
  }
}
