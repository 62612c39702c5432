/**
 * CallModel: what is known of a call, made of what the server says by socket
 * and by data channel. No I/O; time comes from outside. It decides which of the
 * two tellings counts, and tells each thing once.
 */
import { isRecord, SequenceFilter } from "./codec.ts";
import { agentStateNames, type AgentStateName, type CallEvents, type SubtitleEvent } from "./events.ts";
import { TakeoverLedger, type TakeoverEvent } from "./takeovers.ts";
import { Transcript, type Line, type SpokenRole } from "./transcript.ts";
import {
  Type,
  type AgentStateCode,
  type Audience,
  type Backlog,
  type CallState,
  type Entry,
  type Envelope,
  type JoinResult,
  type NotificationName,
  type Notifications,
  type Participant,
  type Slot,
  type Subtitle,
  type Suggestion,
  type TypedMessage,
} from "./wire.ts";

export type Emit = <K extends keyof CallEvents>(event: K, payload: CallEvents[K]) => void;

export interface Takeover {
  uid: string;
  mode: 0 | 1;
  name?: string;
  avatar?: string;
  connected: boolean;
}

/** The records of what should be a list of them. */
function list<T>(value: T[] | undefined): T[] {
  return Array.isArray(value) ? value.filter((v) => isRecord(v)) : [];
}

const SUBTITLES: Record<number, [SpokenRole, "agentSubtitleNotify" | "userSubtitleNotify" | "humanSubtitleNotify"]> = {
  [Type.agentSubtitle]: ["agent", "agentSubtitleNotify"],
  [Type.userSubtitle]: ["caller", "userSubtitleNotify"],
  [Type.humanSubtitle]: ["human", "humanSubtitleNotify"],
};

export class CallModel {
  me: Participant | null = null;
  callId = "";
  createdAt = 0;
  state: CallState = { state: "ai", epoch: 0 };
  agentState: AgentStateName = "listening";
  takeover: Takeover | null = null;
  slots: Slot[] = [];
  /** Humans without the floor who are heard, and by whom. */
  readonly speaksTo = new Map<string, Audience>();
  readonly transcript = new Transcript();
  readonly #present = new Map<string, Participant>();
  readonly #known = new Map<string, Participant>();
  readonly #ledger = new TakeoverLedger();
  #sequence = new SequenceFilter();

  /**
   * The highest log seq that came by socket. A resume asks for what is after it:
   * the data channel may be further, but takeover events can come by socket only.
   */
  socketCursor = 0;

  /** True while the socket tells what happens; the data channel only fills in. */
  socketOpen = false;

  constructor(
    private readonly emit: Emit,
    private readonly now: () => number = Date.now,
  ) {}

