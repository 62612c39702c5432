/** The console's view model: who is logged in, the list, the open call. No DOM. */
import { computed, signal } from "@preact/signals-core";
import { CallList, type CallListOptions, type CallSummary } from "../../sdk/src/index.ts";
import { Announcer } from "../shared/announce.ts";
import { login, storedSession, storeSession, type DeskSession } from "./desk.ts";
import { DeskCall, type DeskCallOptions } from "./deskcall.ts";
import { callerLabel, troubleText } from "./wording.ts";

export interface ConsoleDeps {
  makeList?: (o: CallListOptions) => CallList;
  makeCall?: DeskCallOptions["makeCall"];
  chime?: () => void;
}

const PREFS = "relevo.console.prefs";

interface Prefs {
  sound: boolean;
  warm: boolean;
  keys: boolean;
}

export class ConsoleModel {
  readonly session = signal<DeskSession | null>(null);
  readonly loginError = signal<string | null>(null);
  readonly loggingIn = signal(false);
  readonly calls = signal<CallSummary[]>([]);
  readonly online = signal(true);
  readonly loaded = signal(false);
  /** The call that the keyboard marks in the list. */
  readonly marked = signal<string | null>(null);
  readonly open = signal<DeskCall | null>(null);
  readonly help = signal(false);
  readonly prefs = signal<Prefs>(readPrefs());
  readonly announcer = new Announcer();
  readonly waiting = computed(() => this.calls.value.filter((c) => c.state === "pending"));
  readonly events: { event: string; payload: unknown; at: number }[] = [];
  readonly #deps: ConsoleDeps;
  #list: CallList | null = null;
  readonly #warned = new Map<string, number | undefined>();

  constructor(deps: ConsoleDeps = {}) {
    this.#deps = deps;
  }

  start(): void {
    const s = storedSession();
    if (s) this.#enter(s);
  }

  async login(identity: string, password: string): Promise<void> {
    this.loggingIn.value = true;
    this.loginError.value = null;
    try {
      const s = await login(identity, password);
      storeSession(s);
      this.#enter(s);
    } catch (e) {
      this.loginError.value = (e as Error).message;
    }
    this.loggingIn.value = false;
  }

  async logout(message: string | null = null): Promise<void> {
    await this.closeCall();
    this.#list?.close();
    this.#list = null;
    storeSession(null);
    this.session.value = null;
    this.calls.value = [];
    this.loaded.value = false;
    this.loginError.value = message;
  }

  async openCall(id: string): Promise<void> {
    const s = this.session.value;
    if (!s || this.open.value?.id === id) return;
    await this.closeCall();
    this.marked.value = id;
    const desk = new DeskCall({
      id,
      token: s.token,
      wsUrl: s.wsUrl,
      warm: () => this.prefs.value.warm,
      announcer: this.announcer,
      makeCall: this.#deps.makeCall,
      onEvent: (event, payload) => this.events.push({ event, payload: snapshot(payload), at: Date.now() }),
    });
    this.open.value = desk;
    await desk.open();
  }

  async closeCall(): Promise<void> {
    const desk = this.open.value;
    this.open.value = null;
    await desk?.close();
  }

  /** Moves the mark in the list. */
  move(by: 1 | -1): void {
    const list = this.calls.value;
    if (list.length === 0) return;
    const at = list.findIndex((c) => c.id === this.marked.value);
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by));
    this.marked.value = list[next]!.id;
  }

  set(change: Partial<Prefs>): void {
    this.prefs.value = { ...this.prefs.value, ...change };
    try {
      localStorage.setItem(PREFS, JSON.stringify(this.prefs.value));
    } catch {
      // Kept for this page only.
    }
    if (change.warm !== undefined && this.open.value?.place.value === "listening") void this.open.value.warm(change.warm);
  }

  /** Tells, once each, of trouble in calls that we gave back and watch. */
  #warn(calls: CallSummary[]): void {
    const me = this.session.value?.user.identity;
    for (const c of calls) {
      const w = c.watch;
      if (!w?.reason || w.identity !== me || this.#warned.get(c.id) === w.time) continue;
      this.#warned.set(c.id, w.time);
      this.announcer.say(`${callerLabel(c.caller)}: ${troubleText(w.reason)}.`);
      if (this.prefs.value.sound) this.#deps.chime?.();
    }
    for (const id of this.#warned.keys()) if (!calls.some((c) => c.id === id)) this.#warned.delete(id);
  }

  #enter(s: DeskSession): void {
    this.session.value = s;
    this.loginError.value = null;
    const make = this.#deps.makeList ?? ((o: CallListOptions) => new CallList(o));
    const list = make({ token: s.token, wsUrl: s.wsUrl, url: s.wsUrl ? undefined : "/" });
    this.#list = list;
    list.on("calls", (calls) => {
      this.#warn(calls);
      this.calls.value = calls;
      this.loaded.value = true;
    });
    list.on("online", (on) => (this.online.value = on));
    list.on("requested", (c) => {
      this.announcer.say(`${callerLabel(c.caller)} asks for a person.`);
      if (this.prefs.value.sound) this.#deps.chime?.();
    });
    list.on("unauthorized", () => void this.logout("Your session has ended. Please log in again."));
    list.start();
  }
}

function readPrefs(): Prefs {
  const standard: Prefs = { sound: true, warm: false, keys: true };
  try {
    return { ...standard, ...(JSON.parse(localStorage.getItem(PREFS) ?? "{}") as Partial<Prefs>) };
  } catch {
    return standard;
  }
}

function snapshot(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload ?? null, (_k, v: unknown) => (v instanceof Error ? { message: v.message } : v)));
}
