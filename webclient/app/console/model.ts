/** The console's view model: who is logged in, the desk, the inbox, the open calls. No DOM. */
import { computed, signal } from "@preact/signals-core";
import {
  Desk,
  openSource,
  waits,
  type AgentLine,
  type CallSummary,
  type DeskBoard,
  type DeskClaim,
  type DeskOffer,
  type DeskOptions,
  type HandoffLine,
  type PassOn,
} from "../../sdk/src/index.ts";
import { Announcer } from "../shared/announce.ts";
import { Attention } from "./attention.ts";
import { t } from "../shared/i18n.ts";
import { DeskApi, type CannedReply, type Fetch } from "./api.ts";
import { login, storedSession, storeSession, type DeskSession } from "./desk.ts";
import { DeskCall, type DeskCallOptions } from "./deskcall.ts";
import { filtered, hasRoom, ofView, rows } from "./inbox.ts";
import { InboxModel } from "./inboxmodel.ts";
import { Notifier, type NotifyDeps } from "./notify.ts";
import { PrefsModel, type Prefs } from "./prefs.ts";
import { callerLabel, troubleText } from "./wording.ts";
import { WrapUpModel } from "./wrapupmodel.ts";

export interface ConsoleDeps {
  makeDesk?: (o: DeskOptions) => Desk;
  makeCall?: DeskCallOptions["makeCall"];
  notify?: NotifyDeps;
  fetch?: Fetch;
  /** Opens the microphone while it rings on accepting. */
  microphone?: () => Promise<MediaStreamTrack | null>;
}

/** So many events are kept for tests and support, and at most twice as many. */
const EVENTS = 5_000;

export type SheetName = "help" | "palette" | "notifications" | "consult" | "transfer";

export class ConsoleModel {
  readonly session = signal<DeskSession | null>(null);
  readonly loginError = signal<string | null>(null);
  readonly loggingIn = signal(false);
  readonly calls = signal<CallSummary[]>([]);
  readonly handoffs = signal<HandoffLine[]>([]);
  readonly agents = signal<AgentLine[]>([]);
  readonly me = signal<AgentLine | null>(null);
  readonly role = signal<"agent" | "supervisor" | "admin">("agent");
  readonly board = signal<DeskBoard | null>(null);
  readonly offer = signal<DeskOffer | null>(null);
  /** Accepted, and the call is not there yet. */
  readonly accepting = signal(false);
  readonly problem = signal<string | null>(null);
  readonly online = signal(true);
  readonly loaded = signal(false);
  /** The call that the keyboard marks in the list. */
  readonly marked = signal<string | null>(null);
  readonly open = signal<DeskCall | null>(null);
  /** Calls of ours that are not in view: muted, and not forgotten. */
  readonly parked = signal<DeskCall[]>([]);
  readonly sheet = signal<SheetName | null>(null);
  readonly canned = signal<CannedReply[]>([]);
  readonly #prefs = new PrefsModel();
  readonly prefs = this.#prefs.all;
  readonly announcer = new Announcer();
  readonly api: DeskApi;
  readonly inbox: InboxModel;
  readonly wrapUp: WrapUpModel;
  readonly notifier: Notifier;
  readonly attention: Attention;
  readonly identity = computed(() => this.session.value?.user.identity ?? "");
  readonly all = computed(() => rows({ calls: this.calls.value, handoffs: this.handoffs.value, me: { identity: this.identity.value, name: this.session.value?.user.name ?? "" } }));
  readonly shown = computed(() => filtered(ofView(this.all.value, this.inbox.view.value), this.inbox.filters.value));
  readonly waiting = computed(() => this.all.value.filter((r) => r.asks));
  /** What was told lately, for tests and support. */
  readonly events: { event: string; payload: unknown; at: number }[] = [];
  readonly #deps: ConsoleDeps;
  desk: Desk | null = null;
  #microphone: Promise<MediaStreamTrack | null> | null = null;
  readonly #warned = new Map<string, number | undefined>();

