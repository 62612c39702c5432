/**
 * RelevoCall: one participant's place in one call.
 *
 *   page ── RelevoCall ─┬─ Connection ─┬─ SignalLink ── SignalSocket  (JSON-RPC, resumes)
 *                       │              └─ Transport   (PeerConnection, data channel)
 *                       ├─ LocalMedia, Playback       (devices, sound)
 *                       └─ CallModel                  (what is known; pure)
 */
import { Connection } from "./connection.ts";
import { listDevices, watchDevices, type DeviceList } from "./devices.ts";
import { Emitter } from "./emitter.ts";
import { ConnectionError, MediaError } from "./errors.ts";
import type { CallEvents, RemoteVideo } from "./events.ts";
import { LocalMedia } from "./media.ts";
import { CallModel } from "./model.ts";
import type { ConnectOptions } from "./options.ts";
import { Playback } from "./playback.ts";
import { judge, read, type Reading } from "./quality.ts";
import {
  MODE_OWN_VOICE,
  Type,
  type Audience,
  type JoinResult,
  type Participant,
  type RequestHuman,
  type Source,
  type Subscribe,
  type TakeoverMode,
  type TakeoverResult,
} from "./wire.ts";

const SOURCES: readonly Source[] = ["microphone", "camera", "screen"];
const STATS_MS = 2_000;
/** A claim waits for the human's media, 30 s at most. */
const TAKEOVER_MS = 40_000;

export class RelevoCall extends Emitter<CallEvents> {
  readonly model: CallModel;
  readonly #options: ConnectOptions;
  readonly #media: LocalMedia;
  readonly #playback: Playback;
  readonly #connection: Connection;
  readonly #muted: Record<Source, boolean> = { microphone: false, camera: false, screen: false };
  readonly #tracks = new Map<string, MediaStreamTrack>();
  readonly #cleanup: (() => void)[] = [];
  #lastReading: Reading | null = null;
  #started = false;
  #closed = false;
  #claimKey: string | null = null;

