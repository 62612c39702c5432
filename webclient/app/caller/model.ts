/** The caller page's view model: what the page shows, and what its buttons do. No DOM. */
import { computed, signal } from "@preact/signals-core";
import {
  RelevoCall,
  SessionStore,
  type AgentStateName,
  type CallState,
  type ConnectOptions,
  type Handoff,
  type Line,
  type MediaError,
  type Quality,
  type RemoteVideo,
  type Source,
  type Takeover,
} from "../../sdk/src/index.ts";
import { Announcer } from "../shared/announce.ts";
import { spokenDuration } from "../shared/format.ts";
import { weave, type MilestoneMark } from "../shared/turns.ts";
import { MicCheck } from "./check.ts";
import type { CallerConfig } from "./config.ts";
import { isOver, restBase, roughly, sendCallBack, type Access, type CallBackFields, type CallBackState } from "./waiting.ts";
import { callerEventText, party } from "./who.ts";
import { errorText } from "../shared/errors.ts";
import { t } from "../shared/i18n.ts";

export type Phase = "check" | "joining" | "call" | "ended";

export const SESSION = "relevo.caller";

export interface CallerDeps {
  config(): Promise<CallerConfig>;
  makeCall?(options: ConnectOptions): RelevoCall;
  check?: MicCheck;
  fetch?: typeof fetch;
  now?(): number;
}

export class CallerModel {
  readonly phase = signal<Phase>("check");
  readonly check: MicCheck;
  readonly announcer = new Announcer();
  readonly joinError = signal<string | null>(null);
  readonly title = signal("Relevo");

  readonly state = signal<CallState>({ state: "ai", epoch: 0 });
  readonly takeover = signal<Takeover | null>(null);
  readonly agentState = signal<AgentStateName>("listening");
  readonly humanSpeaks = signal(false);
  readonly lines = signal<Line[]>([]);
  readonly marks = signal<MilestoneMark[]>([]);
  /** What was said, with what happened between. */
  readonly conversation = computed(() => weave(this.lines.value, this.marks.value));
  readonly handoff = signal<Handoff | null>(null);
  /** The request is over without a person: what is said of it, and whether one may be called back. */
  readonly over = signal<Handoff | null>(null);
  readonly callBack = signal<CallBackState>("none");
  readonly callBackProblem = signal<string | null>(null);
  readonly asking = signal(false);
  readonly requestedAt = signal(0);
  readonly reconnecting = signal<{ deadline: number } | null>(null);
  readonly mediaLost = signal(false);
  readonly playbackBlocked = signal(false);
  readonly quality = signal<Quality | null>(null);
  readonly muted = signal(false);
  readonly hasMicrophone = signal(false);
  readonly camera = signal<MediaStreamTrack | null>(null);
  readonly screen = signal<MediaStreamTrack | null>(null);
  readonly videos = signal<RemoteVideo[]>([]);
  readonly mediaError = signal<MediaError | null>(null);
  readonly toast = signal<string | null>(null);
  readonly captions = signal(true);
  readonly connectedAt = signal(0);
  readonly endedAfter = signal(0);
  readonly endReason = signal("");
  readonly #version = signal(0);

  readonly party = computed(() => {
    this.#version.value;
    return party({
      state: this.state.value,
      takeover: this.takeover.value,
      holder: this.call?.model.holder,
      agentState: this.agentState.value,
      humanSpeaks: this.humanSpeaks.value,
    });
  });
  /** Waiting for a person: asked for, or one is joining. */
  readonly waiting = computed(() => this.state.value.state === "pending" || this.state.value.state === "willStart");

  call: RelevoCall | null = null;
  /** Every event of the calls of this page, for tests and support. */
  readonly events: { event: string; payload: unknown; at: number }[] = [];
  readonly #deps: CallerDeps;
  /** Who was in the call, known also after its end. */
  #people: RelevoCall["model"] | null = null;
  #access: Access | null = null;
  #toldPlace = 0;
  #humanQuiet: ReturnType<typeof setTimeout> | null = null;
  #lastParty = "";

