/**
 * What has been said, in order, as one list. Feeds: live subtitles (1002 deltas,
 * 1003 and 2003 cumulative), the backlog, typed messages and log entries. Each
 * feed may repeat and overtake itself and the others; the list is the same in
 * the end. Pure.
 */
import type { Entry, Role, Subtitle, TypedMessage } from "./wire.ts";

export type SpokenRole = "agent" | "caller" | "human";

export interface Line {
  /** Stable for the life of the line. */
  readonly key: string;
  readonly kind: "sentence" | "message" | "event";
  readonly role?: Role;
  readonly speakerId: string;
  readonly name?: string;
  readonly text: string;
  /** Nothing of it will change any more. */
  readonly final: boolean;
  /** Stopped before its end; text is what was heard. */
  readonly cut: boolean;
  /** What was not said after a cut, when this client may know it. */
  readonly unspoken?: string;
  /** Guidance to the AI, which the caller never sees. */
  readonly private: boolean;
  /** Unix milliseconds when it began. */
  readonly time: number;
  /** Place in the call's log, 0 while it has none. */
  readonly seq: number;
  /** It came with the replay, not live. */
  readonly backlog: boolean;
  readonly rev: number;
  /** Of kind event: request, willStart, human, … */
  readonly event?: string;
  /** Of an event its details; of an AI's sentence {sources, confidence}, for who may know. */
  readonly data?: unknown;
}

interface Pending {
  rev: number;
  offset: number;
  text: string;
}

/** Deltas of one sentence that wait for one before them. More are not kept. */
const MAX_PENDING = 64;

export class Transcript {
  readonly #lines = new Map<string, Line>();
  readonly #order: string[] = [];
  readonly #pending = new Map<string, Pending[]>();
  #cursor = 0;

  /** All lines: those of the log by its order, then what is still spoken. */
  get lines(): Line[] {
    return this.#order.map((key) => this.#lines.get(key)!);
  }

  /** The highest log seq that a line has had. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Records that the log has been replayed to here. */
  advance(cursor: number): void {
    this.#cursor = Math.max(this.#cursor, cursor);
  }

  /** Takes a subtitle; returns the line when it changed, else null. */
  subtitle(role: SpokenRole, s: Subtitle): Line | null {
    const key = `s:${s.sentenceId}`;
    const old = this.#lines.get(key);
    if (s.end) {
      this.#pending.delete(key);
      return this.#put(key, old, {
        ...common(role, s),
        text: s.text,
        final: true,
        cut: s.cut ?? false,
        unspoken: s.unspoken ?? old?.unspoken,
        data: s.data ?? old?.data,
        seq: s.seq ?? old?.seq ?? 0,
        rev: Math.max(s.rev, old?.rev ?? 0),
      });
    }
    if (old?.final || (old && s.rev <= old.rev)) return null;
    if (role !== "agent") return this.#put(key, old, { ...common(role, s), text: s.text, rev: s.rev });
    return this.#delta(key, old, s);
  }

  /** Takes a typed message; returns the line when it is new. */
  message(m: TypedMessage): Line | null {
    const key = m.seq ? `m:${m.seq}` : `m:${m.speakerId}:${m.time}:${m.text}`;
    const old = this.#lines.get(key);
    if (old) return null;
    return this.#put(key, old, {
      kind: "message",
      role: m.role,
      speakerId: m.speakerId,
      name: m.name,
      text: m.text,
      final: true,
      private: m.private ?? false,
      time: m.time,
      seq: m.seq ?? 0,
      backlog: m.backlog ?? false,
    });
  }

  /** Takes a log entry; returns the line when it changed. */
  entry(e: Entry): Line | null {
    const key = e.kind === "sentence" && e.sentenceId ? `s:${e.sentenceId}` : e.kind === "message" ? `m:${e.seq}` : `e:${e.seq}`;
    const old = this.#lines.get(key);
    this.#pending.delete(key);
    return this.#put(key, old, {
      kind: e.kind,
      role: e.role ?? old?.role,
      speakerId: e.speakerId ?? old?.speakerId ?? "",
      name: e.name ?? old?.name,
      text: e.text ?? old?.text ?? "",
      final: true,
      cut: e.cut ?? old?.cut ?? false,
      unspoken: e.unspoken ?? old?.unspoken,
      private: e.private ?? old?.private ?? false,
      time: e.time,
      seq: e.seq,
      event: e.event,
      data: e.data ?? old?.data,
    });
  }

  #delta(key: string, old: Line | undefined, s: Subtitle): Line | null {
    const text = splice(old?.text ?? "", s.offset, s.text);
    if (text === null) {
      const waiting = this.#pending.get(key) ?? [];
      if (waiting.length < MAX_PENDING && !waiting.some((p) => p.rev === s.rev)) {
        waiting.push({ rev: s.rev, offset: s.offset, text: s.text });
        waiting.sort((a, b) => a.rev - b.rev);
        this.#pending.set(key, waiting);
      }
      return null;
    }
    let line = this.#put(key, old, { ...common("agent", s), text, rev: s.rev });
    const waiting = this.#pending.get(key);
    while (waiting && waiting.length > 0) {
      const current: Line = this.#lines.get(key)!;
      const next = waiting[0]!;
      if (next.rev <= current.rev) {
        waiting.shift();
        continue;
      }
      const joined = splice(current.text, next.offset, next.text);
      if (joined === null) break;
      waiting.shift();
      line = this.#put(key, current, { text: joined, rev: next.rev });
    }
    return line;
  }

  #put(key: string, old: Line | undefined, change: Partial<Line>): Line | null {
    const base: Line = old ?? {
      key,
      kind: "sentence",
      speakerId: "",
      text: "",
      final: false,
      cut: false,
      private: false,
      time: 0,
      seq: 0,
      backlog: false,
      rev: 0,
    };
    // What the log's first telling said of time and origin stays.
    const line: Line = { ...base, ...defined(change), ...(old ? { time: old.time, backlog: old.backlog } : {}) };
    if (old && same(old, line)) return null;
    this.#lines.set(key, line);
    this.advance(line.seq);
    if (!old || old.seq !== line.seq) this.#place(key, line, old !== undefined);
    return line;
  }

  /** Near the end, as a rule: a backlog of ten thousand is not looked through for each of its lines. */
  #place(key: string, line: Line, known: boolean): void {
    if (known) this.#order.splice(this.#order.lastIndexOf(key), 1);
    let i = this.#order.length;
    while (i > 0 && before(line, this.#lines.get(this.#order[i - 1]!)!)) i--;
    this.#order.splice(i, 0, key);
  }
}

/** previous[:offset] + delta by code points, or null when there is a hole before it. */
export function splice(previous: string, offset: number, delta: string): string | null {
  if (offset === 0) return delta;
  const points = Array.from(previous);
  if (offset > points.length) return null;
  return points.slice(0, offset).join("") + delta;
}

function common(role: SpokenRole, s: Subtitle): Partial<Line> {
  return { kind: "sentence", role, speakerId: s.speakerId, time: s.time, backlog: s.backlog ?? false };
}

/** The log's order where both are in it; what is not, by time. */
function before(a: Line, b: Line): boolean {
  if (a.seq > 0 && b.seq > 0) return a.seq < b.seq;
  return a.time < b.time;
}

function defined<T extends object>(change: T): T {
  return Object.fromEntries(Object.entries(change).filter(([, v]) => v !== undefined)) as T;
}

function same(a: Line, b: Line): boolean {
  return (Object.keys(b) as (keyof Line)[]).every((k) => Object.is(a[k], b[k]) || (k === "data" && b.data !== undefined));
}
