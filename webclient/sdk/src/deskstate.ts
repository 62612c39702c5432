/** DeskState: what a console knows of the desk, made of what the server says. Pure: no socket, no clock. */
import { sortCalls } from "./calllist.ts";
import type { AgentLine, DeskBoard, DeskChanged, DeskOffer, DeskOfferGone, DeskPresence, HandoffLine, WatchDeskResult } from "./deskwire.ts";
import type { CallSummary } from "./wire.ts";

const EMPTY: DeskBoard = { waiting: [0, 0, 0, 0], ringing: 0, active: 0, atRisk: 0, breached: 0, agents: {}, places: 0, free: 0, service: "notConfigured" };

/** Whether it stands in the line. */
export function waits(h: HandoffLine): boolean {
  return h.state === "pending" || h.state === "offered";
}

/** The order of the line: front first, then rank, then who came first. */
export function byLine(a: HandoffLine, b: HandoffLine): number {
  return Number(b.front ?? false) - Number(a.front ?? false) || a.rank - b.rank || a.seq - b.seq;
}

export class DeskState {
  role: WatchDeskResult["role"] = "agent";
  identity = "";
  offer: DeskOffer | null = null;
  board: DeskBoard = EMPTY;
  readonly #handoffs = new Map<string, HandoffLine>();
  readonly #agents = new Map<string, AgentLine>();
  readonly #calls = new Map<string, CallSummary>();

  /** Oneself at the desk; null for who only looks. */
  get me(): AgentLine | null {
    return this.#agents.get(this.identity) ?? null;
  }
  /** Who waits, the next first. */
  get line(): HandoffLine[] {
    return [...this.#handoffs.values()].filter(waits).sort(byLine);
  }
  /** All that have not ended. */
  get handoffs(): HandoffLine[] {
    return [...this.#handoffs.values()];
  }
  get agents(): AgentLine[] {
    return [...this.#agents.values()].sort((a, b) => (a.name ?? a.identity).localeCompare(b.name ?? b.identity));
  }
  get calls(): CallSummary[] {
    return sortCalls(this.#calls.values());
  }
  handoff(id: string): HandoffLine | undefined {
    return this.#handoffs.get(id);
  }
  ofCall(call: string): HandoffLine | undefined {
    for (const h of this.#handoffs.values()) if (h.call === call) return h;
    return undefined;
  }

  /** All there is at this moment. */
  reset(r: WatchDeskResult): void {
    this.role = r.role;
    this.board = r.board ?? EMPTY;
    this.offer = r.offer ?? null;
    this.#handoffs.clear();
    this.#agents.clear();
    this.#calls.clear();
    this.identity = r.me?.identity ?? "";
    for (const h of r.handoffs ?? []) this.#handoffs.set(h.id, h);
    for (const a of r.agents ?? []) this.#agents.set(a.identity, a);
    if (r.me) this.#agents.set(r.me.identity, r.me);
    for (const c of r.calls ?? []) this.#calls.set(c.id, c);
  }

  /** Returns what has ended by it, and what has begun to wait. */
  changed(c: DeskChanged): { ended: HandoffLine[]; asked: HandoffLine[] } {
    const ended: HandoffLine[] = [];
    const asked: HandoffLine[] = [];
    for (const h of c.handoffs ?? []) {
      const old = this.#handoffs.get(h.id);
      if (h.state === "ended") {
        if (this.#handoffs.delete(h.id)) ended.push(h);
        continue;
      }
      this.#handoffs.set(h.id, h);
      if (waits(h) && !(old && waits(old))) asked.push(h);
    }
    for (const a of c.agents ?? []) this.#agents.set(a.identity, a);
    if (c.board) this.board = c.board;
    return { ended, asked };
  }

  ringing(o: DeskOffer): void {
    this.offer = o;
  }
  /** True when it was what rings here. */
  rungOut(g: DeskOfferGone): boolean {
    if (this.offer?.offer !== g.offer) return false;
    this.offer = null;
    return true;
  }
  /** What one is now; the whole record follows with deskChanged. */
  presence(p: DeskPresence): void {
    const me = this.me;
    if (me) this.#agents.set(me.identity, { ...me, presence: p.presence, why: p.why, wrapUpAt: p.wrapUpAt });
  }
  /** Returns what was known of the call before. */
  call(c: CallSummary): CallSummary | undefined {
    const old = this.#calls.get(c.id);
    if (c.state === "ended") this.#calls.delete(c.id);
    else this.#calls.set(c.id, c);
    return old;
  }
  callGone(id: string): boolean {
    return this.#calls.delete(id);
  }
}