  constructor(options: ConnectOptions) {
    super();
    this.#options = options;
    this.model = new CallModel((event, payload) => {
      if (event === "humanTakeoverConnected" || event === "humanTakeoverFailed") this.#claimKey = null;
      this.emit(event, payload);
    });
    this.#playback = new Playback((blocked) => this.emit("playbackBlocked", { blocked }));
    this.#connection = new Connection(options, this.model, {
      emit: (event, payload) => this.emit(event, payload),
      slot: (mid, track) => {
        this.#tracks.set(mid, track);
        if (track.kind === "audio") this.#playback.attach(mid, track);
        else this.emit("videos", this.videos);
      },
      slotsChanged: () => this.emit("videos", this.videos),
      resumed: () => {
        for (const source of SOURCES) this.#tellMute(source);
      },
      muted: () => this.#muted.microphone,
      resuming: (muted) => {
        if (muted) this.mute();
      },
      outgoing: (source) => this.#media.track(source),
      ended: (reason, error) => this.#finish(reason, error),
    });
    this.#media = new LocalMedia({
      track: (source, track) => this.#localTrack(source, track),
      ended: (source) => this.#sourceEnded(source),
    });
  }

  /** Makes a call and connects it. prepare adds listeners before anything happens. */
  static async connect(options: ConnectOptions, prepare?: (call: RelevoCall) => void): Promise<RelevoCall> {
    const call = new RelevoCall(options);
    prepare?.(call);
    await call.connect();
    return call;
  }

  get me(): Participant | null {
    return this.model.me;
  }
  get participants(): Participant[] {
    return this.model.participants;
  }
  get closed(): boolean {
    return this.#closed;
  }
  /** How many offers this client has made: 1 in an undisturbed call. */
  get negotiations(): number {
    return this.#connection.transport?.negotiations ?? 0;
  }

  /** Joins and agrees on the media. Rejects with RpcError or ConnectionError. */
  async connect(): Promise<JoinResult> {
    if (typeof RTCPeerConnection === "undefined") throw new ConnectionError("unsupported", "This browser can not make calls.");
    if (this.#started) throw new ConnectionError("closed", "A call object connects once.");
    this.#started = true;
    try {
      if (this.#options.microphone) await this.#media.adopt("microphone", this.#options.microphone);
      const result = await this.#connection.open();
      // A place that is resumed may have been left muted.
      for (const source of SOURCES) if (result.resumed || this.#muted[source]) this.#tellMute(source);
      this.#watch();
      this.emit("connected", result);
      return result;
    } catch (error) {
      this.#finish("failed", error as Error, false);
      throw error;
    }
  }

  // What is sent.

  isOn(source: Source): boolean {
    return this.#media.isOn(source);
  }
  isMuted(source: Source = "microphone"): boolean {
    return this.#muted[source];
  }
  localTrack(source: Source): MediaStreamTrack | null {
    return this.#media.track(source);
  }
  /** Switches the microphone on or off; off gives the device back. */
  setMicrophone(on: boolean, deviceId?: string): Promise<void> {
    return this.#set("microphone", on, deviceId);
  }
  setCamera(on: boolean, deviceId?: string): Promise<void> {
    return this.#set("camera", on, deviceId);
  }
  setScreen(on: boolean): Promise<void> {
    return this.#set("screen", on);
  }
  /** Sends a track that the page already has, e.g. of its microphone check. */
  adopt(source: Source, track: MediaStreamTrack): Promise<void> {
    return this.#media.adopt(source, track);
  }
  mute(source: Source = "microphone"): void {
    this.#mute(source, true);
  }
  unmute(source: Source = "microphone"): void {
    this.#mute(source, false);
  }
  /** Chooses where sound is played; rejects with MediaError. */
  setSpeaker(deviceId: string): Promise<void> {
    return this.#playback.setSpeaker(deviceId);
  }
  devices(): Promise<DeviceList> {
    return listDevices();
  }
  /** Starts the sound after a click, when the browser wanted one. */
  resumePlayback(): Promise<void> {
    return this.#playback.resume();
  }

  // What is received.

  /** The video that is received now. */
  get videos(): RemoteVideo[] {
    const out: RemoteVideo[] = [];
    for (const s of this.model.slots) {
      const track = this.#tracks.get(s.mid);
      if (s.kind === "video" && s.participantId && track) {
        out.push({ mid: s.mid, participantId: s.participantId, source: s.source ?? "camera", track });
      }
    }
    return out;
  }
  /** The audio slots' tracks by mid; each is the same for the whole call, but for a restart of the server ("reconnected" with restarted). */
  get audioTracks(): Map<string, MediaStreamTrack> {
    return new Map([...this.#tracks].filter(([, t]) => t.kind === "audio"));
  }
  /** How loud a slot is now, 0 to 1. */
  level(mid: string): number {
    const sources = this.#connection.transport?.receiver(mid)?.getSynchronizationSources() ?? [];
    return sources[0]?.audioLevel ?? 0;
  }
  stats(): Promise<RTCStatsReport> | null {
    return this.#connection.transport?.stats() ?? null;
  }

  // What is asked of the server. All reject with RpcError or ConnectionError.

  /**
   * Types something. A human's without the floor is guidance for the AI, unless
   * it is to the caller: the first such takes the call over in the agent's voice.
   */
  async sendMessage(text: string, to?: "caller"): Promise<number> {
    return (await this.#connection.request("message", to ? { text, to } : { text })).seq;
  }
  async requestHuman(params: RequestHuman = {}): Promise<void> {
    await this.#connection.request("requestHuman", params);
  }
  /** Says where the caller can be written to. */
  async setEmail(email: string): Promise<void> {
    await this.#connection.request("setEmail", { email });
  }
  async cancelRequest(): Promise<void> {
    await this.#connection.request("cancelRequest", {});
  }
  async keepWaiting(): Promise<void> {
    await this.#connection.request("keepWaiting", {});
  }
  /** Stops what the AI says. */
  async interrupt(): Promise<void> {
    await this.#connection.request("interrupt", {});
  }
  /** Chooses who hears us while we have not the floor: humans is a whisper, everyone a barge-in. */
  async speakTo(to: Audience): Promise<void> {
    if (to !== "nobody" && !this.isOn("microphone")) await this.setMicrophone(true, this.#options.microphoneId);
    if (to !== "nobody") this.unmute();
    await this.#connection.request("speakTo", { to });
  }
  async subscribe(params: Subscribe): Promise<void> {
    await this.#connection.request("subscribe", params);
  }

  /**
   * Takes the call over; resolves once connected. The microphone is opened
   * first when it is not on: a claim without a voice would keep the caller
   * waiting. In the agent's voice one may also only type: then no microphone is opened.
   */
  async takeover(mode: TakeoverMode = MODE_OWN_VOICE, o: { typing?: boolean } = {}): Promise<TakeoverResult> {
    const typing = o.typing === true && mode !== MODE_OWN_VOICE;
    if (!this.isOn("microphone") && !typing) {
      try {
        await this.setMicrophone(true, this.#options.microphoneId);
      } catch (error) {
        if (mode === MODE_OWN_VOICE) throw error;
        this.emit("mediaError", error as MediaError);
      }
    }
    if (typing) this.mute();
    else this.unmute();
    // The key makes a repetition after a lost socket the same claim.
    this.#claimKey ??= crypto.randomUUID();
    try {
      return await this.#connection.request("takeover", { takeoverMode: mode, key: this.#claimKey }, TAKEOVER_MS);
    } catch (error) {
      if (!(error instanceof ConnectionError)) this.#claimKey = null;
      throw error;
    }
  }
  /** Gives the call back. With watch, one is told when trouble comes up again. */
  async returnToAI(o: { watch?: boolean } = {}): Promise<void> {
    await this.#connection.request("return", o.watch ? { watch: true } : {});
  }
  /** Ends the call for everybody. */
  async hangup(): Promise<void> {
    await this.#farewell("hangup", "ended");
  }
  /** Leaves; the call goes on without us. */
  async leave(): Promise<void> {
    await this.#farewell("leave", "left");
  }

  // By data channel; false when it is not open.

  sendCustom(message: string): boolean {
    return this.#connection.transport?.message(Type.clientCustom, { message }) ?? false;
  }
  setPushToTalk(enable: boolean): boolean {
    return this.#connection.transport?.message(Type.pushToTalk, { enable }) ?? false;
  }
  push(action: "start" | "finish" | "cancel"): boolean {
    const type = { start: Type.pushStart, finish: Type.pushFinish, cancel: Type.pushCancel }[action];
    return this.#connection.transport?.message(type) ?? false;
  }

  /** Closes the socket as a bad network would; for tests. */
  dropSocket(): void {
    this.#connection.drop();
  }
  /** Restarts ICE; the call does so by itself when the path breaks. */
  restartIce(): Promise<void> {
    return this.#connection.transport?.restartIce() ?? Promise.resolve();
  }

  async #set(source: Source, on: boolean, deviceId?: string): Promise<void> {
    await this.#media.set(source, { on, deviceId });
  }

  async #localTrack(source: Source, track: MediaStreamTrack | null): Promise<void> {
    if (track) track.enabled = !this.#muted[source];
    await this.#connection.transport?.send(source, track);
    if (source !== "microphone") this.#tellMute(source);
    this.emit("localMedia", { source, on: track !== null, muted: this.#muted[source], track });
  }

  #mute(source: Source, muted: boolean): void {
    if (this.#muted[source] === muted) return;
    this.#muted[source] = muted;
    const track = this.#media.track(source);
    if (track) track.enabled = !muted;
    this.#tellMute(source);
    this.emit("localMedia", { source, on: track !== null, muted, track });
  }

  #tellMute(source: Source): void {
    // What is muted here sends silence anyway; the server's word is for the others:
    // a picture that stops coming would stay with them as a still.
    const off = source !== "microphone" && this.#media.track(source) === null;
    this.#connection.request("mute", { source, muted: off || this.#muted[source] }).catch(() => undefined);
  }

  #sourceEnded(source: Source): void {
    if (source === "screen") return;
    this.emit("mediaError", new MediaError(source, "notFound", `The ${source} has gone.`));
    // Unplugged: go on with what is left.
    if (source === "microphone") void this.setMicrophone(true).catch((e: MediaError) => this.emit("mediaError", e));
  }

  #watch(): void {
    const stats = setInterval(() => void this.#measure(), STATS_MS);
    this.#cleanup.push(
      () => clearInterval(stats),
      watchDevices((list) => this.emit("devices", list)),
    );
  }

  async #measure(): Promise<void> {
    const report = await this.#connection.transport?.stats().catch(() => null);
    if (!report || this.#closed) return;
    const now = read(report as unknown as Iterable<[string, unknown]>, Date.now());
    this.emit("quality", judge(this.#lastReading, now));
    this.#lastReading = now;
  }

  async #farewell(method: "hangup" | "leave", reason: string): Promise<void> {
    try {
      await this.#connection.request(method, {});
    } finally {
      this.#finish(reason);
    }
  }

  #finish(reason: string, error?: Error, tell = true): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const undo of this.#cleanup.splice(0)) undo();
    this.#connection.close();
    void this.#media.stop();
    this.#playback.close();
    this.#tracks.clear();
    if (tell) this.emit("closed", { reason, error });
  }
}