  get participants(): Participant[] {
    return [...this.#present.values()];
  }

  /** A participant, present or gone. */
  participant(id: string): Participant | undefined {
    return this.#known.get(id);
  }

  /** Who has the floor. */
  get holder(): Participant | undefined {
    if (this.state.holder) return this.#known.get(this.state.holder);
    const role = this.state.state === "human" ? "human" : "agent";
    return this.participants.find((p) => p.role === role);
  }

  /** When tick should be called next, or null. */
  get nextDeadline(): number | null {
    return this.#ledger.nextDeadline;
  }

  /** Takes in the state at a join or a resume. */
  joined(r: JoinResult): void {
    const first = this.me === null;
    this.me = r.participant;
    this.callId = r.call.id;
    this.createdAt = r.call.createdAt;
    this.socketOpen = true;
    const there = new Set(r.participants.map((p) => p.id));
    for (const p of this.participants) if (!there.has(p.id) && p.id !== r.participant.id) this.#left(p.id, "left");
    for (const p of [r.participant, ...r.participants]) this.#joined(p, first);
    this.#ledger.joinedInside = r.call.state === "willStart" || r.call.state === "human";
    this.socketCursor = Math.max(this.socketCursor, r.cursor);
    this.#state({ state: r.call.state, epoch: r.call.epoch, holder: r.call.holder, seq: r.cursor }, first);
  }

  /**
   * The server was restarted: what was being spoken then is not in the log and
   * never becomes final, nobody barges in, and the term is the one that it says,
   * which is a lower one where the old server could not write.
   */
  restarted(): void {
    this.state = { ...this.state, epoch: 0, seq: undefined };
    for (const id of [...this.speaksTo.keys()]) this.#notifications.participantSpeaksTo?.({ participant: id, to: "nobody" });
    for (const l of this.transcript.lines) {
      if (l.kind !== "sentence" || l.final || !l.role) continue;
      const kind = l.role === "agent" ? Type.agentSubtitle : l.role === "caller" ? Type.userSubtitle : Type.humanSubtitle;
      const s = { text: "", sentenceId: l.key.slice(2), end: true, offset: 0, rev: l.rev + 1, speakerId: l.speakerId, time: l.time };
      this.#subtitle(...SUBTITLES[kind]!, s);
    }
  }

  /** A new data channel counts its messages anew. */
  channelReset(): void {
    this.#sequence = new SequenceFilter();
  }

  notification(method: NotificationName, params: unknown): void {
    if (!isRecord(params)) return;
    if (typeof params["seq"] === "number") this.socketCursor = Math.max(this.socketCursor, params["seq"]);
    const handler = this.#notifications[method] as ((p: never) => void) | undefined;
    handler?.(params as never);
  }

  envelope(e: Envelope): void {
    if (!this.#sequence.accept(e.seqId)) return;
    const subtitle = SUBTITLES[e.type];
    const data = e.data as never;
    if (subtitle && isRecord(e.data)) return this.#subtitle(...subtitle, data);
    if (!isRecord(e.data)) return;
    switch (e.type) {
      case Type.agentErrorOccurs:
        return this.emit("agentError", data);
      case Type.agentStateChanged:
        return this.#agentState((data as { state: AgentStateCode }).state);
      case Type.agentWillLeave:
        return this.emit("agentWillLeave", data);
      case Type.customMessage:
        return this.emit("customMessage", data);
      case Type.humanTakeoverWillStart:
        return this.#notifications.humanTakeoverWillStart(data);
      case Type.humanTakeoverConnected:
        return this.#notifications.humanTakeoverConnected(data);
      case Type.speakingInterrupted:
        return this.emit("speakingInterrupted", data);
      case Type.llmReplyCompleted:
        return this.emit("replyCompleted", data);
      case Type.backlog:
        return this.#backlog(data);
      case Type.callState: {
        // Two tellings of one order: seq tells which is news. Without it the
        // socket's order is the right one.
        const s = data as CallState;
        if (s.seq !== undefined || !this.socketOpen || s.epoch > this.state.epoch) this.#state(s);
        return;
      }
      case Type.typedMessage:
        return this.#typed(data);
      case Type.suggestion:
        return this.#suggestion(data);
      case Type.slots:
        if (!this.socketOpen) this.#notifications.slots(data);
    }
  }

  /** Lets through what waited long enough. */
  tick(): void {
    this.#tell(this.#ledger.flush(this.now()));
  }

  readonly #notifications: { [K in NotificationName]?: (p: Notifications[K]) => void } & {
    humanTakeoverWillStart: (p: Notifications["humanTakeoverWillStart"]) => void;
    humanTakeoverConnected: (p: Notifications["humanTakeoverConnected"]) => void;
    slots: (p: Notifications["slots"]) => void;
  } = {
    participantJoined: (p) => this.#joined(p.participant, false),
    participantLeft: (p) => this.#left(p.participant, p.reason),
    callState: (p) => this.#state(p),
    handoff: (p) => {
      if (isRecord(p.brief) && isRecord(p.brief.summary)) this.emit("brief", p.brief);
      this.emit("handoff", p);
    },
    participantSpeaksTo: (p) => {
      if (p.to === "nobody") this.speaksTo.delete(p.participant);
      else this.speaksTo.set(p.participant, p.to);
      this.emit("participantSpeaksTo", { participantId: p.participant, to: p.to });
    },
    slots: (p) => {
      this.slots = p.slots ?? [];
      this.emit("slots", this.slots);
    },
    agentWillLeave: (p) => this.emit("agentWillLeave", p),
    error: (p) => this.emit("serverError", p),
    entry: (p) => this.#entry(p),
    humanTakeoverWillStart: (p) =>
      this.#takeover({ kind: "willStart", uid: p.takeoverUid, mode: p.takeoverMode, name: p.name, avatar: p.avatar }),
    humanTakeoverConnected: (p) => this.#takeover({ kind: "connected", uid: p.takeoverUid, name: p.name }),
    humanTakeoverFailed: (p) => this.#takeover({ kind: "failed", uid: p.takeoverUid, reason: p.reason }),
    humanTakeoverEnded: (p) => this.#takeover({ kind: "ended", uid: p.takeoverUid, reason: p.reason }),
  };

  #takeover(event: TakeoverEvent): void {
    this.#tell(this.#ledger.push(event, this.now()));
  }