  constructor(deps: ConsoleDeps = {}) {
    this.#deps = deps;
    this.api = new DeskApi(() => this.session.value?.token ?? "", deps.fetch);
    this.inbox = new InboxModel(this.api);
    this.wrapUp = new WrapUpModel(this.api, this.me, (f) => this.#do(f));
    this.notifier = new Notifier(deps.notify ?? { chime: () => undefined, show: () => null }, () => this.prefs.value);
    this.attention = new Attention(this.notifier, this.announcer);
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
    for (const c of this.parked.value.splice(0)) await c.close();
    this.attention.stop();
    this.desk?.close();
    this.desk = null;
    storeSession(null);
    this.session.value = null;
    this.calls.value = [];
    this.handoffs.value = [];
    this.agents.value = [];
    this.me.value = this.offer.value = null;
    this.loaded.value = false;
    this.wrapUp.dismiss();
    this.loginError.value = message;
  }

  // The desk.

  setPresence(presence: "available" | "away" | "offline", why?: string): Promise<boolean> {
    return this.#do((d) => d.presence(presence, why));
  }
  takeNext(): Promise<boolean> {
    this.#prepare();
    return this.#do((d) => d.takeNext());
  }
  take(handoff: string): Promise<boolean> {
    this.#prepare();
    return this.#do((d) => d.take(handoff));
  }
  async accept(): Promise<void> {
    const o = this.offer.value;
    if (!o || this.accepting.value) return;
    this.accepting.value = true;
    this.notifier.stop();
    this.#prepare();
    if (!(await this.#do((d) => d.accept(o.offer)))) this.offer.value = null;
    this.accepting.value = false;
  }
  async decline(): Promise<void> {
    const o = this.offer.value;
    if (!o || this.accepting.value) return;
    this.notifier.stop();
    this.offer.value = null;
    await this.#do((d) => d.decline(o.offer));
  }
  pass(how: "consult" | "transfer", handoff: string, to: PassOn): Promise<boolean> {
    return this.#do((d) => (how === "consult" ? d.consult(handoff, to) : d.transfer(handoff, to)));
  }
  endConsult(handoff: string): Promise<boolean> {
    return this.#do((d) => d.endConsult(handoff));
  }
  handOver(handoff: string): Promise<boolean> {
    return this.#do((d) => d.handOver(handoff));
  }
  amend(handoff: string, priority: number): Promise<boolean> {
    return this.#do((d) => d.amend(handoff, { priority }));
  }
  cancelHandoff(handoff: string): Promise<boolean> {
    return this.#do((d) => d.cancelHandoff(handoff));
  }
  assign(handoff: string, agent: string): Promise<boolean> {
    return this.#do((d) => d.assign(handoff, agent));
  }

  // The calls.

  async openCall(id: string, claim: DeskClaim | null = null): Promise<void> {
    const s = this.session.value;
    const microphone = claim ? this.#microphone : null;
    if (claim) this.#microphone = null;
    const here = this.open.value?.id === id ? this.open.value : this.parked.value.find((c) => c.id === id);
    if (!s) return;
    this.marked.value = id;
    if (here && here.endReason.value === null) {
      if (here !== this.open.value) {
        await this.#putAside();
        this.parked.value = this.parked.value.filter((c) => c !== here);
        this.open.value = here;
        here.call.unmute();
      }
      if (claim) await here.claim(claim.consult === true, microphone);
      return;
    }
    await this.#putAside();
    const desk = new DeskCall({
      id,
      token: s.token,
      wsUrl: s.wsUrl,
      warm: () => this.prefs.value.warm,
      announcer: this.announcer,
      makeCall: this.#deps.makeCall,
      claimed: claim !== null && !claim.consult,
      consult: claim?.consult === true,
      microphone,
      handoff: () => this.handoffs.value.find((h) => h.call === id),
      api: this.api,
      onEvent: (event, payload) => this.#note(event, payload),
    });
    this.open.value = desk;
    void this.loadCanned();
    await desk.open();
  }

  /** The ready replies, as they are now: colleagues and admins change them all day. */
  async loadCanned(): Promise<void> {
    const list = await this.api.get<{ replies: CannedReply[] }>("/v1/desk/canned").catch(() => null);
    if (list) this.canned.value = list.replies ?? [];
  }

  async closeCall(): Promise<void> {
    const desk = this.open.value;
    this.open.value = null;
    await desk?.close();
  }

  /** Moves the mark in the list. */
  move(by: 1 | -1): void {
    const list = this.shown.value;
    if (list.length === 0) return;
    const at = list.findIndex((c) => c.id === this.marked.value);
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by));
    this.marked.value = list[next]!.id;
  }

  set(change: Partial<Prefs>): void {
    this.#prefs.set(change);
    if (change.warm !== undefined && this.open.value?.place.value === "listening") void this.open.value.warm(change.warm);
  }

  /** Whoever has a call, or is getting it, does not lose it by looking at another. */
  async #putAside(): Promise<void> {
    const desk = this.open.value;
    if (!desk) return;
    const place = desk.place.value;
    if (place !== "holding" && place !== "connecting") return this.closeCall();
    desk.call.mute();
    this.open.value = null;
    this.parked.value = [...this.parked.value.filter((c) => c.endReason.value === null), desk];
  }

