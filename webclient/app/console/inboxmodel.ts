/** The inbox's own state: which view, what is filtered and searched, and the lists that are asked for. */
import { signal } from "@preact/signals-core";
import type { HandoffLine } from "../../sdk/src/index.ts";
import type { CallBack, DeskApi, Hit } from "./api.ts";
import { NO_FILTERS, type Filters, type View } from "./inbox.ts";

/** Typing pauses this long before it is searched. */
export const DEBOUNCE_MS = 250;

export class InboxModel {
  readonly view = signal<View>("all");
  readonly filters = signal<Filters>(NO_FILTERS);
  readonly filtersOpen = signal(false);
  readonly query = signal("");
  /** What was found; null: nothing is searched for. */
  readonly hits = signal<Hit[] | null>(null);
  readonly searching = signal(false);
  readonly callBacks = signal<CallBack[] | null>(null);
  readonly ended = signal<HandoffLine[] | null>(null);
  readonly problem = signal<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #abort: AbortController | null = null;
  #next = 0;

  constructor(private readonly api: DeskApi) {}

  show(view: View): void {
    this.view.value = view;
    this.problem.value = null;
    if (view === "callbacks") void this.loadCallBacks();
    if (view === "ended") void this.loadEnded();
  }

  filter(change: Partial<Filters>): void {
    this.filters.value = { ...this.filters.value, ...change };
  }
  clear(): void {
    this.filters.value = NO_FILTERS;
  }

  search(text: string): void {
    this.query.value = text;
    if (this.#timer) clearTimeout(this.#timer);
    this.#abort?.abort();
    const q = text.trim();
    if (q.length < 2) {
      this.hits.value = null;
      this.searching.value = false;
      return;
    }
    this.searching.value = true;
    this.#timer = setTimeout(() => void this.#find(q), DEBOUNCE_MS);
  }

  async #find(q: string): Promise<void> {
    const abort = (this.#abort = new AbortController());
    try {
      const r = await this.api.get<{ hits: Hit[] }>(`/v1/desk/search?q=${encodeURIComponent(q)}`, abort.signal);
      if (!abort.signal.aborted) this.hits.value = r.hits ?? [];
    } catch (e) {
      if (abort.signal.aborted) return;
      this.hits.value = [];
      this.problem.value = (e as Error).message;
    }
    if (!abort.signal.aborted) this.searching.value = false;
  }

  async loadCallBacks(): Promise<void> {
    await this.#try(async () => {
      this.callBacks.value = (await this.api.get<{ callBacks: CallBack[] }>("/v1/desk/callbacks")).callBacks ?? [];
    });
  }
  async setCallBack(c: CallBack, state: CallBack["state"]): Promise<void> {
    await this.#try(async () => {
      const now = await this.api.post<CallBack>(`/v1/desk/callbacks/${encodeURIComponent(c.id)}`, { state, version: c.version });
      this.callBacks.value = (this.callBacks.value ?? []).map((x) => (x.id === now.id ? now : x));
    });
    if (this.problem.value) void this.loadCallBacks(); // somebody else was first
  }
  async loadEnded(more = false): Promise<void> {
    if (more && this.#next === 0) return;
    await this.#try(async () => {
      const before = more ? `&before=${this.#next}` : "";
      const r = await this.api.get<{ handoffs: HandoffLine[]; next: number }>(`/v1/desk/handoffs?state=ended&limit=100${before}`);
      this.#next = r.next ?? 0;
      this.ended.value = more ? [...(this.ended.value ?? []), ...(r.handoffs ?? [])] : (r.handoffs ?? []);
    });
  }
  get more(): boolean {
    return this.#next !== 0;
  }

  async #try(what: () => Promise<void>): Promise<void> {
    this.problem.value = null;
    try {
      await what();
    } catch (e) {
      this.problem.value = (e as Error).message;
    }
  }
}
