/** What the inbox shows: rows of a view, filtered and in order. Pure. */
import { byLine, waits, type AgentLine, type CallSummary, type HandoffLine, type Mood, type SLAClock } from "../../sdk/src/index.ts";

export const VIEWS = ["all", "line", "mine", "callbacks", "ended"] as const;
export type View = (typeof VIEWS)[number];

export interface Filters {
  /** Empty: any. */
  state: "" | "waiting" | "ai" | "human";
  priority: number;
  reason: string;
  language: string;
  skill: string;
  sla: "" | "atRisk" | "breached";
}
export const NO_FILTERS: Filters = { state: "", priority: 0, reason: "", language: "", skill: "", sla: "" };

export interface Row {
  /** The call's id. */
  id: string;
  handoff?: HandoffLine;
  call?: CallSummary;
  /** Asks for a person, and nobody has come yet. */
  asks: boolean;
  mine: boolean;
  caller?: string;
  since: number;
}

export interface InboxInput {
  calls: readonly CallSummary[];
  handoffs: readonly HandoffLine[];
  me: { identity: string; name: string };
}

/** One row a call, with its handoff where there is one: who waits first, in the order of the line. */
export function rows(i: InboxInput): Row[] {
  const of = new Map<string, HandoffLine>();
  for (const h of i.handoffs) if (h.state !== "ended") of.set(h.call, h);
  const out: Row[] = i.calls.map((c) => row(c, of.get(c.id), i.me));
  const live = new Set(i.calls.map((c) => c.id));
  for (const h of of.values()) if (!live.has(h.call)) out.push(row(undefined, h, i.me));
  return out.sort(order);
}

function row(c: CallSummary | undefined, h: HandoffLine | undefined, me: InboxInput["me"]): Row {
  const has = c?.state === "human" || c?.state === "willStart" || c?.state === "returning";
  const asks = h ? waits(h) && !has : c?.state === "pending";
  const mine = h ? h.agent === me.identity || h.consult === me.identity : has && c?.human === me.name;
  return { id: c?.id ?? h!.call, call: c, handoff: h, asks, mine, caller: c?.caller ?? h?.caller, since: asks ? (h?.pendingAt ?? c?.stateAt ?? 0) : (c?.stateAt ?? h?.enteredAt ?? 0) };
}

function order(a: Row, b: Row): number {
  if (a.asks !== b.asks) return a.asks ? -1 : 1;
  if (a.asks) {
    if (a.handoff && b.handoff) return byLine(a.handoff, b.handoff);
    if (a.handoff || b.handoff) return a.handoff ? -1 : 1;
    return a.since - b.since || a.id.localeCompare(b.id);
  }
  if (a.mine !== b.mine) return a.mine ? -1 : 1;
  const rank = (r: Row) => (r.call?.state === "human" ? 1 : 0);
  return rank(a) - rank(b) || a.since - b.since || a.id.localeCompare(b.id);
}

export function ofView(all: readonly Row[], view: View): Row[] {
  return view === "line" ? all.filter((r) => r.asks) : view === "mine" ? all.filter((r) => r.mine) : view === "all" ? [...all] : [];
}

export function filtered(all: readonly Row[], f: Filters): Row[] {
  return all.filter((r) => {
    const h = r.handoff;
    if (f.state === "waiting" && !r.asks) return false;
    if (f.state === "human" && r.call?.state !== "human") return false;
    if (f.state === "ai" && (r.asks || r.call?.state === "human")) return false;
    if (f.priority && h?.priority !== f.priority) return false;
    if (f.reason && (h?.reason ?? r.call?.reason) !== f.reason) return false;
    if (f.language && !languagesOf(r).includes(f.language)) return false;
    if (f.skill && !h?.skills?.some((s) => s.name === f.skill)) return false;
    if (f.sla === "breached" && !clocks(h).some((c) => c.outcome === "breached")) return false;
    if (f.sla === "atRisk" && !clocks(h).some((c) => c.atRisk && !c.outcome)) return false;
    return true;
  });
}

/** Live calls that say it themselves: who calls, what it is about, what was said last. */
export function matchingRows(all: readonly Row[], query: string): Row[] {
  const words = query.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return all.filter((r) => {
    const text = [r.caller, r.handoff?.brief, r.handoff?.name, r.call?.human, r.call?.brief?.matter, r.call?.brief?.open, r.call?.lastLine?.text].filter(Boolean).join(" ").toLocaleLowerCase();
    return words.every((w) => text.includes(w));
  });
}

export const active = (f: Filters): number => Object.values(f).filter((v) => v !== "" && v !== 0).length;

/** What can be chosen of: only what there is. */
export function choices(all: readonly Row[]): { reasons: string[]; languages: string[]; skills: string[] } {
  const gather = (of: (r: Row) => (string | undefined)[]) => [...new Set(all.flatMap(of).filter((v): v is string => !!v))].sort();
  return {
    reasons: gather((r) => [r.handoff?.reason ?? (r.asks ? r.call?.reason : undefined)]),
    languages: gather(languagesOf),
    skills: gather((r) => r.handoff?.skills?.map((s) => s.name) ?? []),
  };
}

/** What is asked of who takes it, or else what the caller speaks. */
export function languagesOf(r: Row): string[] {
  const asked = r.handoff?.languages?.map((l) => l.name) ?? [];
  return asked.length > 0 ? asked : r.call?.language ? [r.call.language] : [];
}

function clocks(h: HandoffLine | undefined): SLAClock[] {
  return [h?.firstResponse, h?.resolution].filter((c) => c !== undefined);
}

export interface SLALook {
  goal: "firstResponse" | "resolution";
  kind: "runs" | "atRisk" | "breached";
  /** To the deadline; negative: it has passed. */
  leftMs: number;
}

/** The clock that matters now: the first that runs; a breach is told until the end. */
export function slaLook(h: HandoffLine | undefined, now: number): SLALook | null {
  for (const goal of ["firstResponse", "resolution"] as const) {
    const c = h?.[goal];
    if (!c || c.outcome === "met" || c.outcome === "cancelled") continue;
    const leftMs = c.deadlineAt - now;
    return { goal, leftMs, kind: c.outcome === "breached" || leftMs <= 0 ? "breached" : c.atRisk || now >= c.riskAt ? "atRisk" : "runs" };
  }
  return null;
}

export const moodOf = (r: Row): Mood | undefined => r.call?.brief?.mood;

/** What is to be said of somebody at the desk: can they take one more? */
export function hasRoom(a: AgentLine): boolean {
  return (a.presence === "available" || a.presence === "busy" || a.presence === "ringing") && a.load < a.capacity;
}
