/** One call of the scripted server. */
import type { WebSocket } from "ws";
import { Type, type CallStateName, type CallSummary, type JoinResult, type Participant, type Slot } from "../sdk/src/wire.ts";
import { notify } from "./fakeserver.ts";

export interface Member {
  participant: Participant;
  ws: WebSocket | null;
  channel: WebSocket | null;
  peer: string;
  resume: string;
  seq: number;
  negotiations: number;
}

interface Said {
  type: number;
  seq: number;
  data: Record<string, unknown>;
  private?: boolean;
}

const AGENT: Participant = { id: "agent", identity: "agent", role: "agent", name: "Ava" };

export class FakeCall {
  state: CallStateName = "ai";
  epoch = 1;
  holder = AGENT.id;
  reason = "";
  brief: CallSummary["brief"];
  watch: CallSummary["watch"];
  human = "";
  createdAt = Date.now() - 95_000;
  stateAt = Date.now() - 20_000;
  lastLine: CallSummary["lastLine"];
  video = false;
  readonly members: Member[] = [];
  readonly log: Said[] = [];
  /** The server was killed and is another: who resumes has no media there. */
  restarted = false;
  /** How long a takeover takes. */
  takeoverMs = 30;
  #uid = 0;
  #sentence = 0;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(
    readonly id: string,
    private readonly changed: () => void,
    private readonly callerName = "Ana Silva",
  ) {}

  stop(): void {
    for (const t of this.#timers) clearTimeout(t);
  }

  summary(): CallSummary {
    const caller = this.members.find((m) => m.participant.role === "caller")?.participant.name;
    return {
      id: this.id,
      state: this.state,
      epoch: this.epoch,
      createdAt: this.createdAt,
      stateAt: this.stateAt,
      caller: caller ?? this.callerName,
      human: this.human || undefined,
      reason: this.reason || undefined,
      lastLine: this.lastLine,
      video: this.video,
      brief: this.brief,
      watch: this.watch,
    };
  }

  add(p: Participant, ws: WebSocket): Member {
    const old = this.members.findIndex((m) => m.participant.id === p.id);
    if (old >= 0) this.members.splice(old, 1);
    const m: Member = { participant: p, ws, channel: null, peer: "", resume: this.#newResume(), seq: 0, negotiations: 0 };
    this.members.push(m);
    if (p.role !== "human") for (const o of this.members) if (o !== m) notify(o.ws, "participantJoined", { participant: p });
    this.changed();
    return m;
  }

  resume(token: string, ws: WebSocket): Member | null {
    const m = this.members.find((x) => x.resume === token);
    if (!m) return null;
    m.resume = this.#newResume();
    m.ws = ws;
    return m;
  }

  joinResult(m: Member, resumed: boolean): JoinResult {
    const visible = this.members.map((x) => x.participant).filter((p) => p.role === "caller" || p === m.participant || p.id === this.holder);
    return {
      participant: m.participant,
      call: { id: this.id, state: this.state, epoch: this.epoch, holder: this.holder, createdAt: this.createdAt },
      participants: this.state === "human" ? visible : [...visible, AGENT],
      iceServers: [],
      resumeToken: m.resume,
      cursor: this.log.length,
      resumed,
      ...(resumed && this.restarted ? { restarted: true } : {}),
    };
  }

  afterJoin(m: Member): void {
    this.slots(m);
  }

  memberByPeer(id: string): Member | undefined {
    return this.members.find((m) => m.peer === id);
  }

  channelOpened(m: Member, ws: WebSocket): void {
    m.channel = ws;
    m.seq = 0;
    if (this.log.length === 0) return;
    this.send(m, Type.backlog, { kind: "begin", from: 1, to: this.log.length });
    for (const s of this.log) if (!s.private || m.participant.role !== "caller") this.send(m, s.type, { ...s.data, seq: s.seq, backlog: true, ...(s.data["sentenceId"] ? { end: true, offset: 0, rev: 99 } : {}) });
    this.send(m, Type.backlog, { kind: "end", cursor: this.log.length });
  }

  send(m: Member, type: number, data: unknown): void {
    if (m.channel?.readyState === 1) m.channel.send(JSON.stringify({ type, data, seqId: ++m.seq, senderId: "server", receiverId: m.participant.id, epoch: this.epoch }));
  }

  toAll(type: number, data: unknown, but?: (m: Member) => boolean): void {
    for (const m of this.members) if (!but?.(m)) this.send(m, type, data);
  }

  notifyAll(method: string, params: unknown): void {
    for (const m of this.members) notify(m.ws, method, params);
  }

  /** What slots carry, as a server would tell it. */
  slots(m: Member, extra: Slot[] = []): void {
    const floor: Slot = { mid: "3", kind: "audio", participantId: this.holder, source: "microphone", floor: m.participant.role === "caller" };
    notify(m.ws, "slots", { slots: [floor, ...extra] });
  }

  /** Says a sentence word by word; with end false it stays unfinished. */
  say(role: "agent" | "caller" | "human", text: string, o: { end?: boolean; cut?: string; speakerId?: string } = {}): string {
    const type = role === "agent" ? Type.agentSubtitle : role === "caller" ? Type.userSubtitle : Type.humanSubtitle;
    const sentenceId = `s${++this.#sentence}`;
    const speakerId = o.speakerId ?? (role === "agent" ? "agent" : role === "caller" ? `${this.id}-caller` : this.holder);
    const base = { sentenceId, speakerId, time: Date.now() };
    let sofar = "";
    let rev = 0;
    for (const word of text.split(/(?<= )/)) {
      const delta = { ...base, text: role === "agent" ? word : sofar + word, offset: role === "agent" ? Array.from(sofar).length : 0, end: false, rev: ++rev };
      sofar += word;
      this.toAll(type, delta);
    }
    this.lastLine = { role, text, end: o.end !== false };
    if (o.end !== false) {
      const data = { ...base, text, offset: 0, end: true, rev: ++rev, cut: o.cut !== undefined, unspoken: o.cut };
      this.log.push({ type, seq: this.log.length + 1, data });
      for (const m of this.members) this.send(m, type, { ...data, seq: this.log.length, unspoken: m.participant.role === "caller" ? undefined : o.cut });
    }
    this.changed();
    return sentenceId;
  }

  typed(p: Participant, text: string, hidden: boolean): number {
    const data = { text, speakerId: p.id, role: p.role, name: p.name, time: Date.now(), private: hidden };
    this.log.push({ type: Type.typedMessage, seq: this.log.length + 1, data, private: hidden });
    this.toAll(Type.typedMessage, { ...data, seq: this.log.length }, (m) => hidden && m.participant.role === "caller");
    return this.log.length;
  }

  setState(state: CallStateName, holder = this.holder, reason?: string): void {
    if (holder !== this.holder) this.epoch++;
    this.state = state;
    this.holder = holder;
    this.stateAt = Date.now();
    if (state === "ai") this.human = this.reason = "";
    const s = { state, epoch: this.epoch, holder, reason };
    this.notifyAll("callState", s);
    this.toAll(Type.callState, s);
    for (const m of this.members) this.slots(m);
    this.changed();
  }

  /** A takeover with both tellings of both events. */
  startTakeover(p: Participant, mode: 0 | 1): string {
    const takeoverUid = `u${++this.#uid}`;
    const e = { takeoverUid, takeoverMode: mode, name: p.name };
    this.human = p.name ?? "";
    this.setState("willStart");
    this.notifyAll("humanTakeoverWillStart", e);
    this.toAll(Type.humanTakeoverWillStart, e);
    return takeoverUid;
  }

  connectTakeover(p: Participant, takeoverUid: string): void {
    this.notifyAll("participantJoined", { participant: p });
    this.notifyAll("participantLeft", { participant: AGENT.id, reason: "evicted" });
    this.setState("human", p.id);
    this.notifyAll("humanTakeoverConnected", { takeoverUid });
    this.toAll(Type.humanTakeoverConnected, { takeoverUid });
  }

  returnToAI(reason = "returned"): void {
    const takeoverUid = `u${this.#uid}`;
    this.setState("returning");
    this.notifyAll("participantJoined", { participant: AGENT });
    this.setState("ai", AGENT.id);
    this.notifyAll("humanTakeoverEnded", { takeoverUid, reason });
  }

  request(m: Member, method: string, params: Record<string, unknown>, reply: (r: unknown) => void, fail: (code: number, message: string, data?: unknown) => void): void {
    const p = m.participant;
    switch (method) {
      case "requestHuman":
        this.reason = (params["reason"] as string | undefined) ?? "";
        reply({});
        this.setState("pending");
        notify(m.ws, "handoff", { position: 1, waitedMs: 0 });
        return;
      case "cancelRequest":
        reply({});
        return this.setState("ai");
      case "takeover": {
        if (this.state === "human" || this.state === "willStart") return fail(-32009, `${this.human} has this call.`, { name: this.human });
        const uid = this.startTakeover(p, params["takeoverMode"] as 0 | 1);
        this.#timers.push(
          setTimeout(() => {
            this.connectTakeover(p, uid);
            reply({ takeoverUid: uid, epoch: this.epoch });
          }, this.takeoverMs),
        );
        return;
      }
      case "return":
        reply({});
        return this.returnToAI();
      case "message":
        return reply({ seq: this.typed(p, params["text"] as string, p.role === "human" && this.holder !== p.id) });
      case "hangup":
        reply({});
        this.state = "ended";
        this.notifyAll("closed", { reason: "ended" });
        return this.changed();
      case "leave":
        reply({});
        this.members.splice(this.members.indexOf(m), 1);
        return;
      default:
        reply({});
    }
  }

  /** Something to look at for who develops the pages. */
  story(): void {
    const lines: [number, () => void][] = [
      [1500, () => this.say("agent", "Hello, this is Ava of the Relevo shop. How can I help you?")],
      [5000, () => this.say("caller", "My order has not arrived yet.")],
      [6500, () => this.say("agent", "I am sorry to hear that. Could you tell me your order number?")],
    ];
    for (const [ms, run] of lines) this.#timers.push(setTimeout(run, ms));
  }

  #newResume(): string {
    return `resume-${this.id}-${Math.random().toString(36).slice(2)}`;
  }
}
