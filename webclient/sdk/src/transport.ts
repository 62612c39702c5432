/**
 * Transport: the one PeerConnection of a call. It makes the one offer, swaps
 * what is sent without negotiating, restarts ICE when the path breaks, and
 * carries the data channel. It knows neither calls nor takeovers.
 */
import { encodeEnvelope } from "./codec.ts";
import { plan, publications, type MLine, type SlotCount } from "./mlines.ts";
import { IceRestartPolicy, type IceHealth } from "./reconnect.ts";
import { CHANNEL_LABEL, type Candidate, type IceServer, type Negotiate, type NegotiateResult, type Source } from "./wire.ts";

export interface TransportHandlers {
  /** Sends an offer to the server. */
  negotiate(params: Negotiate): Promise<NegotiateResult>;
  candidate(c: Candidate): void;
  health(h: IceHealth): void;
  /** A slot's track exists; it is the same as long as this lives. */
  slot(mid: string, track: MediaStreamTrack): void;
  channelOpen(): void;
  channelClosed(): void;
  message(text: string): void;
  /** The media path can not be had. */
  failed(error: Error): void;
}

/** How much may wait in the data channel before a message is refused. */
const MAX_BUFFERED = 256 * 1024;

/** Encodings: a voice in clear quality, a face that survives a thin line, a legible screen. */
const BITRATES: Record<Source, number> = { microphone: 40_000, camera: 900_000, screen: 2_000_000 };

export class Transport {
  readonly #pc: RTCPeerConnection;
  readonly #lines: MLine[];
  readonly #transceivers: RTCRtpTransceiver[];
  readonly #channel: RTCDataChannel;
  readonly #ice = new IceRestartPolicy();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #negotiations = 0;
  #chain: Promise<void> = Promise.resolve();
  #remoteSet = false;
  #early: Candidate[] = [];
  #closed = false;

  constructor(
    slots: SlotCount,
    iceServers: IceServer[],
    private readonly handlers: TransportHandlers,
  ) {
    this.#lines = plan(slots);
    const pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.#pc = pc;
    pc.ontrack = (e) => {
      const mid = e.transceiver.mid;
      if (mid !== null) this.handlers.slot(mid, e.track);
    };
    pc.onicecandidate = (e) => {
      // null ends the gathering; the protocol says that with an empty candidate.
      const c = e.candidate;
      this.handlers.candidate(
        c === null
          ? { candidate: "" }
          : { candidate: c.candidate, sdpMid: c.sdpMid ?? undefined, sdpMLineIndex: c.sdpMLineIndex ?? undefined },
      );
    };
    pc.onconnectionstatechange = () => this.#observe();
    this.#transceivers = this.#lines.map((l) => pc.addTransceiver(l.kind, { direction: l.direction }));
    this.#channel = pc.createDataChannel(CHANNEL_LABEL, { ordered: true });
    this.#channel.onopen = () => this.handlers.channelOpen();
    this.#channel.onclose = () => this.handlers.channelClosed();
    this.#channel.binaryType = "arraybuffer";
    // The same JSON, whether the server sends it as text or as bytes.
    this.#channel.onmessage = (e) => this.handlers.message(typeof e.data === "string" ? e.data : new TextDecoder().decode(e.data as ArrayBuffer));
  }

  /** How many offers have been made: 1 in an undisturbed call. */
  get negotiations(): number {
    return this.#negotiations;
  }

  get channelOpen(): boolean {
    return this.#channel.readyState === "open";
  }

  get connected(): boolean {
    return this.#pc.connectionState === "connected";
  }

  /** Makes the offer, to be sent right behind join. */
  async offer(): Promise<Negotiate> {
    const offer = await this.#pc.createOffer();
    return this.#describe(offer.sdp ?? "");
  }