  /** Opens the microphone while the desk decides: who has accepted is heard at once. */
  #prepare(): void {
    const open = this.#deps.microphone ?? (() => openSource("microphone").catch(() => null));
    void this.#microphone?.then((track) => track?.stop());
    this.#microphone = open().catch(() => null);
  }

  async #do(what: (d: Desk) => Promise<void>): Promise<boolean> {
    if (!this.desk) return false;
    this.problem.value = null;
    try {
      await what(this.desk);
      return true;
    } catch (e) {
      void this.#microphone?.then((track) => track?.stop());
      this.#microphone = null;
      this.problem.value = (e as Error).message;
      this.announcer.say((e as Error).message);
      return false;
    }
  }

  /** A day's calls are many: only the newest are kept. */
  #note(event: string, payload: unknown): void {
    this.events.push({ event, payload: snapshot(payload), at: Date.now() });
    if (this.events.length > 2 * EVENTS) this.events.splice(0, EVENTS);
  }

  /** Tells, once each, of trouble in calls that we gave back and watch. */
  #warn(calls: CallSummary[]): void {
    const me = this.identity.value;
    for (const c of calls) {
      const w = c.watch;
      if (!w?.reason || w.identity !== me || this.#warned.get(c.id) === w.time) continue;
      this.#warned.set(c.id, w.time);
      const text = troubleText(w.reason);
      this.announcer.say(t("call.says", { name: callerLabel(c.caller), text }));
      this.notifier.once(callerLabel(c.caller), text);
    }
    for (const id of this.#warned.keys()) if (!calls.some((c) => c.id === id)) this.#warned.delete(id);
  }

  #enter(s: DeskSession): void {
    this.session.value = s;
    this.loginError.value = null;
    const make = this.#deps.makeDesk ?? ((o: DeskOptions) => new Desk(o));
    const desk = make({ token: s.token, wsUrl: s.wsUrl, url: s.wsUrl ? undefined : "/" });
    this.desk = desk;
    desk.onAny((event, payload) => {
      if (event !== "changed") this.#note(`desk.${event}`, payload);
    });
    desk.on("changed", (d) => {
      this.#warn(d.calls);
      this.calls.value = d.calls;
      this.handoffs.value = d.handoffs;
      this.agents.value = d.agents;
      this.me.value = d.me;
      this.role.value = d.role;
      this.board.value = d.board;
      this.loaded.value = true;
      this.attention.line(d.handoffs, d.me, d.offer !== null);
    });
    desk.on("online", (on) => (this.online.value = on));
    desk.on("offer", (o) => {
      this.offer.value = o;
      this.attention.offer(o);
    });
    desk.on("offerGone", (g) => {
      if (this.offer.value?.offer !== g.offer) return;
      this.offer.value = null;
      this.notifier.stop();
      if (g.why !== "accepted" && g.why !== "declined") this.announcer.say(t(`offer.gone.${g.why}`));
      if (g.why === "unanswered") this.problem.value = t("offer.gone.unanswered");
    });
    desk.on("claim", (c) => {
      this.offer.value = null;
      this.notifier.stop();
      void this.openCall(c.call, c);
    });
    desk.on("consult", (c) => this.announcer.say(t(`consult.${c.what}`)));
    desk.on("presence", (p) => {
      if (p.why === "missed") this.problem.value = t("presence.missed");
      this.announcer.say(t("presence.now", { presence: t(`presence.${p.presence}`) }));
    });
    desk.on("alert", (a) => this.attention.alert(a));
    desk.on("ended", (h) => {
      this.attention.ended(h);
      this.wrapUp.ended(h);
    });
    desk.on("settings", (s) => this.#prefs.operator(s.notifications));
    desk.on("asked", (h) => {
      this.announcer.say(t("inbox.asks", { who: callerLabel(h.caller) }));
      if (!this.offer.value && waits(h) && this.prefs.value.sound && this.me.value && hasRoom(this.me.value)) this.#deps.notify?.chime(0);
    });
    desk.on("unauthorized", () => void this.logout(t("session.over")));
    desk.start();
    void this.loadCanned();
    void this.wrapUp.load();
  }
}

function snapshot(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload ?? null, (_k, v: unknown) => (v instanceof Error ? { message: v.message } : v)));
}
