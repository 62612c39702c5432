/** The view model of one call that is open at the desk. No DOM. */
import { computed, signal } from "@preact/signals-core";
import {
  CONSOLE_SLOTS,
  MODE_AGENT_VOICE,
  MODE_OWN_VOICE,
  RelevoCall,
  type AgentStateName,
  type Audience,
  type CallState,
  type Brief,
  type ConnectOptions,
  type Fact,
  type HandoffLine,
  type Line,
  type MediaError,
  type Participant,
  type RemoteVideo,
  type Reply,
  type Summary,
  type Takeover,
  type TakeoverMode,
} from "../../sdk/src/index.ts";
import { t } from "../shared/i18n.ts";
import type { Announcer } from "../shared/announce.ts";
import { weave, type MilestoneMark } from "../shared/turns.ts";
import type { DeskApi, Note } from "./api.ts";
import { EVERYTHING, NOTHING, toSubscribe, type WantMap, type Wants } from "./subscription.ts";
import { assistText, callerLabel, deskEventText, stateText, takeoverProblem, troubleText } from "./wording.ts";

/** An AI's sentence that is less sure than this is a guess to it (escalation's lowConfidence.below). */
const GUESS = 0.42;
const FAILURES = new Set(["engineFailed", "request", "failed", "lost"]);

/** Whether the AI failed here, or a person was asked for. */
function failed(l: Line): boolean {
  if (l.event) return FAILURES.has(l.event);
  const sure = l.role === "agent" && l.kind === "sentence" ? (l.data as { confidence?: unknown } | undefined)?.confidence : undefined;
  return typeof sure === "number" && sure < GUESS;
}

export type Place = "listening" | "connecting" | "holding" | "other" | "ended";

export interface TimelineItem {
  state: CallState["state"];
  at: number;
  name?: string;
}

export interface DeskCallOptions {
  id: string;
  token: string;
  wsUrl?: string;
  /** Whether the microphone is open, hidden, while listening, so that a takeover takes no time. */
  warm: () => boolean;
  announcer: Announcer;
  /** It is ours already: our media makes the takeover happen. */
  claimed?: boolean;
  /** A colleague wants our advice: only they are to hear us. */
  consult?: boolean;
  /** A microphone that is open already. */
  microphone?: Promise<MediaStreamTrack | null> | null;
  /** The request for a human that belongs to this call. */
  handoff?: () => HandoffLine | undefined;
  api?: DeskApi;
  makeCall?: (o: ConnectOptions) => RelevoCall;
  now?: () => number;
  onEvent?: (event: string, payload: unknown) => void;
}

