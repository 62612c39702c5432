import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CallSummary } from "../../sdk/src/index.ts";
import { clock, spokenDuration } from "../shared/format.ts";
import { t } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import { Avatar, Chip, Notice, ThemeButton } from "../shared/ui.tsx";
import { TwoHeights } from "../shared/virtual.ts";
import { active, choices, languagesOf, moodOf, slaLook, VIEWS, type Row } from "./inbox.ts";
import { CallBacks, Ended, Hits } from "./lists.tsx";
import type { ConsoleModel } from "./model.ts";
import { PresenceBar } from "./presence.tsx";
import { hint } from "./shortcuts.ts";
import { callerLabel, moodText, reasonText, stateText, summaryState, troubleText } from "./wording.ts";

export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const id = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(id);
  }, [everyMs]);
  return now;
}

export function CallsPane({ model }: { model: ConsoleModel }) {
  const n = model.waiting.value.length;
  const user = model.session.value!.user;
  const { inbox } = model;
  const view = inbox.view.value;
  const found = inbox.hits.value !== null;
  return (
    <nav class="calls" aria-label={t("inbox.title")}>
      <header class="calls-head">
        <div class="row">
          <h2 class="grow inbox-title">{t("inbox.title")}</h2>
          {n > 0 && (
            <Chip who="wait" icon="bell">
              <span data-testid="waiting-count">{n}</span> {t("inbox.waiting")}
            </Chip>
          )}
          <button type="button" class="btn quiet iconic compact" aria-label={t("notify.title")} title={t("notify.title")} onClick={() => (model.sheet.value = "notifications")}>
            <Icon name={model.prefs.value.sound ? "bell" : "bellOff"} />
          </button>
          <button type="button" class="btn quiet iconic compact" aria-label={t("palette.title")} title={hint(t("palette.title"), "Ctrl", "K")} onClick={() => (model.sheet.value = "palette")}>
            <Icon name="keyboard" />
          </button>
          <ThemeButton />
        </div>
        <PresenceBar model={model} />
        <div class="row inbox-search">
          <label class="grow">
            <span class="sr-only">{t("inbox.search")}</span>
            <input
              class="input compact"
              type="search"
              placeholder={t("inbox.search")}
              value={inbox.query.value}
              onInput={(e) => inbox.search(e.currentTarget.value)}
              dir="auto"
              data-testid="search"
            />
          </label>
          <button
            type="button"
            class={active(inbox.filters.value) ? "btn iconic compact on" : "btn iconic compact"}
            aria-expanded={inbox.filtersOpen.value}
            aria-label={t("inbox.filters")}
            title={t("inbox.filters")}
            onClick={() => (inbox.filtersOpen.value = !inbox.filtersOpen.value)}
            data-testid="filters"
          >
            <Icon name="settings" />
          </button>
        </div>
        {inbox.filtersOpen.value && <FilterBar model={model} />}
        {!found && (
          <div class="views" role="group" aria-label={t("inbox.views")}>
            {VIEWS.map((v) => (
              <button key={v} type="button" class="btn compact" aria-pressed={view === v} onClick={() => inbox.show(v)} data-testid={`view-${v}`}>
                {t(`inbox.view.${v}`)}
                {v === "line" && n > 0 && <b class="nums">{n}</b>}
              </button>
            ))}
          </div>
        )}
      </header>
      <div class="calls-notice">
        {!model.online.value && (
          <Notice icon="wifi" role="status">
            {t("inbox.offline")}
          </Notice>
        )}
        {(model.problem.value ?? inbox.problem.value) && (
          <Notice bad role="alert">
            <div class="row">
              <span class="grow" data-testid="desk-problem">
                {model.problem.value ?? inbox.problem.value}
              </span>
              <button type="button" class="btn quiet iconic compact" aria-label={t("dismiss")} onClick={() => (model.problem.value = inbox.problem.value = null)}>
                <Icon name="close" />
              </button>
            </div>
          </Notice>
        )}
      </div>
      {found ? <Hits model={model} /> : view === "callbacks" ? <CallBacks model={model} /> : view === "ended" ? <Ended model={model} /> : <Rows model={model} />}
      <footer class="row calls-foot">
        <Avatar who="human" name={user.name} image={user.avatar} />
        <span class="grow">
          <b>{user.name}</b>
          <label class="check row small muted">
            <input type="checkbox" checked={model.prefs.value.warm} onChange={(e) => model.set({ warm: e.currentTarget.checked })} />
            {t("inbox.warm")}
          </label>
        </span>
        {model.parked.value.length > 0 && (
          <Chip who="human" icon="clock">
            {t("inbox.parked", { count: model.parked.value.length })}
          </Chip>
        )}
        <button type="button" class="btn quiet iconic compact" aria-label={t("inbox.logout")} title={t("inbox.logout")} onClick={() => void model.logout()}>
          <Icon name="logout" flip />
        </button>
      </footer>
    </nav>
  );
}

