/** Lines gathered to turns. Pure. */
import type { Line } from "../../sdk/src/index.ts";
import type { Who } from "./ui.tsx";

export interface Turn {
  key: string;
  kind: "speech" | "event";
  who: Who;
  speakerId: string;
  time: number;
  /** Of an event. */
  text: string;
  event?: string;
  lines: Line[];
}

/** A pause this long starts a new turn of the same speaker. */
const PAUSE_MS = 90_000;
/** And so does this many lines: a turn is made whole, however little of it is in view. */
const MOST_LINES = 12;

export function turns(lines: readonly Line[], eventText: (l: Line) => string | null): Turn[] {
  const out: Turn[] = [];
  for (const l of lines) {
    if (l.kind === "event") {
      const text = eventText(l);
      // "is joining" directly before "has joined" says nothing more.
      const before = out.at(-1);
      if (text && before?.kind === "event" && before.event === "willStart" && l.event !== "willStart") out.pop();
      if (text) out.push({ key: l.key, kind: "event", who: "caller", speakerId: "", time: l.time, text, event: l.event, lines: [] });
      continue;
    }
    if (l.text === "" && !l.unspoken) continue;
    const last = out.at(-1);
    if (last?.kind === "speech" && last.speakerId === l.speakerId && last.who === l.role && l.time - last.lines.at(-1)!.time < PAUSE_MS && last.lines.length < MOST_LINES) {
      last.lines.push(l);
      continue;
    }
    out.push({ key: l.key, kind: "speech", who: (l.role ?? "caller") as Who, speakerId: l.speakerId, time: l.time, text: "", lines: [l] });
  }
  return out;
}

/** Something that happened, told live: it stands after the line that was the last then. */
export interface MilestoneMark {
  event: string;
  name?: string;
  time: number;
  /** Key of that line; null: before all. */
  after: string | null;
}

/** Puts milestones between lines, unless the log itself tells of them. */
export function weave(lines: readonly Line[], marks: readonly MilestoneMark[]): Line[] {
  const told = lines.filter((l) => l.kind === "event");
  const fresh = marks.filter((m) => !told.some((l) => l.event === m.event && Math.abs(l.time - m.time) < 5_000));
  const out: Line[] = [];
  // What came before any line stands where its time says: a backlog comes later.
  const early = fresh.filter((m) => m.after === null);
  const earlier = (than: number) => {
    while (early.length > 0 && early[0]!.time < than) out.push(markLine(early.shift()!, out.length));
  };
  for (const l of lines) {
    earlier(l.time);
    out.push(l);
    for (const m of fresh) {
      if (m.after !== l.key) continue;
      earlier(m.time);
      out.push(markLine(m, out.length));
    }
  }
  return [...out, ...early.map((m, i) => markLine(m, out.length + i))];
}

function markLine(m: MilestoneMark, i: number): Line {
  return {
    key: `x:${m.time}:${m.event}:${i}`,
    kind: "event",
    speakerId: "",
    name: m.name,
    text: "",
    final: true,
    cut: false,
    private: false,
    time: m.time,
    seq: 0,
    backlog: false,
    rev: 0,
    event: m.event,
  };
}
