/** Everything that can be done at this moment, for the palette and the keys. */
import { language, languages, setLanguage, t } from "../shared/i18n.ts";
import { nextTheme } from "../shared/theme.ts";
import { VIEWS } from "./inbox.ts";
import { MODE_AGENT_VOICE, MODE_OWN_VOICE } from "./deskcall.ts";
import type { ConsoleModel } from "./model.ts";
import { AWAY } from "./presence.tsx";

export interface Action {
  id: string;
  label: string;
  keys?: string;
  run(): void;
}

export function actions(m: ConsoleModel): Action[] {
  const out: Action[] = [];
  const add = (id: string, run: () => unknown, o: { when?: unknown; keys?: string; params?: Record<string, string> } = {}) => {
    if (o.when === undefined || o.when) out.push({ id: id + Object.values(o.params ?? {}).join(), label: t(`action.${id}`, o.params), keys: o.keys, run: () => void run() });
  };
  const desk = m.open.value;
  const place = desk?.place.value;
  const h = desk?.handoff.value;
  add("accept", () => m.accept(), { when: m.offer.value, keys: "A" });
  add("decline", () => m.decline(), { when: m.offer.value, keys: "D" });
  add("takeNext", () => m.takeNext(), { when: m.waiting.value.some((r) => r.handoff), keys: "N" });
  add("takeover", () => desk?.takeOver(MODE_OWN_VOICE), { when: place === "listening", keys: "T" });
  add("takeoverAgentVoice", () => desk?.takeOver(MODE_AGENT_VOICE), { when: place === "listening", keys: "⇧ T" });
  add("handback", () => desk?.handBack(), { when: place === "holding", keys: "B" });
  add("mute", () => desk?.toggleMute(), { when: place === "holding", keys: "M" });
  add("consult", () => (m.sheet.value = "consult"), { when: place === "holding" && h && !h.consult, keys: "C" });
  add("transfer", () => (m.sheet.value = "transfer"), { when: place === "holding" && h, keys: "X" });
  add("handOver", () => h && m.handOver(h.id), { when: place === "holding" && h?.state === "consulting" });
  add("endConsult", () => h && m.endConsult(h.id), { when: h?.consult && (place === "holding" || h.consult === m.identity.value) });
  add("whisper", () => desk?.speak(desk.audience.value === "humans" ? "nobody" : "humans"), { when: place === "other", keys: "W" });
  add("bargeIn", () => desk?.speak(desk.audience.value === "everyone" ? "nobody" : "everyone"), { when: place === "other" });
  add("type", () => document.querySelector<HTMLElement>("[data-testid=composer]")?.focus(), { when: desk && place !== "ended", keys: "/" });
  add("jump", () => desk?.toFailure(), { when: desk && desk.failures.value.length > 0, keys: "G" });
  add("note", () => document.querySelector<HTMLElement>("[data-testid=note]")?.focus(), { when: desk });
  add("close", () => m.closeCall(), { when: desk && place !== "holding" && place !== "connecting", keys: "Esc" });
  for (const c of m.parked.value) add("goTo", () => m.openCall(c.id), { params: { who: c.callerName.value } });
  add("wrapUpDone", () => m.wrapUp.done(), { when: m.me.value?.presence === "wrapUp" });
  add("wrapUpMore", () => m.wrapUp.more(), { when: m.me.value?.presence === "wrapUp" });
  const presence = m.me.value?.presence;
  add("available", () => m.setPresence("available"), { when: presence === "away" || presence === "offline" });
  for (const why of AWAY) add("away", () => m.setPresence("away", why), { when: presence && presence !== "away", params: { why: t(`away.${why}`) } });
  for (const p of [1, 2, 3, 4]) add("priority", () => h && m.amend(h.id, p), { when: h && h.priority !== p && h.state !== "ended", params: { priority: t(`priority.${p}`) } });
  for (const v of VIEWS) add("view", () => m.inbox.show(v), { when: m.inbox.view.value !== v, params: { view: t(`inbox.view.${v}`) } });
  add("search", () => document.querySelector<HTMLElement>("[data-testid=search]")?.focus(), { keys: "F" });
  add("filters", () => (m.inbox.filtersOpen.value = !m.inbox.filtersOpen.value));
  add("notifications", () => (m.sheet.value = "notifications"));
  add("sound", () => m.set({ sound: !m.prefs.value.sound }), { keys: "S" });
  add("help", () => (m.sheet.value = "help"), { keys: "?" });
  add("theme", () => nextTheme());
  for (const l of languages()) add("language", () => setLanguage(l.tag), { when: l.tag !== language(), params: { language: l.name } });
  add("logout", () => m.logout(), { when: place !== "holding" });
  return out;
}

/** Actions that have all the words of the query, those that begin with it first. */
export function matching(all: readonly Action[], query: string): Action[] {
  const words = query.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...all];
  const found = all.filter((a) => words.every((w) => a.label.toLocaleLowerCase().includes(w)));
  const first = (a: Action) => (a.label.toLocaleLowerCase().startsWith(words[0]!) ? 0 : 1);
  return found.map((a, i) => [first(a), i, a] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , a]) => a);
}