  /**
   * Sets the offer, which starts the gathering. Separate from offer so that
   * join's ICE servers can still be taken in.
   */
  async begin(n: Negotiate, iceServers?: IceServer[]): Promise<void> {
    if (iceServers && iceServers.length > 0) this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers });
    await this.#pc.setLocalDescription(n.offer);
  }

  async accept(result: NegotiateResult): Promise<void> {
    await this.#pc.setRemoteDescription(result.answer);
    this.#negotiations++;
    this.#remoteSet = true;
    for (const c of this.#early.splice(0)) await this.#add(c);
  }

  addCandidate(c: Candidate): void {
    if (!this.#remoteSet) {
      if (this.#early.length < 100) this.#early.push(c);
      return;
    }
    void this.#add(c);
  }

  /** Changes what a source's m-line sends; null sends nothing. Never negotiates. */
  async send(source: Source, track: MediaStreamTrack | null): Promise<void> {
    const sender = this.#transceivers[this.#lines.findIndex((l) => l.source === source)]?.sender;
    if (!sender || this.#closed) return;
    await sender.replaceTrack(track);
    if (track) await limit(sender, source);
  }

  /** Sends a data channel message; false when the channel can not take it. */
  message(type: number, data?: unknown): boolean {
    if (!this.channelOpen || this.#channel.bufferedAmount > MAX_BUFFERED) return false;
    this.#channel.send(encodeEnvelope(type, data));
    return true;
  }

  receiver(mid: string): RTCRtpReceiver | undefined {
    return this.#transceivers.find((t) => t.mid === mid)?.receiver;
  }

  stats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  /** Looks again whether the path needs help, after the socket came back. */
  poke(): void {
    this.#schedule();
  }

  /** Restarts ICE now. */
  restartIce(): Promise<void> {
    this.#ice.restarted(Date.now());
    const run = this.#chain.then(() => this.#restart());
    this.#chain = run.catch(() => undefined);
    return run;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#pc.ontrack = this.#pc.onicecandidate = this.#pc.onconnectionstatechange = null;
    this.#channel.onopen = this.#channel.onclose = this.#channel.onmessage = null;
    this.#pc.close();
  }

  #describe(sdp: string): Negotiate {
    return { offer: { type: "offer", sdp }, publish: publications(sdp, this.#lines) };
  }

  async #restart(): Promise<void> {
    if (this.#closed || this.#pc.signalingState !== "stable") return;
    const offer = await this.#pc.createOffer({ iceRestart: true });
    const n = this.#describe(offer.sdp ?? "");
    this.#remoteSet = false;
    await this.#pc.setLocalDescription(n.offer);
    try {
      await this.accept(await this.handlers.negotiate(n));
    } catch (error) {
      if (!this.#closed && this.#offering()) await this.#pc.setLocalDescription({ type: "rollback" });
      this.#remoteSet = true;
      throw error;
    }
  }

  #offering(): boolean {
    return this.#pc.signalingState === "have-local-offer";
  }

  #observe(): void {
    const s = this.#pc.connectionState;
    const health: IceHealth = s === "connecting" ? "new" : s;
    // "connecting" during a restart does not end the trouble that led to it.
    if (s !== "connecting") this.#ice.observe(health, Date.now());
    this.handlers.health(health);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const due = this.#ice.due(Date.now());
    if (due === null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      // Without the socket there is nobody to negotiate with: poke comes later.
      void this.restartIce()
        .catch(() => undefined)
        .finally(() => {
          if (this.#closed) return;
          if (this.#ice.restarts >= 8) this.handlers.failed(new Error("The media connection could not be restored."));
          else this.#schedule();
        });
    }, due);
  }

  async #add(c: Candidate): Promise<void> {
    try {
      if (c.candidate === "") await this.#pc.addIceCandidate();
      else await this.#pc.addIceCandidate(c);
    } catch (error) {
      console.warn("relevo: candidate not usable:", error);
    }
  }
}

async function limit(sender: RTCRtpSender, source: Source): Promise<void> {
  try {
    const p = sender.getParameters();
    const encoding = p.encodings?.[0];
    if (!encoding) return;
    encoding.maxBitrate = BITRATES[source];
    await sender.setParameters(p);
  } catch {
    // A browser that can not be limited sends what it likes.
  }
}
