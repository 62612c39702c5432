/** What hours mean: the windows of a day, as the server merges them. Pure. */
import type { Period, Schedule } from "./types.ts";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export interface Window {
  /** Minutes since the day's midnight; to may be on the next day. */
  from: number;
  to: number;
}

/** "09:30" → 570; NaN for what is no time. */
export function minutes(text: string | undefined): number {
  const m = /^(\d{2}):(\d{2})$/.exec(text ?? "");
  return m && Number(m[1]) <= 24 && Number(m[2]) < 60 ? Number(m[1]) * 60 + Number(m[2]) : NaN;
}

/**
 * The windows of a natural day (YYYY-MM-DD), as the server has them: all rules of that day count, weekly ones and those of its
 * date alike; a date that is closed takes the weekly ones away.
 */
export function windows(s: Schedule, day: string): Window[] {
  if (s.periods.length === 0) return [{ from: 0, to: 1440 }];
  const weekday = DAYS[(new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7]!;
  const dated = s.periods.filter((p) => p.kind === "date" && p.date === day);
  const weekly = dated.some((p) => p.closed) ? [] : s.periods.filter((p) => p.kind === "weekly" && p.days?.includes(weekday));
  return merge([...weekly, ...dated].flatMap(window));
}

function window(p: Period): Window[] {
  const from = minutes(p.from);
  const to = minutes(p.to);
  if (p.closed || Number.isNaN(from) || Number.isNaN(to) || from === to) return [];
  return [{ from, to: to > from ? to : to + 1440 }];
}

/** Overlapping ones act as the widest, others all hold. */
export function merge(list: Window[]): Window[] {
  const out: Window[] = [];
  for (const w of [...list].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && w.from <= last.to) last.to = Math.max(last.to, w.to);
    else out.push({ ...w });
  }
  return out;
}

/** Seven days from a day on. */
export function week(from: string): string[] {
  const start = Date.parse(`${from}T12:00:00Z`);
  return Array.from({ length: 7 }, (_, i) => new Date(start + i * 86_400_000).toISOString().slice(0, 10));
}

/** "570" → "09:30"; what is on the next day is written as its time there. */
export function hhmm(m: number): string {
  const d = m === 1440 ? 1440 : m % 1440;
  return `${String(Math.floor(d / 60)).padStart(2, "0")}:${String(d % 60).padStart(2, "0")}`;
}

/** Today in a time zone; the browser's where it is not known. */
export function today(timeZone: string, now = Date.now()): string {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone: timeZone || "UTC", dateStyle: "short" }).format(now);
  } catch {
    return new Intl.DateTimeFormat("en-CA", { dateStyle: "short" }).format(now);
  }
}
