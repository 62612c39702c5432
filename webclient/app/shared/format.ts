/** Times and names as people read them. */
import { locale, t } from "./i18n.ts";

/** 75_000 → "1:15". */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** 75_000 → "1 minute 15 seconds", for screen readers. */
export function spokenDuration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const m = Math.floor(s / 60);
  const minutes = t("time.minutes", { count: m });
  const seconds = t("time.seconds", { count: s % 60 });
  return m === 0 ? seconds : s % 60 === 0 ? minutes : t("time.two", { first: minutes, second: seconds });
}

/** "14:05" in the reader's own way of writing it. */
export function timeOfDay(unixMs: number): string {
  return new Date(unixMs).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

/** "Dana Reyes" → "DR". */
export function initials(name: string | undefined): string {
  const words = (name ?? "").trim().split(/\s+/).filter(Boolean);
  const first = words[0] ?? "";
  const last = words.length > 1 ? words[words.length - 1]! : "";
  return [first, last].map((w) => Array.from(w)[0] ?? "").join("").toLocaleUpperCase();
}
