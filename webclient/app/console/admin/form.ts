/**
 * A setting that is being changed: what was read, what is typed, what is wrong
 * with it. It is checked by the server as one types, and saved with the version
 * that was read; when somebody else was faster, their changes are shown. No DOM.
 */
import { computed, signal } from "@preact/signals-core";
import { RestError, type Problem, type Rest } from "./rest.ts";
import type { Setting } from "./types.ts";

/** Typing pauses this long before it is checked. */
export const CHECK_MS = 350;

export interface Difference {
  path: string;
  before: string;
  after: string;
}

export class SettingForm<T> {
  readonly value = signal<T>(null as T);
  readonly loaded = signal(false);
  readonly problems = signal<Problem[]>([]);
  readonly failed = signal<string | null>(null);
  readonly saving = signal(false);
  readonly saved = signal(false);
  /** Somebody else has changed it since it was read. */
  readonly conflict = signal<{ theirs: Setting<T>; differences: Difference[] } | null>(null);
  readonly changed = computed(() => this.loaded.value && JSON.stringify(this.value.value) !== this.#read.value);
  readonly #read = signal("");
  #version = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #nth = 0;

  constructor(
    private readonly rest: Rest,
    readonly key: string,
    private readonly standard: T,
  ) {}

  async load(): Promise<void> {
    try {
      this.#take(await this.rest.get<Setting<T>>(`/v1/desk/settings/${this.key}`));
      this.failed.value = null;
    } catch (e) {
      this.failed.value = (e as Error).message;
    }
  }

  edit(value: T): void {
    this.value.value = value;
    this.saved.value = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(), CHECK_MS);
  }

  /** Asks the server what is wrong; an answer that is overtaken is dropped. */
  async check(): Promise<void> {
    const mine = ++this.#nth;
    try {
      const r = await this.rest.post<{ problems: Problem[] | null }>(`/v1/desk/settings/${this.key}/check`, { value: this.value.value, version: this.#version });
      if (mine === this.#nth) this.problems.value = r.problems ?? [];
    } catch {
      // Saving checks again, and says what is wrong.
    }
  }

  async save(): Promise<boolean> {
    if (this.saving.value) return false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#nth++;
    this.saving.value = true;
    this.failed.value = null;
    const sent = this.value.value;
    try {
      const s = await this.rest.post<Setting<T>>(`/v1/desk/settings/${this.key}`, { value: sent, version: this.#version });
      const typed = this.value.value;
      this.#take(s);
      if (typed !== sent) this.value.value = typed; // typed on meanwhile
      this.saved.value = true;
      return true;
    } catch (e) {
      if (e instanceof RestError && e.status === 409) await this.#overtaken();
      else {
        this.problems.value = e instanceof RestError ? e.problems : [];
        if (this.problems.value.length === 0) this.failed.value = (e as Error).message;
      }
      return false;
    } finally {
      this.saving.value = false;
    }
  }

  /** Back to what was read. */
  reset(): void {
    this.value.value = JSON.parse(this.#read.value) as T;
    this.problems.value = [];
    this.conflict.value = null;
  }
  takeTheirs(): void {
    const c = this.conflict.value;
    if (c) this.#take(c.theirs);
  }
  /** Keeps what is typed; saving replaces what they wrote. */
  keepMine(): void {
    const c = this.conflict.value;
    if (!c) return;
    this.#version = c.theirs.version;
    this.#read.value = JSON.stringify(this.#whole(c.theirs));
    this.conflict.value = null;
  }

  /** What is wrong with a field, or with what is in it. */
  of(field: string): Problem | undefined {
    return this.problems.value.find((p) => p.field === field || p.field.startsWith(`${field}[`));
  }

  async #overtaken(): Promise<void> {
    try {
      const theirs = await this.rest.get<Setting<T>>(`/v1/desk/settings/${this.key}`);
      this.conflict.value = { theirs, differences: difference(JSON.parse(this.#read.value), this.#whole(theirs)) };
    } catch (e) {
      this.failed.value = (e as Error).message;
    }
  }
  #whole(s: Setting<T>): T {
    return s.value ?? this.standard;
  }
  #take(s: Setting<T>): void {
    this.#version = s.version;
    this.value.value = this.#whole(s);
    this.#read.value = JSON.stringify(this.value.value);
    this.problems.value = [];
    this.conflict.value = null;
    this.loaded.value = true;
  }
}

/** What differs between two JSON values, leaf by leaf. */
export function difference(before: unknown, after: unknown): Difference[] {
  const a = leaves(before);
  const b = leaves(after);
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((k) => a.get(k) !== b.get(k))
    .map((path) => ({ path, before: a.get(path) ?? "", after: b.get(path) ?? "" }));
}

function leaves(v: unknown, path = "", out = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(v) && v.every((x) => typeof x !== "object")) out.set(path, v.join(", "));
  else if (Array.isArray(v)) v.forEach((x, i) => leaves(x, `${path}[${i + 1}]`, out));
  else if (typeof v === "object" && v !== null) for (const [k, x] of Object.entries(v)) leaves(x, path ? `${path}.${k}` : k, out);
  else if (v !== undefined && v !== null) out.set(path, String(v));
  return out;
}
