/** What the admin pages know of the console around them, and ask of it. */
import type { AgentLine, CallSummary, DeskBoard, HandoffLine } from "../../../sdk/src/index.ts";
import type { Announcer } from "../../shared/announce.ts";
import type { DeskUser } from "../desk.ts";
import type { Rest } from "./rest.ts";
import type { Role } from "./types.ts";

interface Read<T> {
  readonly value: T;
}

export interface AdminHost {
  readonly rest: Rest;
  readonly announcer: Announcer;
  readonly role: Read<Role>;
  readonly identity: Read<string>;
  /** Null until the desk has answered. */
  readonly board: Read<DeskBoard | null>;
  readonly handoffs: Read<HandoffLine[]>;
  readonly agents: Read<AgentLine[]>;
  readonly calls: Read<CallSummary[]>;
  readonly online: Read<boolean>;
  readonly prefs: Read<Readonly<Record<string, unknown>>>;
  /** The switches that a person has for themselves, in order. */
  readonly switches: readonly string[];
  set(change: Record<string, boolean>): void;
  /** Opens a call to listen; nobody in it notices. */
  listen(call: string): void;
  /** Is heard by the human who has the call only. */
  whisper(call: string): void;
  /** Is heard by everybody. */
  bargeIn(call: string): void;
  assign(handoff: string, agent: string): Promise<boolean>;
  /** The profile has changed: what the console shows of oneself follows. */
  renamed(user: Partial<DeskUser>): void;
}