function FilterBar({ model }: { model: ConsoleModel }) {
  const { inbox } = model;
  const f = inbox.filters.value;
  const c = choices(model.all.value);
  const select = (key: "state" | "reason" | "language" | "skill" | "sla", values: readonly string[], label: (v: string) => string) => (
    <label class="field">
      <span>{t(`inbox.filter.${key}`)}</span>
      <select class="input compact" value={f[key]} onChange={(e) => inbox.filter({ [key]: e.currentTarget.value })}>
        <option value="">{t("inbox.filter.any")}</option>
        {values.map((v) => (
          <option key={v} value={v}>
            {label(v)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <fieldset class="inbox-filters">
      <legend class="sr-only">{t("inbox.filters")}</legend>
      {select("state", ["waiting", "ai", "human"], (v) => t(`inbox.filter.state.${v}`))}
      <label class="field">
        <span>{t("inbox.filter.priority")}</span>
        <select class="input compact" value={f.priority} onChange={(e) => inbox.filter({ priority: Number(e.currentTarget.value) })} data-testid="filter-priority">
          <option value={0}>{t("inbox.filter.any")}</option>
          {[1, 2, 3, 4].map((p) => (
            <option key={p} value={p}>
              {t(`priority.${p}`)}
            </option>
          ))}
        </select>
      </label>
      {select("sla", ["atRisk", "breached"], (v) => t(`sla.${v}`))}
      {select("reason", c.reasons, (v) => reasonText(v) ?? v)}
      {select("language", c.languages, (v) => v)}
      {select("skill", c.skills, (v) => v)}
      <button type="button" class="btn quiet compact" disabled={active(f) === 0} onClick={() => inbox.clear()}>
        {t("inbox.filter.clear")}
      </button>
    </fieldset>
  );
}

/** Heights of a row, of who asks for a person and of others: the list makes only those in view. */
const ROW = { tall: 124, low: 104 };

function Rows({ model }: { model: ConsoleModel }) {
  const list = model.shown.value;
  const now = useNow();
  const scroll = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, view: 700 });
  const look = () => scroll.current && setPlace({ top: scroll.current.scrollTop, view: scroll.current.clientHeight });
  useLayoutEffect(() => {
    look();
    const o = new ResizeObserver(look);
    o.observe(scroll.current!);
    return () => o.disconnect();
  }, []);
  const others = list.findIndex((r) => !r.asks);
  const places = new TwoHeights(list.length, others < 0 ? list.length : others, ROW);
  const marked = list.findIndex((r) => r.id === model.marked.value);
  useLayoutEffect(() => {
    // The keyboard's row comes into view before it is focused.
    const s = scroll.current;
    if (!s || marked < 0) return;
    if (places.top(marked) < s.scrollTop) s.scrollTop = places.top(marked);
    else if (places.top(marked + 1) > s.scrollTop + s.clientHeight) s.scrollTop = places.top(marked + 1) - s.clientHeight;
    look();
  }, [model.marked.value]);
  const w = places.window(place.top, place.view);
  const empty = !model.loaded.value ? t("inbox.loading") : active(model.inbox.filters.value) ? t("inbox.none") : t(`inbox.empty.${model.inbox.view.value}`);
  return (
    <div class="calls-scroll" data-call-list ref={scroll} onScroll={look} tabIndex={list.length === 0 ? 0 : -1}>
      {list.length === 0 ? (
        <p class="calls-empty muted">{empty}</p>
      ) : (
        <ul class="rows" style={{ height: `${places.total}px` }} data-testid="rows">
          {list.slice(w.from, w.to).map((r, i) => (
            <li key={r.id} style={{ top: `${places.top(w.from + i)}px`, height: `${places.of(w.from + i)}px` }} aria-setsize={list.length} aria-posinset={w.from + i + 1}>
              <CallRow row={r} now={now} model={model} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function CallRow({ row, now, model }: { row: Row; now: number; model: ConsoleModel }) {
  const { handoff: h, call } = row;
  const state = row.asks ? "pending" : (call?.state ?? "pending");
  const s = stateText(state);
  const open = model.open.value?.id === row.id;
  const waited = now - row.since;
  const watched = call?.watch?.identity === model.identity.value ? call?.watch : undefined;
  const mood = moodOf(row);
  return (
    <button
      type="button"
      class="call-row"
      data-call={row.id}
      data-who={s.who}
      data-state={state}
      aria-current={open ? "true" : undefined}
      onFocus={() => (model.marked.value = row.id)}
      onClick={() => void model.openCall(row.id)}
    >
      <span class="call-row-top">
        {row.asks && <i class="asks" aria-hidden="true" />}
        <b class="call-name" dir="auto">{callerLabel(row.caller)}</b>
        {languagesOf(row)[0] && <span class="lang small">{languagesOf(row)[0]}</span>}
        {h && row.asks && <Priority of={h.priority} />}
        <span class="nums small muted">
          <span aria-hidden="true">{clock(waited)}</span>
          <span class="sr-only">{t("inbox.for", { time: spokenDuration(Math.floor(waited / 15_000) * 15_000) })}</span>
        </span>
      </span>
      <span class="call-row-state">
        <Chip who={s.who} icon={s.icon}>
          {row.mine && state === "human" ? t("inbox.withYou") : row.asks ? t("inbox.asking") : call ? summaryState(call) : s.text}
        </Chip>
        <SLABadge row={row} now={now} />
        {h?.front && row.asks && <span class="small muted">{t("inbox.front")}</span>}
        {watched && !watched.reason && (
          <span class="small muted" title={t("assist.watching")}>
            <Icon name="ear" />
            <span class="sr-only">{t("assist.watching")}</span>
          </span>
        )}
        {call?.video && (
          <span class="muted" title={t("inbox.video")}>
            <Icon name="camera" />
            <span class="sr-only">{t("inbox.video")}</span>
          </span>
        )}
      </span>
      <span class="call-reason small" dir="auto">
        {mood && mood !== "calm" && state !== "human" && (
          <b class="mood">
            <Icon name="alert" /> {moodText(mood)}
            {row.asks && " · "}
          </b>
        )}
        {watched?.reason ? troubleText(watched.reason) : row.asks ? [reasonText(h?.reason ?? call?.reason), call?.brief?.matter ?? h?.brief].filter(Boolean).join(" · ") : ""}
      </span>
      <LastLine call={call} />
    </button>
  );
}

function LastLine({ call }: { call?: CallSummary }) {
  const l = call?.lastLine;
  if (!l) return <span class="call-last" />;
  return (
    <span class="call-last small muted" dir="auto">
      <b>{l.role === "agent" ? t("who.ai") : l.role === "caller" ? t("who.caller") : (l.name ?? t("who.human"))}:</b> {l.end ? l.text : `${l.text.replace(/[.…\s]+$/, "")}…`}
    </span>
  );
}

export function Priority({ of }: { of: number }) {
  return (
    <span class="priority" data-priority={of} title={t(`priority.${of}`)}>
      <span aria-hidden="true">P{of}</span>
      <span class="sr-only">{t(`priority.${of}`)}</span>
    </span>
  );
}

/** The deadline: by words and icon as much as by colour. */
export function SLABadge({ row, now }: { row: Row; now: number }) {
  const s = slaLook(row.handoff, now);
  if (!s) return null;
  const text = s.kind === "breached" ? t("sla.over", { time: clock(-s.leftMs) }) : s.kind === "atRisk" ? t("sla.risk", { time: clock(s.leftMs) }) : t("sla.left", { time: clock(s.leftMs) });
  return (
    <span class="sla nums" data-sla={s.kind} title={`${t(`sla.${s.goal}`)}: ${s.kind === "runs" ? t("sla.runs") : t(`sla.${s.kind}`)}`}>
      <Icon name={s.kind === "runs" ? "clock" : s.kind === "atRisk" ? "bell" : "alert"} />
      {text}
    </span>
  );
}

