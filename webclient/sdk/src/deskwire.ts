/** The desk's part of the protocol: twins of signaling/wire/desk*.go, name for name. Times are Unix milliseconds. */
import type { CallSummary } from "./wire.ts";

/** A skill or a language that a handoff asks for. */
export interface Need {
  name: string;
  /** 1 (some) to 5 (expert). */
  level?: number;
  /** Wished for, not required. */
  preferred?: boolean;
}

export type HandoffState = "pending" | "offered" | "claimed" | "connected" | "consulting" | "ended";
export type PresenceName = "offline" | "away" | "available" | "ringing" | "busy" | "wrapUp";
export type OfferKind = "routed" | "assigned" | "transfer" | "consult";

export interface SLAClock {
  startAt: number;
  riskAt: number;
  deadlineAt: number;
  atRisk?: boolean;
  /** met, breached, cancelled; absent: it runs. */
  outcome?: string;
}

/** A request for a human. */
export interface HandoffLine {
  id: string;
  call: string;
  state: HandoffState;
  /** Once ended: resolved, cancelled, expired, outOfHours, callEnded. */
  outcome?: string;
  detail?: string;
  /** 1 (urgent) to 4 (low). */
  priority: number;
  /** The priority after aging, by which the line goes. */
  rank: number;
  position?: number;
  /** Before all that are not. */
  front?: boolean;
  seq: number;
  reason?: string;
  brief?: string;
  caller?: string;
  skills?: Need[];
  languages?: Need[];
  /** Identity of who claims or has it, and what they are called. */
  agent?: string;
  name?: string;
  offeredTo?: string;
  consult?: string;
  enteredAt: number;
  pendingAt?: number;
  endedAt?: number;
  requeues?: number;
  firstResponse?: SLAClock;
  resolution?: SLAClock;
}

/** One of the desk's people as the others see them. */
export interface AgentLine {
  identity: string;
  name?: string;
  presence: PresenceName;
  since?: number;
  why?: string;
  load: number;
  capacity: number;
  active?: string[];
  wrapUpAt?: number;
  /** The handoff that is being wrapped up. */
  wrapUp?: string;
}

export interface DeskBoard {
  /** Of P1 to P4. */
  waiting: [number, number, number, number];
  longestMs?: number;
  ringing: number;
  active: number;
  atRisk: number;
  breached: number;
  agents: Partial<Record<PresenceName, number>>;
  places: number;
  free: number;
  service: "notConfigured" | "available" | "unavailable";
}

export interface DeskOffer {
  offer: number;
  kind: OfferKind;
  untilAt: number;
  handoff: HandoffLine;
}
export interface DeskOfferGone {
  offer: number;
  why: string;
}
export interface DeskChanged {
  handoffs?: HandoffLine[];
  agents?: AgentLine[];
  board?: DeskBoard;
}
export interface DeskAlert {
  handoff: string;
  call: string;
  goal: "firstResponse" | "resolution";
  kind: "atRisk" | "breached";
  dueAt: number;
  caller?: string;
  priority: number;
}
export interface DeskPresence {
  presence: PresenceName;
  why?: string;
  wrapUpAt?: number;
}
export interface DeskConsult {
  handoff: string;
  call: string;
  by: string;
  agent?: string;
  what: "asked" | "joined" | "nobody" | "ended";
}
export interface DeskClaim {
  handoff: string;
  call: string;
  /** A colleague's call: join as a listener, to advise. */
  consult?: boolean;
}

export interface WatchDesk {
  token: string;
  away?: boolean;
  observe?: boolean;
}
/** What consoles must know of the desk's settings. */
export interface DeskSettings {
  /** How a console calls its operator, where they have not chosen for themselves. */
  notifications: { sound: boolean; desktop: boolean; badge: boolean };
}

export interface WatchDeskResult {
  me?: AgentLine;
  role: "agent" | "supervisor" | "admin";
  handoffs: HandoffLine[] | null;
  agents: AgentLine[] | null;
  offer?: DeskOffer;
  board: DeskBoard;
  calls: CallSummary[] | null;
  settings?: DeskSettings;
}

/** Who is to have a call, or to be asked about it: a person, or anybody with the skills. */
export interface PassOn {
  agent?: string;
  skills?: Need[];
  languages?: Need[];
}

export interface DeskRequests {
  watchDesk: [WatchDesk, WatchDeskResult];
  presence: [{ presence: "available" | "away" | "offline"; why?: string }, object];
  accept: [{ offer: number }, object];
  decline: [{ offer: number }, object];
  takeNext: [object, object];
  take: [{ handoff: string }, object];
  wrapUpDone: [object, object];
  wrapUpMore: [{ seconds: number }, object];
  transfer: [{ handoff: string } & PassOn, object];
  consult: [{ handoff: string } & PassOn, object];
  endConsult: [{ handoff: string }, object];
  handOver: [{ handoff: string }, object];
  assign: [{ handoff: string; agent: string }, object];
  amend: [{ handoff: string; priority?: number; skills?: Need[]; languages?: Need[] }, object];
  cancelHandoff: [{ handoff: string }, object];
}

export interface DeskNotifications {
  deskChanged: DeskChanged;
  deskOffer: DeskOffer;
  deskOfferGone: DeskOfferGone;
  deskClaim: DeskClaim;
  deskConsult: DeskConsult;
  deskPresence: DeskPresence;
  deskAlert: DeskAlert;
  deskSettings: DeskSettings;
}