  constructor(deps: CallerDeps) {
    this.#deps = deps;
    this.check = deps.check ?? new MicCheck();
  }

  /** Begins with the check, or goes on with the call that a reload has cut. */
  async start(): Promise<void> {
    if (new SessionStore(SESSION).peek(this.#now())) {
      this.phase.value = "joining";
      await this.check.start();
      await this.join();
      return;
    }
    await this.check.start();
  }

  /** Joins the call; without a microphone one can still listen and type. */
  async join(): Promise<void> {
    this.phase.value = "joining";
    this.joinError.value = null;
    try {
      // After a reload the place is resumed; its token is used up and not needed.
      const resume = new SessionStore(SESSION).peek(this.#now());
      const config = resume ? { token: "", url: "/" } : await this.#deps.config();
      if (config.token) this.#access = { token: config.token, base: restBase(config) };
      if (config.title) this.title.value = config.title;
      const make = this.#deps.makeCall ?? ((o: ConnectOptions) => new RelevoCall(o));
      const microphone = this.check.release();
      const call = make({ ...config, microphone, session: SESSION });
      this.call = call;
      this.#people = call.model;
      this.hasMicrophone.value = microphone !== null;
      this.#listen(call);
      await call.connect();
      if (this.check.speakerId.value) void call.setSpeaker(this.check.speakerId.value).catch(() => undefined);
      if ("email" in config && config.email) void call.setEmail(config.email).catch(() => undefined); // the call is not worse without
      this.connectedAt.value = this.#now();
      this.phase.value = "call";
      this.announcer.say(t("caller.say.connected"));
    } catch (e) {
      this.call = null;
      this.joinError.value = errorText(e);
      this.phase.value = "check";
      void this.check.start();
    }
  }

  toggleMute(): void {
    if (!this.call) return;
    if (!this.hasMicrophone.value) {
      void this.#try(this.call.setMicrophone(true));
      return;
    }
    if (this.muted.value) this.call.unmute();
    else this.call.mute();
    this.announcer.say(this.muted.value ? t("caller.say.micOff") : t("caller.say.micOn"));
  }
  toggle(source: "camera" | "screen"): void {
    if (!this.call) return;
    const on = !this.call.isOn(source);
    void this.#try(source === "camera" ? this.call.setCamera(on) : this.call.setScreen(on));
  }
  async chooseMicrophone(id: string): Promise<void> {
    this.check.microphoneId.value = id;
    if (this.call) await this.#try(this.call.setMicrophone(true, id));
    else await this.check.start(id);
  }
  async chooseSpeaker(id: string): Promise<void> {
    this.check.speakerId.value = id;
    if (this.call) await this.#try(this.call.setSpeaker(id));
  }
  async chooseCamera(id: string): Promise<void> {
    if (this.call) await this.#try(this.call.setCamera(true, id));
  }

  async askForHuman(): Promise<void> {
    this.asking.value = true;
    this.over.value = null;
    await this.#ask(() => this.call!.requestHuman({ reason: "asked in the page" }));
    this.asking.value = false;
  }
  async cancelRequest(): Promise<void> {
    await this.#ask(() => this.call!.cancelRequest());
  }
  async keepWaiting(): Promise<void> {
    const h = this.handoff.value;
    if (h) this.handoff.value = { ...h, question: undefined };
    await this.#ask(() => this.call!.keepWaiting());
  }
  /** From the person back to the assistant. */
  async endLiveChat(): Promise<void> {
    await this.#ask(() => this.call!.returnToAI());
  }
  /** Whether this page may leave a number: after a reload its token is gone. */
  get canLeaveCallBack(): boolean {
    return this.#access !== null;
  }
  async leaveCallBack(c: CallBackFields): Promise<boolean> {
    const id = this.call?.model.callId;
    if (!this.#access || !id || this.callBack.value === "sending") return false;
    this.callBack.value = "sending";
    this.callBackProblem.value = null;
    try {
      await sendCallBack(this.#access, id, c, this.#deps.fetch);
      this.callBack.value = "left";
      this.announcer.say(t("wait.left"));
      return true;
    } catch (e) {
      this.callBack.value = "none";
      this.callBackProblem.value = t("wait.notLeft", { why: (e as Error).message });
      return false;
    }
  }
  async send(text: string): Promise<boolean> {
    const t = text.trim();
    if (!t) return false;
    return this.#ask(() => this.call!.sendMessage(t));
  }
  async hangup(): Promise<void> {
    await this.call?.hangup().catch(() => undefined);
  }
  /** From the end back to the check. */
  async again(): Promise<void> {
    this.phase.value = "check";
    await this.check.start();
  }
  nameOf = (l: Line): string => {
    if (l.role === "caller") return t("role.you");
    const p = this.#people?.participant(l.speakerId);
    return l.name ?? p?.name ?? t(l.role === "agent" ? "role.agent" : "role.human");
  };
  faceOf = (l: Line): string | undefined => (l.role === "caller" ? undefined : this.nameOf(l));
  avatarOf = (l: Line): string | undefined => this.#people?.participant(l.speakerId)?.avatar;
  eventText = (l: Line): string | null => callerEventText(l.event, l.name);

  #listen(call: RelevoCall): void {
    this.#reset();
    call.onAny((event, payload) => this.events.push({ event, payload: snapshot(payload), at: this.#now() }));
    const bump = () => this.#version.value++;
    call.on("callState", (s) => {
      const was = this.state.value.state;
      this.state.value = s;
      this.agentState.value = call.model.agentState;
      if (s.state === "pending" && was !== "pending" && was !== "willStart") {
        this.#mark("request");
        this.requestedAt.value = this.#now();
        this.announcer.say(t("caller.say.waiting"));
      }
      if (s.state !== "pending" && s.state !== "willStart") {
        this.handoff.value = null;
        this.#toldPlace = 0;
      }
      if (s.state === "human" || s.state === "pending") this.over.value = null;
      this.#tellParty();
    });
    call.on("participantJoined", bump);
    call.on("participantLeft", bump);
    call.on("humanTakeoverWillStart", (e) => {
      this.takeover.value = call.model.takeover;
      this.#mark("willStart", e.name);
      this.announcer.say(t("caller.say.joining", { name: e.name ?? t("caller.person") }));
    });
    call.on("humanTakeoverConnected", () => {
      this.takeover.value = call.model.takeover;
      this.#mark("human", call.model.takeover?.name);
      this.#tellParty();
    });
    call.on("humanTakeoverFailed", () => {
      this.takeover.value = null;
      this.#mark("failed");
      this.#say(t("caller.say.failed"));
    });
    call.on("humanTakeoverEnded", (e) => {
      this.takeover.value = null;
      // Another human has it at once, and is told of by themselves; the assistant has not spoken.
      if (e.reason === "handedOver") return;
      this.#mark(e.reason === "lost" ? "lost" : "ai");
      if (e.reason === "lost") this.#say(t("caller.say.lost"));
    });
    call.on("handoff", (h) => this.#wait(h));
    call.on("agentStateChange", (s) => (this.agentState.value = s));
    call.on("humanSubtitleNotify", (s) => this.#humanSpoke(s.end));
    call.on("line", (l) => {
      this.lines.value = call.model.transcript.lines;
      // The caller knows what they said themselves.
      if (l.final && !l.backlog && l.role !== "caller" && l.kind !== "event") this.announcer.say(`${this.nameOf(l)}: ${l.text}`);
    });
    call.on("reconnecting", (r) => {
      if (!this.reconnecting.value) this.announcer.say(t("caller.say.reconnecting"));
      this.reconnecting.value = r;
    });
    call.on("reconnected", () => {
      this.reconnecting.value = null;
      this.announcer.say(t("caller.say.reconnected"));
      bump();
    });
    call.on("mediaHealth", (h) => (this.mediaLost.value = h === "disconnected" || h === "failed"));
    call.on("playbackBlocked", (b) => (this.playbackBlocked.value = b.blocked));
    call.on("quality", (q) => (this.quality.value = q));
    call.on("videos", (v) => (this.videos.value = v));
    call.on("devices", (d) => (this.check.devices.value = d));
    call.on("localMedia", (m) => this.#local(m.source, m.track, m.muted));
    call.on("mediaError", (e) => (this.mediaError.value = e));
    call.on("agentError", (e) => this.#say(e.message));
    call.on("closed", (c) => this.#ended(c.reason));
  }

  #wait(h: Handoff): void {
    if (isOver(h)) {
      this.handoff.value = null;
      this.over.value = h;
      this.callBack.value = "none";
      this.announcer.say([t("wait.over"), h.reply].filter(Boolean).join(". "));
      return;
    }
    const asked = this.handoff.value?.question;
    this.handoff.value = h;
    if (h.question && !asked) this.announcer.say(t("wait.ask"));
    else if (h.position && h.position !== this.#toldPlace) {
      // Told when it changes, not with each notice.
      const likely = h.likelyMs ? ` ${t("wait.likely", { time: spokenDuration(roughly(h.likelyMs)) })}` : "";
      this.announcer.say((h.position === 1 ? t("wait.next") : t("wait.place", { place: h.position })) + likely);
    }
    this.#toldPlace = h.position ?? 0;
  }

  #local(source: Source, track: MediaStreamTrack | null, muted: boolean): void {
    if (source === "microphone") {
      this.muted.value = muted;
      this.hasMicrophone.value = track !== null;
    } else if (source === "camera") this.camera.value = track;
    else this.screen.value = track;
    if (track) this.mediaError.value = null;
  }

  #mark(event: string, name?: string): void {
    this.marks.value = [...this.marks.value, { event, name, time: this.#now(), after: this.lines.value.at(-1)?.key ?? null }];
  }

  #humanSpoke(end: boolean): void {
    if (this.#humanQuiet) clearTimeout(this.#humanQuiet);
    this.humanSpeaks.value = !end;
    this.#humanQuiet = setTimeout(() => (this.humanSpeaks.value = false), 1_500);
  }

  #tellParty(): void {
    const p = this.party.value;
    const text = `${p.name}, ${p.role}`;
    if (this.state.value.state !== "returning" && this.#lastParty && this.#lastParty !== text) this.announcer.say(t("caller.say.party", { name: p.name, role: p.role }));
    this.#lastParty = text;
  }

  #ended(reason: string): void {
    this.endedAfter.value = this.connectedAt.value ? this.#now() - this.connectedAt.value : 0;
    this.endReason.value = reason;
    this.reconnecting.value = null;
    this.call = null;
    this.camera.value = this.screen.value = null;
    this.videos.value = [];
    this.phase.value = "ended";
    this.announcer.say(t("caller.say.ended"));
  }

  #reset(): void {
    this.state.value = { state: "ai", epoch: 0 };
    this.takeover.value = this.handoff.value = this.over.value = this.reconnecting.value = this.mediaError.value = this.toast.value = this.quality.value = null;
    this.lines.value = [];
    this.marks.value = [];
    this.videos.value = [];
    this.muted.value = this.mediaLost.value = this.humanSpeaks.value = false;
    this.agentState.value = "listening";
    this.#lastParty = "";
  }

  #say(text: string): void {
    this.toast.value = text;
    this.announcer.say(text);
  }

  async #ask(request: () => Promise<unknown>): Promise<boolean> {
    if (!this.call) return false;
    try {
      await request();
      this.toast.value = null;
      return true;
    } catch (e) {
      this.#say(errorText(e));
      return false;
    }
  }

  async #try(media: Promise<void>): Promise<void> {
    try {
      await media;
    } catch (e) {
      const error = e as MediaError;
      // Closing the picker of screens is a choice, not an error.
      if (error.device === "screen" && (error.code === "denied" || error.code === "dismissed")) return;
      this.mediaError.value = error;
    }
  }

  #now(): number {
    return (this.#deps.now ?? Date.now)();
  }
}

/** A copy for the log: tracks and errors do not survive JSON, the rest must not change later. */
function snapshot(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload ?? null, (_k, v: unknown) => (v instanceof Error ? { message: v.message } : v)));
}
