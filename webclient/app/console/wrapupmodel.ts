/** What is written down after a call, while the clock of the desk runs. */
import { computed, signal, type ReadonlySignal } from "@preact/signals-core";
import type { AgentLine, Desk } from "../../sdk/src/index.ts";
import { ApiError, names, type DeskApi, type WrapUpForm } from "./api.ts";

export class WrapUpModel {
  /** The handoff that is being wrapped up. */
  readonly handoff = computed(() => (this.me.value?.presence === "wrapUp" ? (this.me.value.wrapUp ?? null) : null));
  readonly until = computed(() => this.me.value?.wrapUpAt ?? 0);
  readonly dispositions = signal<string[]>([]);
  readonly tags = signal<string[]>([]);
  readonly form = signal<WrapUpForm>({ disposition: "", tags: [], note: "", version: 0 });
  readonly saving = signal(false);
  readonly problem = signal<string | null>(null);
  #of: string | null = null;

  constructor(
    private readonly api: DeskApi,
    private readonly me: ReadonlySignal<AgentLine | null>,
    private readonly desk: (f: (d: Desk) => Promise<void>) => Promise<boolean>,
  ) {}

  /** What can be chosen. */
  async load(): Promise<void> {
    const of = (key: string) => this.api.get<{ value?: unknown }>(`/v1/desk/settings/${key}`).then((r) => names(r.value), () => []);
    [this.dispositions.value, this.tags.value] = await Promise.all([of("dispositions"), of("tags")]);
  }

  /** Begins a form, or goes on with what was saved. */
  async begin(handoff: string): Promise<void> {
    if (this.#of === handoff) return;
    this.#of = handoff;
    this.form.value = { disposition: "", tags: [], note: "", version: 0 };
    this.problem.value = null;
    void this.load();
    const saved = await this.api.get<WrapUpForm>(this.#path(handoff)).catch(() => null);
    if (saved && this.#of === handoff && saved.version > 0) this.form.value = saved;
  }

  change(c: Partial<WrapUpForm>): void {
    this.form.value = { ...this.form.value, ...c };
  }

  toggleTag(tag: string): void {
    const now = this.form.value.tags ?? [];
    this.change({ tags: now.includes(tag) ? now.filter((x) => x !== tag) : [...now, tag] });
  }

  /** Saves, and is ready for the next call. */
  async done(): Promise<void> {
    if (this.#of && !(await this.save())) return;
    await this.desk((d) => d.wrapUpDone());
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
      this.form.value = await this.api.post<WrapUpForm>(this.#path(of), { disposition, tags, note, version });
      return true;
    } catch (e) {
      this.problem.value = (e as Error).message;
      // Somebody else has written: their version is the one to change.
      if (e instanceof ApiError && e.status === 409) this.form.value = { ...this.form.value, version: (await this.api.get<WrapUpForm>(this.#path(of)).catch(() => this.form.value)).version };
      return false;
    } finally {
      this.saving.value = false;
    }
  }

  #path(handoff: string): string {
    return `/v1/desk/handoffs/${encodeURIComponent(handoff)}/wrapup`;
  }
}
