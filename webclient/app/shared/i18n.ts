/**
 * The pages' words. Each is a key in the language files (app/lang): "inbox.empty".
 * English is part of the page; another language is a file of its own that is
 * fetched before the first paint. What a language lacks is said in English.
 *
 * {name} in the words is replaced by params.name, as text: what is shown is set
 * as text by the view, so a parameter cannot become markup. Numbers are written
 * as the language does. A key with plurals has one entry for each of the
 * language's forms, key_one, key_two … key_other, chosen by params.count.
 */
import { signal } from "@preact/signals-core";
import en from "../lang/en.json";
import enDesk from "../lang/en.desk.json";

export type Words = Readonly<Record<string, string>>;
export type Params = Readonly<Record<string, string | number>>;

interface Language {
  /** As it calls itself. */
  name: string;
  rtl?: boolean;
  load(): Promise<Words>;
}

const english: Words = { ...en, ...enDesk };

const LANGUAGES: Record<string, Language> = {
  en: { name: "English", load: () => Promise.resolve(english) },
  he: {
    name: "עברית",
    rtl: true,
    load: async () => {
      const [all, desk] = await Promise.all([import("../lang/he.json"), import("../lang/he.desk.json")]);
      return { ...all.default, ...desk.default };
    },
  },
};

const KEY = "relevo.language";

/** What is shown. Views that call t() follow it by themselves. */
const shown = signal<{ tag: string; words: Words; plural: Intl.PluralRules; number: Intl.NumberFormat }>(made("en", english));

function made(tag: string, words: Words) {
  return { tag, words, plural: new Intl.PluralRules(tag), number: new Intl.NumberFormat(tag) };
}

/** The words of a key in the language that is shown. A key without words is given back, for tests to find. */
export function t(key: string, params: Params = {}): string {
  const { words, plural, number } = shown.value;
  const count = params["count"];
  const text =
    (typeof count === "number" ? (words[`${key}_${plural.select(count)}`] ?? words[`${key}_other`]) : undefined) ??
    words[key] ??
    (typeof count === "number" ? (english[`${key}_${count === 1 ? "one" : "other"}`] ?? english[`${key}_other`]) : undefined) ??
    english[key] ??
    key;
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    const v = Object.hasOwn(params, name) ? params[name] : undefined;
    return v === undefined ? all : typeof v === "number" ? number.format(v) : v;
  });
}

/** Whether there are words for a key. */
export const known = (key: string): boolean => Object.hasOwn(english, key) || Object.hasOwn(english, `${key}_other`);

/** The words of a code that came from a server; what it says itself where the code is not known. */
export function tOr(key: string, fallback: string, params?: Params): string {
  return known(key) ? t(key, params) : fallback;
}

/** Tag of the language that is shown: "en", "he". */
export const language = (): string => shown.value.tag;

/** For dates and numbers: the reader's own region, where they read their own language. */
export function locale(): string {
  const tag = shown.value.tag;
  const own = typeof navigator === "undefined" ? undefined : navigator.language;
  return own && base(own) === tag ? own : tag;
}

export const dir = (): "ltr" | "rtl" => (LANGUAGES[shown.value.tag]?.rtl ? "rtl" : "ltr");

/** All there are, with what they call themselves. */
export const languages = (): { tag: string; name: string }[] => Object.entries(LANGUAGES).map(([tag, l]) => ({ tag, name: l.name }));

let wish = 0;

/** Shows a language. With keep (the default) the choice outlives the page. */
export async function setLanguage(tag: string, keep = true): Promise<void> {
  const to = pick(tag) ?? "en";
  const mine = ++wish;
  const words = await LANGUAGES[to]!.load();
  if (mine !== wish) return; // another was chosen meanwhile
  shown.value = made(to, words);
  if (keep) {
    try {
      localStorage.setItem(KEY, to);
    } catch {
      // Kept for this page only.
    }
  }
  apply();
}

/** Shows the language that the address, an earlier choice or the browser asks for. Never fails. */
export async function startLanguage(): Promise<void> {
  try {
    await setLanguage(detect(), false);
  } catch {
    apply(); // its file could not be had: English it is
  }
}

/** Tells the document, for hyphens, quotes, direction and screen readers. */
export function apply(): void {
  if (typeof document === "undefined") return;
  document.documentElement.lang = language();
  document.documentElement.dir = dir();
}

/** The first of ?lang=, the earlier choice and the browser's languages that there are words for. */
export function detect(search = globalThis.location?.search ?? "", kept = stored(), wished: readonly string[] = globalThis.navigator?.languages ?? []): string {
  for (const tag of [new URLSearchParams(search).get("lang"), kept, ...wished]) {
    const found = tag && pick(tag);
    if (found) return found;
  }
  return "en";
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

const base = (tag: string): string => tag.toLowerCase().split("-")[0]!;

function pick(tag: string): string | undefined {
  const b = base(tag) === "iw" ? "he" : base(tag); // what old systems call Hebrew
  return Object.hasOwn(LANGUAGES, b) ? b : undefined;
}
