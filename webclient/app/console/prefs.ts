/** How one wants the console: one's own choice, else the operator's, else the standard. */
import { computed, signal } from "@preact/signals-core";
import type { NotifyPrefs } from "./notify.ts";

export interface Prefs extends NotifyPrefs {
  /** The microphone is open, hidden, while one listens. */
  warm: boolean;
  /** Single keys act. */
  keys: boolean;
}

const KEY = "relevo.console.prefs";
const STANDARD: Prefs = { sound: true, desktop: true, badge: true, warm: false, keys: true };

export class PrefsModel {
  readonly #own = signal<Partial<Prefs>>(stored());
  readonly #operator = signal<Partial<NotifyPrefs>>({});
  readonly all = computed<Prefs>(() => ({ ...STANDARD, ...this.#operator.value, ...this.#own.value }));

  /** What holds for those who have not chosen. */
  operator(n: Partial<NotifyPrefs>): void {
    this.#operator.value = only(n);
  }

  set(change: Partial<Prefs>): void {
    this.#own.value = { ...this.#own.value, ...change };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#own.value));
    } catch {
      // Kept for this page only.
    }
  }
}

function stored(): Partial<Prefs> {
  try {
    return only(JSON.parse(localStorage.getItem(KEY) ?? "{}"));
  } catch {
    return {};
  }
}

/** What is a switch of ours, and nothing else. */
function only(from: unknown): Partial<Prefs> {
  const given = (typeof from === "object" && from !== null ? from : {}) as Record<string, unknown>;
  return Object.fromEntries(Object.keys(STANDARD).flatMap((k) => (typeof given[k] === "boolean" ? [[k, given[k]]] : [])));
}
