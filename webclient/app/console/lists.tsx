/** The inbox's lists that are asked for: what was found, call-backs, what has ended. */
import { signal } from "@preact/signals-core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError, type CallBack, type Hit, type Note, type WrapUpForm } from "./api.ts";
import type { Entry, HandoffLine, Line } from "../../sdk/src/index.ts";
import { timeOfDay } from "../shared/format.ts";
import { locale, t } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import { TranscriptView } from "../shared/transcript.tsx";
import { Notice, Sheet } from "../shared/ui.tsx";
import { Transcript } from "../../sdk/src/index.ts";
import { matchingRows } from "./inbox.ts";
import type { ConsoleModel } from "./model.ts";
import { callerLabel, deskEventText, reasonText } from "./wording.ts";
import { Priority } from "./callspane.tsx";

export function when(ms: number): string {
  const d = new Date(ms);
  const today = new Date().toDateString() === d.toDateString();
  return today ? timeOfDay(ms) : `${d.toLocaleDateString(locale(), { day: "numeric", month: "short" })} ${timeOfDay(ms)}`;
}

export function Hits({ model }: { model: ConsoleModel }) {
  const { inbox } = model;
  const [reading, read] = useState<Hit | null>(null);
  const hits = inbox.hits.value ?? [];
  const live = new Set(model.calls.value.map((c) => c.id));
  const callerOf = new Map(model.calls.value.flatMap((c) => (c.caller ? [[c.id, c.caller] as const] : [])));
  const here = matchingRows(model.all.value, inbox.query.value).filter((r) => !hits.some((h) => h.callId === r.id));
  return (
    <div class="calls-scroll" tabIndex={hits.length === 0 ? 0 : -1}>
      <p class="small muted list-note" role="status">
        {inbox.searching.value ? t("inbox.searching") : t("inbox.found", { count: hits.length + here.length })}
      </p>
      <ul class="plain-list" data-testid="hits">
        {here.map((r) => (
          <li key={r.id}>
            <button type="button" class="call-row" onClick={() => void model.openCall(r.id)}>
              <span class="call-row-top">
                <b class="call-name" dir="auto">
                  <Marked text={callerLabel(r.caller)} words={inbox.query.value} />
                </b>
                <span class="small muted">{t("inbox.liveNow")}</span>
              </span>
              <span class="call-found small" dir="auto">
                <Marked text={[r.call?.brief?.matter ?? r.handoff?.brief, r.call?.lastLine?.text].filter(Boolean).join(" · ")} words={inbox.query.value} />
              </span>
            </button>
          </li>
        ))}
        {hits.map((h) => (
          <li key={h.callId}>
            <button type="button" class="call-row" onClick={() => (live.has(h.callId) ? void model.openCall(h.callId) : read(h))}>
              <span class="call-row-top">
                <b class="call-name" dir="auto">{callerOf.get(h.callId) ?? h.entry.name ?? t(`who.${h.entry.role ?? "caller"}`)}</b>
                <span class="small muted">{when(h.entry.time)}</span>
              </span>
              <span class="call-found small" dir="auto">
                <Marked text={h.entry.text ?? ""} words={inbox.query.value} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {reading && (
        <PastCall model={model} id={reading.callId} who={reading.entry.role === "caller" ? reading.entry.name : undefined} about={when(reading.entry.time)} at={reading.entry.seq} onClose={() => read(null)} />
      )}
    </div>
  );
}

/** Text with the words that were searched for marked. */
function Marked({ text, words }: { text: string; words: string }) {
  const wanted = words.trim().split(/\s+/).filter(Boolean).map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (wanted.length === 0) return <>{text}</>;
  const parts = text.split(new RegExp(`(${wanted.join("|")})`, "giu"));
  return (
    <>
      {parts.map((p, i) => (i % 2 ? <mark key={i}>{p}</mark> : p))}
    </>
  );
}

export function CallBacks({ model }: { model: ConsoleModel }) {
  const [reading, read] = useState<CallBack | null>(null);
  const list = model.inbox.callBacks.value;
  const open = (list ?? []).filter((c) => c.state === "open");
  const done = (list ?? []).filter((c) => c.state === "done");
  return (
    <div class="calls-scroll" tabIndex={0}>
      {!list ? (
        <p class="calls-empty muted">{t("inbox.loading")}</p>
      ) : list.length === 0 ? (
        <p class="calls-empty muted">{t("inbox.empty.callbacks")}</p>
      ) : (
        <ul class="plain-list" data-testid="callbacks">
          {[...open, ...done].map((c) => (
            <li key={c.id} class="callback" data-state={c.state}>
              <span class="call-row-top">
                <b class="grow callback-to" dir="ltr">
                  {c.phone ? <a href={`tel:${c.phone.replace(/[^+\d]/g, "")}`}>{c.phone}</a> : <a href={`mailto:${c.email}`}>{c.email}</a>}
                </b>
                <span class="small muted nums">{when(c.createdAt)}</span>
              </span>
              {c.phone && c.email && (
                <span class="small" dir="ltr">
                  <a href={`mailto:${c.email}`}>{c.email}</a>
                </span>
              )}
              {c.note && (
                <span class="small" dir="auto">
                  {c.note}
                </span>
              )}
              <span class="row callback-do">
                <span class="grow small muted">
                  {c.state === "done" && (
                    <>
                      <Icon name="check" /> {c.by ? t("callback.by", { who: c.by }) : t("callback.done")}
                    </>
                  )}
                </span>
                <button type="button" class="btn quiet compact" onClick={() => read(c)} data-testid="callback-read">
                  {t("callback.read")}
                </button>
                <button type="button" class="btn compact" onClick={() => void model.inbox.setCallBack(c, c.state === "open" ? "done" : "open")}>
                  {c.state === "open" ? (
                    <>
                      <Icon name="check" /> {t("callback.done")}
                    </>
                  ) : (
                    t("callback.open")
                  )}
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {reading && <PastCall model={model} id={reading.call} about={[reading.phone, reading.email, reading.note, when(reading.createdAt)].filter(Boolean).join(" · ")} onClose={() => read(null)} />}
    </div>
  );
}

export function Ended({ model }: { model: ConsoleModel }) {
  const list = model.inbox.ended.value;
  const [reading, read] = useState<HandoffLine | null>(null);
  return (
    <div class="calls-scroll" tabIndex={list?.length ? -1 : 0}>
      {!list ? (
        <p class="calls-empty muted">{t("inbox.loading")}</p>
      ) : list.length === 0 ? (
        <p class="calls-empty muted">{t("inbox.empty.ended")}</p>
      ) : (
        <ul class="plain-list">
          {list.map((h) => (
            <li key={h.id}>
              <button type="button" class="call-row" onClick={() => read(h)}>
                <span class="call-row-top">
                  <b class="call-name" dir="auto">{callerLabel(h.caller)}</b>
                  <Priority of={h.priority} />
                  <span class="small muted">{when(h.endedAt ?? h.enteredAt)}</span>
                </span>
                <span class="small">
                  {t(`outcome.${h.outcome ?? "resolved"}`)}
                  {h.name && ` · ${h.name}`}
                </span>
                <span class="call-last small muted">{[reasonText(h.reason), h.brief].filter(Boolean).join(" · ")}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {list && model.inbox.more && (
        <button type="button" class="btn compact more" onClick={() => void model.inbox.loadEnded(true)}>
          {t("inbox.more")}
        </button>
      )}
      {reading && (
        <PastCall
          model={model}
          id={reading.call}
          handoff={reading.id}
          who={callerLabel(reading.caller)}
          about={[t(`outcome.${reading.outcome ?? "resolved"}`), reading.name, when(reading.endedAt ?? reading.enteredAt), reasonText(reading.reason), reading.brief].filter(Boolean).join(" · ")}
          onClose={() => read(null)}
        />
      )}
    </div>
  );
}

const pastEvent = (l: Line) => deskEventText(l.event, l.name);

/** What was said in a call that is over, and what was written down about it. */
function PastCall({ model, id, handoff, who, about, at, onClose }: { model: ConsoleModel; id: string; handoff?: string; who?: string; about?: string; at?: number; onClose: () => void }) {
  const [notes, setNotes] = useState<Note[]>([]);
  const [form, setForm] = useState<WrapUpForm | null>(null);
  useEffect(() => {
    let gone = false;
    // Without them there is still what was said.
    void model.api.get<{ notes: Note[] | null }>(`/v1/desk/calls/${encodeURIComponent(id)}/notes`).then(
      (r) => !gone && setNotes(r.notes ?? []),
      () => undefined,
    );
    if (handoff)
      void model.api.get<WrapUpForm>(`/v1/desk/handoffs/${encodeURIComponent(handoff)}/wrapup`).then(
        (f) => !gone && f.version > 0 && setForm(f),
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [id, handoff]);
  const [lines, setLines] = useState<Line[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // What was found, of all that was said.
  const jump = useMemo(() => signal<string | null>(null), []);
  const found = at === undefined ? undefined : lines?.find((l) => l.seq === at)?.key;
  useEffect(() => {
    if (found !== undefined) jump.value = found;
  }, [found]);
  useEffect(() => {
    let gone = false;
    void (async () => {
      const all = new Transcript();
      try {
        for (let after = 0; !gone; ) {
          const r = await model.api.get<{ entries: Entry[]; next: number }>(`/v1/calls/${encodeURIComponent(id)}/entries?after=${after}`);
          for (const e of r.entries ?? []) all.entry(e);
          if (!r.entries?.length || r.next <= after) break;
          after = r.next;
        }
        if (!gone) setLines(all.lines);
      } catch (e) {
        if (!gone) setProblem(e instanceof ApiError && e.status === 404 ? t("inbox.past.gone") : (e as Error).message);
      }
    })();
    return () => {
      gone = true;
    };
  }, [id]);
  return (
    <Sheet title={who ? t("inbox.past.of", { name: who }) : t("inbox.past")} onClose={onClose}>
      {about && (
        <p class="small muted past-about" dir="auto">
          {about}
        </p>
      )}
      {(form || notes.length > 0) && (
        <div class="past-notes" data-testid="past-notes">
          {form && (
            <div class="row wrap">
              {form.disposition && <b dir="auto">{form.disposition}</b>}
              {form.tags?.map((tag) => (
                <span key={tag} class="lang small" dir="auto">
                  {tag}
                </span>
              ))}
            </div>
          )}
          {form?.note && <p dir="auto">{form.note}</p>}
          {notes.map((n) => (
            <p key={n.id}>
              <span dir="auto">{n.text}</span>{" "}
              <span class="small muted">
                {n.by} · {when(n.createdAt)}
              </span>
            </p>
          ))}
        </div>
      )}
      {problem ? (
        <Notice bad role="alert">
          {problem}
        </Notice>
      ) : (
        <div class="past">
          <TranscriptView
            lines={lines ?? []}
            nameOf={(l) => l.name ?? t(`who.${l.role ?? "caller"}`)}
            eventText={pastEvent}
            jump={jump}
            marks={found === undefined ? [] : [found]}
            label={t("inbox.past")}
            empty={lines ? t("call.nothing") : t("inbox.loading")}
          />
        </div>
      )}
    </Sheet>
  );
}