  #tell(events: TakeoverEvent[]): void {
    for (const e of events) {
      switch (e.kind) {
        case "willStart":
          this.takeover = { uid: e.uid, mode: e.mode, name: e.name, avatar: e.avatar, connected: false };
          this.emit("humanTakeoverWillStart", { uid: e.uid, mode: e.mode, name: e.name, avatar: e.avatar });
          break;
        case "connected":
          // Who joins in the middle has missed its beginning, and hears of the name here.
          this.takeover = { ...(this.takeover?.uid === e.uid ? this.takeover : { uid: e.uid, mode: 1 }), connected: true };
          this.takeover.name ??= e.name;
          this.emit("humanTakeoverConnected", { uid: e.uid });
          break;
        case "failed":
          this.takeover = null;
          this.emit("humanTakeoverFailed", { uid: e.uid, reason: e.reason });
          break;
        case "ended":
          this.takeover = null;
          this.emit("humanTakeoverEnded", { uid: e.uid, reason: e.reason });
      }
    }
  }

  #joined(p: Participant, silent: boolean): void {
    const old = this.#present.get(p.id);
    this.#present.set(p.id, p);
    this.#known.set(p.id, p);
    if (!old && !silent) this.emit("participantJoined", p);
  }

  #left(id: string, reason: string): void {
    const p = this.#present.get(id);
    if (!p || id === this.me?.id) return;
    this.#present.delete(id);
    this.speaksTo.delete(id);
    this.emit("participantLeft", { participant: p, reason });
  }

  #state(s: CallState, force = false): void {
    const old = this.state;
    if (s.epoch < old.epoch || (s.seq ?? Infinity) < (old.seq ?? 0)) return;
    if (!force && old.state === s.state && old.epoch === s.epoch && old.holder === s.holder && old.reason === s.reason) return;
    this.state = s;
    if (s.state === "human") this.agentState = "listening";
    this.emit("callState", s);
  }

  #agentState(code: AgentStateCode): void {
    const name = agentStateNames[code];
    if (!name || name === this.agentState) return;
    this.agentState = name;
    this.emit("agentStateChange", name);
  }

  #subtitle(role: SpokenRole, event: keyof CallEvents & `${string}SubtitleNotify`, s: Subtitle): void {
    if (typeof s.text !== "string" || typeof s.sentenceId !== "string" || !Number.isInteger(s.offset ?? 0)) return;
    const line = this.transcript.subtitle(role, { ...s, offset: s.offset ?? 0, rev: s.rev ?? 0 });
    if (!line) return;
    const payload: SubtitleEvent = { sentenceId: s.sentenceId, speakerId: line.speakerId, text: line.text, end: line.final, line };
    this.emit(event, payload);
    this.emit("line", line);
  }

  /** A kind that is not known here is a newer server's. */
  #suggestion(s: Suggestion): void {
    switch (s.kind) {
      case "suggestion":
        return this.emit("suggestion", { seq: s.seq, replies: list(s.replies).filter((r) => typeof r.text === "string" && r.text.trim() !== "") });
      case "summary":
        return isRecord(s.summary) ? this.emit("summary", s.summary) : undefined;
      case "facts":
        return this.emit("facts", list(s.facts).filter((f) => typeof f.kind === "string" && typeof f.value === "string"));
      case "watch":
        return this.emit("watch", { reason: typeof s.reason === "string" ? s.reason : "" });
    }
  }

  #typed(m: TypedMessage): void {
    this.#line(this.transcript.message(m), true);
  }

  #entry(e: Entry): void {
    const line = this.transcript.entry(e);
    this.emit("entry", e);
    this.#line(line, e.kind === "message");
  }

  #line(line: Line | null, typed: boolean): void {
    if (!line) return;
    if (typed) this.emit("message", line);
    this.emit("line", line);
  }

  #backlog(b: Backlog): void {
    if (b.kind === "begin") {
      this.emit("backlogBegin", { from: b.from ?? 0, to: b.to ?? 0 });
    } else if (b.kind === "end") {
      this.transcript.advance(b.cursor ?? 0);
      this.emit("backlogEnd", { cursor: b.cursor ?? 0 });
    }
  }
}
