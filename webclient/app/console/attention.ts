/** When the console calls its operator: what rings, who waits with nobody asked, deadlines. No DOM. */
import { signal } from "@preact/signals-core";
import type { AgentLine, DeskAlert, DeskOffer, HandoffLine } from "../../sdk/src/index.ts";
import type { Announcer } from "../shared/announce.ts";
import { t } from "../shared/i18n.ts";
import { hasRoom } from "./inbox.ts";
import type { Notifier } from "./notify.ts";
import { callerLabel, reasonText } from "./wording.ts";

/** A deadline that somebody should know of, until they have seen it. */
export interface Alert {
  key: string;
  handoff: string;
  call: string;
  kind: DeskAlert["kind"];
  text: string;
}

/** Who has just come is offered to somebody within this; after it, whoever is free is called. */
export const PATIENCE_MS = 3_000;
/** A warning is in sight this long; a breach until it is seen. */
export const WARNING_MS = 20_000;
const MOST = 4;

export class Attention {
  readonly alerts = signal<Alert[]>([]);
  /** Who has been called for already. */
  readonly #told = new Set<string>();
  #waiting: HandoffLine[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #ringing = false;

  constructor(
    private readonly notifier: Notifier,
    private readonly announcer: Announcer,
  ) {}

  /** It rings here. */
  offer(o: DeskOffer): void {
    this.#told.add(o.handoff.id);
    this.#quiet();
    const who = callerLabel(o.handoff.caller);
    const why = reasonText(o.handoff.reason) ?? "";
    this.announcer.say(t("offer.announce", { who, why }));
    this.notifier.ring(t("offer.title", { who }), [why, o.handoff.brief].filter(Boolean).join(". "));
  }

  /** The line as it is now. Where nobody is asked by the desk, whoever has room is called. */
  line(handoffs: readonly HandoffLine[], me: AgentLine | null, rings: boolean): void {
    for (const id of this.#told) if (!handoffs.some((h) => h.id === id && (h.state === "pending" || h.state === "offered"))) this.#told.delete(id);
    const free = me !== null && me.presence !== "ringing" && hasRoom(me) && !rings;
    this.#waiting = free ? handoffs.filter((h) => h.state === "pending" && !h.offeredTo) : [];
    if (this.#waiting.length === 0) {
      this.#quiet();
      if (this.#ringing) this.notifier.stop();
      this.#ringing = false;
    } else if (this.#waiting.some((h) => !this.#told.has(h.id))) this.#timer ??= setTimeout(() => this.#call(), PATIENCE_MS);
  }

  alert(a: DeskAlert): void {
    const text = t(`sla.alert.${a.kind}`, { who: callerLabel(a.caller), goal: t(`sla.${a.goal}`) });
    const key = `${a.handoff} ${a.goal} ${a.kind}`;
    // A breach says more than the warning before it.
    const others = this.alerts.value.filter((x) => x.key !== key && x.key !== `${a.handoff} ${a.goal} atRisk`);
    this.alerts.value = [...others, { key, handoff: a.handoff, call: a.call, kind: a.kind, text }].slice(-MOST);
    if (a.kind === "atRisk") setTimeout(() => this.dismiss(key), WARNING_MS);
    this.announcer.say(text);
    this.notifier.once(t("sla.title"), text);
  }

  dismiss(key: string): void {
    if (this.alerts.value.some((a) => a.key === key)) this.alerts.value = this.alerts.value.filter((a) => a.key !== key);
  }

  /** A handoff that has ended is nobody's concern. */
  ended(h: HandoffLine): void {
    if (this.alerts.value.some((a) => a.handoff === h.id)) this.alerts.value = this.alerts.value.filter((a) => a.handoff !== h.id);
  }

  stop(): void {
    this.#quiet();
    this.#ringing = false;
    this.#told.clear();
    this.alerts.value = [];
    this.notifier.stop();
  }

  #call(): void {
    this.#timer = null;
    const first = this.#waiting.find((h) => !this.#told.has(h.id));
    if (!first) return;
    for (const h of this.#waiting) this.#told.add(h.id);
    this.#ringing = true;
    const who = callerLabel(first.caller);
    this.notifier.ring(t("inbox.asks", { who }), [reasonText(first.reason), first.brief].filter(Boolean).join(". "));
  }

  #quiet(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