export class DeskCall {
  readonly id: string;
  readonly call: RelevoCall;
  /** Claimed at the desk, and not yet heard. */
  readonly claimed = signal(false);
  /** Who hears us while we have not the floor. */
  readonly audience = signal<Audience>("nobody");
  readonly notes = signal<Note[]>([]);
  readonly handoff = computed(() => this.#o.handoff?.());
  /** Where the transcript is to go: a line's key. */
  readonly jump = signal<string | null>(null);
  readonly joined = signal(false);
  readonly error = signal<string | null>(null);
  readonly state = signal<CallState>({ state: "ai", epoch: 0 });
  readonly takeover = signal<Takeover | null>(null);
  readonly agentState = signal<AgentStateName>("listening");
  readonly participants = signal<Participant[]>([]);
  readonly lines = signal<Line[]>([]);
  readonly marks = signal<MilestoneMark[]>([]);
  readonly conversation = computed(() => weave(this.lines.value, this.marks.value));
  readonly timeline = signal<TimelineItem[]>([]);
  readonly videos = signal<RemoteVideo[]>([]);
  /** What we could say, while we have the floor. */
  readonly replies = signal<Reply[]>([]);
  /** What is in the message box. */
  readonly draft = signal("");
  readonly brief = signal<Brief | null>(null);
  readonly briefOpen = signal(true);
  /** Whether we are to be warned of trouble after we have given the call back. */
  readonly watch = signal(false);
  readonly #summary = signal<Summary | null>(null);
  readonly #facts = signal<Fact[] | null>(null);
  readonly wants = signal<WantMap>({});
  readonly byDefault = signal<Wants>(EVERYTHING);
  readonly mode = signal<TakeoverMode>(MODE_OWN_VOICE);
  readonly claiming = signal(false);
  readonly microphone = signal<MediaStreamTrack | null>(null);
  readonly muted = signal(false);
  readonly mediaError = signal<MediaError | null>(null);
  readonly problem = signal<string | null>(null);
  readonly reconnecting = signal(false);
  readonly playbackBlocked = signal(false);
  readonly endReason = signal<string | null>(null);
  readonly backlogCursor = signal(0);
  readonly #o: DeskCallOptions;
  #subscribing: Promise<void> | null = null;
  #subscribeAgain = false;
  #replay = false;
  #shownFailure = "";
  #late: ReturnType<typeof setTimeout> | null = null;

  /** Where the AI failed, or a person was asked for: keys of lines. */
  readonly failures = computed(() => this.conversation.value.filter(failed).map((l) => l.key));

  /** Where we stand in this call. */
  readonly place = computed<Place>(() => {
    if (this.endReason.value !== null) return "ended";
    const s = this.state.value;
    this.participants.value;
    const me = this.call.me?.id;
    if ((s.state === "human" || s.state === "returning") && s.holder) return s.holder === me ? "holding" : "other";
    if (this.claiming.value || (this.claimed.value && s.state !== "ended")) return "connecting";
    return s.state === "willStart" ? "other" : "listening";
  });
  /** The human who has, or is getting, the call. */
  readonly human = computed(() => {
    const s = this.state.value;
    const holder = s.holder ? this.call.model.participant(s.holder) : undefined;
    return (holder?.role === "human" ? holder.name : undefined) ?? this.takeover.value?.name;
  });
  /** The brief is of use to who may take over, and to who has done so. */
  readonly briefShown = computed(() => {
    const place = this.place.value;
    return place === "connecting" || place === "holding" || (place === "listening" && this.state.value.state === "pending");
  });
  /** The call so far: the newest, while we have it; else what the brief says. */
  readonly summary = computed(() => this.#summary.value ?? this.brief.value?.summary ?? null);
  readonly live = computed(() => this.#summary.value !== null);
  readonly facts = computed(() => this.#facts.value ?? this.brief.value?.facts ?? []);
  readonly caller = computed(() => this.participants.value.find((p) => p.role === "caller"));
  readonly callerName = computed(() => callerLabel(this.caller.value?.name || this.handoff.value?.caller, this.caller.value?.identity));
  readonly others = computed(() => this.participants.value.filter((p) => p.id !== this.call.me?.id));

  constructor(o: DeskCallOptions) {
    this.#o = o;
    this.id = o.id;
    const make = o.makeCall ?? ((c: ConnectOptions) => new RelevoCall(c));
    this.claimed.value = o.claimed ?? false;
    this.call = make({
      token: o.token,
      wsUrl: o.wsUrl,
      url: o.wsUrl ? undefined : "/",
      call: o.id,
      role: "human",
      slots: CONSOLE_SLOTS,
      session: `relevo.console.${o.id}`,
    });
    this.#listen();
  }

  async open(): Promise<void> {
    void this.loadNotes();
    try {
      // A microphone that is being opened already: the takeover needs it, the page does not wait for it twice.
      const track = await this.#o.microphone;
      if (track) await this.call.adopt("microphone", track);
      const r = await this.call.connect();
      this.joined.value = true;
      if (this.timeline.value.length === 0) this.timeline.value = [{ state: r.call.state, at: this.#now() }];
      this.#participants();
      if (this.#o.consult) await this.speak("humans");
      else if ((this.#o.warm() || this.claimed.value) && !this.microphone.value) await this.warm(true);
    } catch (e) {
      if (this.endReason.value === null) this.error.value = takeoverProblem(e as Error);
    }
  }

  /** It has become ours at the desk while it was open here. */
  async claim(consult: boolean, microphone: Promise<MediaStreamTrack | null> | null): Promise<void> {
    this.claimed.value = !consult;
    const track = await microphone;
    if (track && !this.call.isOn("microphone")) await this.call.adopt("microphone", track);
    else if (!this.microphone.value) await this.warm(true);
    this.call.unmute();
    if (consult) await this.speak("humans");
  }

  /** Whispers to the human who has the call, barges in, or is silent again. */
  async speak(to: Audience): Promise<void> {
    try {
      await this.call.speakTo(to);
      this.audience.value = to;
      if (to === "nobody") this.#coolDown();
    } catch (e) {
      const error = e as Error;
      if (error.name === "MediaError") this.mediaError.value = error as MediaError;
      else this.#complain(takeoverProblem(error, this.human.value));
    }
  }

  /** Writes to a caller whom the AI has: takes the call over first, in text. */
  async sendToCaller(text: string): Promise<boolean> {
    if (text.trim() === "") return false;
    if (this.place.value === "listening") await this.takeOver(MODE_AGENT_VOICE, true);
    return this.place.value === "holding" && this.send(text);
  }

  /** How loud somebody is heard here now, 0 to 1. */
  levelOf(participant: string): number {
    let most = 0;
    for (const s of this.call.model.slots) if (s.kind === "audio" && s.participantId === participant) most = Math.max(most, this.call.level(s.mid));
    return Math.min(1, most * 2.2);
  }

  /** Goes to the last failure, and from there to the one before, round and round. */
  toFailure(): void {
    const all = this.failures.value;
    const at = all.indexOf(this.#shownFailure);
    this.#shownFailure = all[(at > 0 ? at : all.length) - 1] ?? "";
    if (this.#shownFailure) this.jump.value = this.#shownFailure;
  }

  async loadNotes(): Promise<void> {
    const list = await this.#o.api?.get<{ notes: Note[] }>(`/v1/desk/calls/${encodeURIComponent(this.id)}/notes`).catch(() => null);
    if (list?.notes) this.notes.value = list.notes;
  }
  async addNote(text: string): Promise<boolean> {
    const t = text.trim();
    if (!t || !this.#o.api) return false;
    return this.#ask(async () => {
      const note = await this.#o.api!.post<Note>(`/v1/desk/calls/${encodeURIComponent(this.id)}/notes`, { text: t });
      this.notes.value = [note, ...this.notes.value];
    });
  }

  /** Leaves; who has the floor hands back first. */
  async close(): Promise<void> {
    if (this.call.closed) return;
    if (this.place.value === "holding") await this.handBack();
    await this.call.leave().catch(() => undefined);
  }

  /** Opens or closes the microphone while listening; nobody hears it. */
  async warm(on: boolean): Promise<void> {
    try {
      await this.call.setMicrophone(on);
    } catch (e) {
      this.mediaError.value = e as MediaError;
    }
  }

  async takeOver(mode: TakeoverMode = this.mode.value, typing = false): Promise<void> {
    if (this.place.value !== "listening" || this.claiming.value) return;
    this.mode.value = mode;
    this.claiming.value = true;
    this.problem.value = this.mediaError.value = null;
    try {
      await this.call.takeover(mode, { typing });
    } catch (e) {
      const error = e as Error;
      if (error.name === "MediaError") this.mediaError.value = error as MediaError;
      else this.#complain(takeoverProblem(error, this.human.value));
      this.#coolDown();
    }
    this.claiming.value = false;
  }

  async handBack(): Promise<void> {
    await this.#ask(() => this.call.returnToAI({ watch: this.watch.value }));
  }

  /** Puts a suggestion into the message box; nothing is sent. False when there is none. */
  useReply(i: number): boolean {
    const reply = this.replies.value[i];
    if (!reply || this.place.value !== "holding") return false;
    const typed = this.draft.value.trimEnd();
    this.draft.value = typed ? `${typed} ${reply.text}` : reply.text;
    this.replies.value = [];
    return true;
  }

  async hangUp(): Promise<void> {
    await this.#ask(() => this.call.hangup());
  }

  async send(text: string): Promise<boolean> {
    const t = text.trim();
    return t !== "" && this.#ask(() => this.call.sendMessage(t));
  }

  toggleMute(): void {
    if (!this.microphone.value) {
      this.call.unmute();
      void this.warm(true);
      return;
    }
    if (this.muted.value) this.call.unmute();
    else this.call.mute();
  }

  want(id: string, change: Partial<Wants>): void {
    const now = this.wants.value[id] ?? this.byDefault.value;
    this.wants.value = { ...this.wants.value, [id]: { ...now, ...change } };
    void this.#subscribe();
  }
  wantAll(on: boolean): void {
    this.byDefault.value = on ? EVERYTHING : NOTHING;
    this.wants.value = {};
    void this.#subscribe();
  }

  nameOf = (l: Line): string => {
    const p = this.call.model.participant(l.speakerId);
    const me = p && p.id === this.call.me?.id;
    const name = l.name ?? p?.name;
    if (me) return t("who.you");
    if (l.role === "caller") return callerLabel(name, p?.identity);
    return name ?? (l.role === "agent" ? t("who.agent") : t("who.human"));
  };
  faceOf = (l: Line): string | undefined => l.name ?? this.call.model.participant(l.speakerId)?.name;
  avatarOf = (l: Line): string | undefined => this.call.model.participant(l.speakerId)?.avatar;
  eventText = (l: Line): string | null => deskEventText(l.event, l.name);

  #listen(): void {
    const { call } = this;
    const tell = (text: string) => this.#o.announcer.say(text);
    call.onAny((event, payload) => this.#o.onEvent?.(event, payload));
    call.on("callState", (s) => {
      const was = this.state.value;
      this.state.value = s;
      const me = call.me?.id;
      if (s.state !== "human" || s.holder !== me) this.#forgetHelp();
      // Who has the floor is heard by everybody; who has given it to a colleague by nobody.
      if (s.state === "human" && s.holder === me) this.audience.value = "nobody";
      else if (s.state === "human" && was.state === "human" && was.holder === me) this.#coolDown();
      // Heard, or taken away again: the claim is over.
      if (this.joined.value && s.state !== "willStart") this.claimed.value = false;
      this.takeover.value = call.model.takeover;
      if (this.joined.value && was.state === s.state) return;
      this.timeline.value = [...this.timeline.value, { state: s.state, at: this.#now(), name: s.state === "human" ? this.human.value : undefined }];
      if (!this.joined.value) return;
      tell(stateText(s.state).text);
      if (s.state === "pending" && was.state === "ai") this.#mark("request");
      if (s.state === "ai" && was.state === "pending") this.#mark("cancel");
    });
    const roster = () => this.#participants();
    call.on("participantJoined", roster);
    call.on("participantLeft", roster);
    call.on("humanTakeoverWillStart", (e) => {
      this.takeover.value = call.model.takeover;
      this.#mark("willStart", e.name);
    });
    call.on("humanTakeoverConnected", () => {
      this.takeover.value = call.model.takeover;
      this.#mark("human", this.takeover.value?.name ?? this.human.value);
    });
    call.on("participantSpeaksTo", (e) => {
      if (e.participantId === call.me?.id) this.audience.value = e.to;
    });
    call.on("humanTakeoverFailed", (e) => {
      this.claimed.value = false;
      this.takeover.value = null;
      this.#mark("failed");
      this.#coolDown();
      this.#complain(e.reason === "timeout" ? t("claim.timeout") : t("claim.failed"));
    });
    call.on("humanTakeoverEnded", (e) => {
      // Handed over: another human has it in the same moment, and is told of by themselves.
      if (e.reason !== "handedOver" && e.reason !== "transferred") this.#mark(e.reason === "lost" ? "lost" : "ai", this.human.value);
      else if (e.reason === "transferred") this.#mark("transferred", this.human.value);
      this.takeover.value = null;
      // Who got it from a colleague needs the microphone now; who gave it away is told by the state.
      if (e.reason !== "handedOver") this.#coolDown();
    });
    call.on("suggestion", (s) => {
      if (this.place.value !== "holding") return;
      this.replies.value = s.replies.slice(0, 3);
      const first = this.replies.value[0];
      if (first) tell(assistText.announce(first.text, this.replies.value.length - 1));
    });
    call.on("summary", (s) => (this.#summary.value = s));
    call.on("facts", (f) => (this.#facts.value = f));
    call.on("brief", (b) => (this.brief.value = b));
    call.on("watch", (w) => this.#complain(troubleText(w.reason)));
    call.on("agentStateChange", (s) => (this.agentState.value = s));
    call.on("backlogBegin", () => (this.#replay = true));
    call.on("line", (l) => {
      this.#refresh();
      if (l.final && !l.backlog && l.kind !== "event" && l.speakerId !== call.me?.id) tell(t("call.says", { name: this.nameOf(l), text: l.text }));
    });
    call.on("backlogEnd", (b) => {
      this.#replay = false;
      this.lines.value = call.model.transcript.lines;
      this.backlogCursor.value = b.cursor;
    });
    call.on("videos", (v) => (this.videos.value = v));
    call.on("localMedia", (m) => {
      if (m.source !== "microphone") return;
      this.microphone.value = m.track;
      this.muted.value = m.muted;
    });
    call.on("mediaError", (e) => (this.mediaError.value = e));
    call.on("playbackBlocked", (b) => (this.playbackBlocked.value = b.blocked));
    call.on("reconnecting", () => (this.reconnecting.value = true));
    call.on("reconnected", () => {
      this.reconnecting.value = false;
      roster();
    });
    call.on("closed", (c) => {
      this.endReason.value = c.reason;
      this.videos.value = [];
      this.problem.value = null;
      this.#forgetHelp();
      tell(t("call.ended"));
    });
  }

  /** Ten thousand lines that come at once are not ten thousand lists. */
  #refresh(): void {
    if (!this.#replay) {
      this.lines.value = this.call.model.transcript.lines;
      return;
    }
    this.#late ??= setTimeout(() => {
      this.#late = null;
      this.lines.value = this.call.model.transcript.lines;
    }, 50);
  }

  /** What was for who had the call is for nobody after it. */
  #forgetHelp(): void {
    this.replies.value = [];
    this.#summary.value = this.#facts.value = null;
  }

  /** Who no longer talks gives the microphone back, unless it is to be kept ready. */
  #coolDown(): void {
    if (!this.#o.warm() && this.microphone.value) void this.warm(false);
  }

  #participants(): void {
    const before = this.participants.value.length;
    this.participants.value = this.call.participants;
    // Who comes later is wanted as the default says, which "some" does not know.
    const simple = toSubscribe(this.others.value, this.wants.value, this.byDefault.value).mode !== "some";
    if (this.joined.value && !simple && this.participants.value.length > before) void this.#subscribe();
  }

  /** Makes the server's subscription the newest wish, one request at a time. */
  #subscribe(): Promise<void> {
    this.#subscribeAgain = true;
    this.#subscribing ??= (async () => {
      while (this.#subscribeAgain) {
        this.#subscribeAgain = false;
        await this.#ask(() => this.call.subscribe(toSubscribe(this.others.value, this.wants.value, this.byDefault.value)));
      }
    })().finally(() => (this.#subscribing = null));
    return this.#subscribing;
  }

  #mark(event: string, name?: string): void {
    this.marks.value = [...this.marks.value, { event, name, time: this.#now(), after: this.lines.value.at(-1)?.key ?? null }];
  }

  #complain(text: string): void {
    this.problem.value = text;
    this.#o.announcer.say(text);
  }

  async #ask(request: () => Promise<unknown>): Promise<boolean> {
    try {
      await request();
      this.problem.value = null;
      return true;
    } catch (e) {
      if (this.endReason.value === null) this.#complain(takeoverProblem(e as Error, this.human.value));
      return false;
    }
  }

  #now(): number {
    return (this.#o.now ?? Date.now)();
  }
}

export { MODE_AGENT_VOICE, MODE_OWN_VOICE };
