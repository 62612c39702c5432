/** What is written down after a call: while the clock of the desk runs, or without one. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { AgentLine, Desk, HandoffLine } from "../../sdk/src/index.ts";
import { ApiError, names, type DeskApi, type WrapUpForm } from "./api.ts";

const EMPTY: WrapUpForm = { disposition: "", tags: [], note: "", version: 0 };

export class WrapUpModel {
  /** The handoff whose clock runs. */
  readonly timed = computed(() => (this.me.value?.presence === "wrapUp" ? (this.me.value.wrapUp ?? null) : null));
  /** One that has no clock: its agent was away or busy when it ended, or the time was over with something still to be saved. */
  readonly late = signal<string | null>(null);
  /** The handoff that is being wrapped up. */
  readonly handoff = computed(() => this.timed.value ?? this.late.value);
  readonly until = computed(() => (this.timed.value ? (this.me.value?.wrapUpAt ?? 0) : 0));
  readonly dispositions = signal<string[]>([]);
  readonly tags = signal<string[]>([]);
  readonly form = signal<WrapUpForm>(EMPTY);
  /** Whose call it was, by the handoff; of the last few. */
  readonly callers = signal<ReadonlyMap<string, string>>(new Map());
  readonly saving = signal(false);
  readonly problem = signal<string | null>(null);
  #of: string | null = null;
  #kept = EMPTY;

  constructor(
    private readonly api: DeskApi,
    private readonly me: ReadonlySignal<AgentLine | null>,
    private readonly desk: (f: (d: Desk) => Promise<void>) => Promise<boolean>,
  ) {
    let before: string | null = null;
    effect(() => {
      const now = this.timed.value;
      if (before !== null && now !== before) this.#clockOver(before);
      before = now;
    });
  }

  /** What can be chosen. */
  async load(): Promise<void> {
    const of = (key: string) => this.api.get<{ value?: unknown }>(`/v1/desk/settings/${key}`).then((r) => names(r.value), () => []);
    [this.dispositions.value, this.tags.value] = await Promise.all([of("dispositions"), of("tags")]);
  }

  /** A handoff has ended. Who had it writes it down, also where the desk gives no time for it. */
  ended(h: HandoffLine): void {
    const me = this.me.value;
    if (h.caller && h.agent === me?.identity) this.callers.value = new Map([...this.callers.value, [h.id, h.caller] as const].slice(-8));
    if (!me || h.agent !== me.identity || this.timed.value || this.changed) return;
    this.late.value = h.id;
  }

  /** Begins a form, or goes on with what was saved. */
  async begin(handoff: string): Promise<void> {
    if (this.#of === handoff) return;
    if (this.#of && this.changed) void this.save(); // the next call does not wait for what was half written
    if (this.late.value !== handoff) this.late.value = null;
    this.#of = handoff;
    this.form.value = this.#kept = EMPTY;
    this.problem.value = null;
    void this.load();
    const saved = await this.api.get<WrapUpForm>(this.#path(handoff)).catch(() => null);
    if (saved && this.#of === handoff && saved.version > 0) this.form.value = this.#kept = saved;
  }

  change(c: Partial<WrapUpForm>): void {
    this.form.value = { ...this.form.value, ...c };
  }

  /** Whether there is something that is not saved. */
  get changed(): boolean {
    const text = (f: WrapUpForm) => JSON.stringify([f.disposition, f.tags ?? [], f.note ?? ""]);
    return text(this.form.value) !== text(this.#kept);
  }

  toggleTag(tag: string): void {
    const now = this.form.value.tags ?? [];
    this.change({ tags: now.includes(tag) ? now.filter((x) => x !== tag) : [...now, tag] });
  }

  /** Saves, and is ready for the next call. */
  async done(): Promise<void> {
    const of = this.#of;
    const timed = this.timed.value !== null;
    if (of && !(await this.save())) return;
    if (this.late.value === of) this.late.value = null;
    if (timed) await this.desk((d) => d.wrapUpDone());
  }

  /** Closes a form without a clock, and keeps nothing of it. */
  dismiss(): void {
    this.form.value = this.#kept;
    this.problem.value = null;
    this.late.value = null;
  }

  async more(seconds = 60): Promise<void> {
    await this.desk((d) => d.wrapUpMore(seconds));
  }

  async save(): Promise<boolean> {
    const of = this.#of;
    if (!of) return true;
    const { disposition, tags, note, version } = this.form.value;
    if (!disposition && !tags?.length && !note) return true; // nothing to be kept
    this.saving.value = true;
    this.problem.value = null;
    try {
      const kept = await this.api.post<WrapUpForm>(this.#path(of), { disposition, tags, note, version });
      if (this.#of === of) this.form.value = this.#kept = kept;
      return true;
    } catch (e) {
      if (this.#of !== of) return false;
      this.problem.value = (e as Error).message;
      // Somebody else has written: their version is the one to change.
      if (e instanceof ApiError && e.status === 409) this.form.value = { ...this.form.value, version: (await this.api.get<WrapUpForm>(this.#path(of)).catch(() => this.form.value)).version };
      return false;
    } finally {
      this.saving.value = false;
    }
  }

  /** What is half written is not lost with its time. */
  #clockOver(of: string): void {
    if (of === this.#of && this.changed && !this.saving.value) this.late.value = of;
    else if (this.late.value === of) this.late.value = null;
  }

  #path(handoff: string): string {
    return `/v1/desk/handoffs/${encodeURIComponent(handoff)}/wrapup`;
  }
}
