/** The shapes of the desk's REST interface that the admin pages use; as in PROTOCOL.md. */
export type Role = "agent" | "supervisor" | "admin";
export const ROLES: readonly Role[] = ["agent", "supervisor", "admin"];
export const atLeast = (have: Role, need: Role): boolean => ROLES.indexOf(have) >= ROLES.indexOf(need);

export interface Account {
  identity: string;
  name: string;
  email?: string;
  avatar?: string;
  role: Role;
  skills?: Record<string, number>;
  languages?: Record<string, number>;
  capacity: number;
  disabled?: boolean;
  version: number;
}
export interface Session {
  id: string;
  identity: string;
  createdAt: number;
  expiresAt: number;
  address: string;
  client?: string;
  current?: boolean;
}
export interface Change {
  seq: number;
  time: number;
  by: string;
  address?: string;
  action: string;
  object?: string;
  before?: unknown;
  after?: unknown;
}
export interface Setting<T> {
  key: string;
  value?: T;
  version: number;
  by?: string;
  at?: number;
}
export interface Period {
  kind: "weekly" | "date";
  days?: string[];
  date?: string;
  from?: string;
  to?: string;
  closed?: boolean;
}
export interface Schedule {
  timeZone: string;
  periods: Period[];
  reply: string;
}
export interface Target {
  firstResponse: number;
  resolution: number;
}
export interface Routing {
  mode?: string;
  byLanguage?: boolean;
  sla?: { targets: Target[]; riskAt: number };
  [duration: string]: unknown;
}
export interface Rule {
  name: string;
  segments?: string[];
  words?: string[];
  reasons?: string[];
  languages?: string[];
  meta?: Record<string, string[]>;
  priority: number;
}
export interface Canned {
  id?: string;
  title: string;
  text: string;
  language?: string;
  shared?: boolean;
  version: number;
}
export interface Figures {
  calls: number;
  ended: number;
  contained: number;
  handoffs: number;
  answered: number;
  abandoned: number;
  outOfHours: number;
  waiting: number;
  takeovers: number;
  unasked: number;
  requeues: number;
  transfers: number;
  returns: number;
  medianMs: number;
  p90Ms: number;
  firstMet: number;
  firstBreached: number;
  resolutionMet: number;
  resolutionBreached: number;
  atRisk: number;
}
export interface Report {
  from: number;
  to: number;
  tz: string;
  total: Figures;
  days: { day: string; figures: Figures }[];
  reasons: { reason: string; handoffs: number; answered: number; abandoned: number; medianMs: number }[];
  agents: { identity: string; name?: string; takeovers: number; timeMs: number; first: number; medianMs: number; met: number; breached: number }[];
  partial?: boolean;
}
