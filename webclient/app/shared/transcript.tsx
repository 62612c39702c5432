/** The conversation as a list of turns: one speaker's lines in a row are one turn. */
import type { Signal } from "@preact/signals-core";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Line } from "../../sdk/src/index.ts";
import { timeOfDay } from "./format.ts";
import { Icon } from "./icons.tsx";
import { turns, type Turn } from "./turns.ts";
import { Avatar } from "./ui.tsx";
import { Heights } from "./virtual.ts";
import { locale, t } from "./i18n.ts";

export interface TranscriptProps {
  lines: Line[];
  /** Display name of a line's speaker. */
  nameOf(line: Line): string;
  /** Name for the initials, where the display name is "You". */
  faceOf?(line: Line): string | undefined;
  avatarOf?(line: Line): string | undefined;
  /** Words for a log event, or null to leave it out. */
  eventText(line: Line): string | null;
  label: string;
  empty: string;
  /** A line to go to; set back to null when done. */
  jump?: Signal<string | null>;
  /** Lines that stand out, by key. */
  marks?: readonly string[];
}

/** Above this many turns only those in view stand in the document. */
const ALL = 60;

export function TranscriptView(p: TranscriptProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const listRef = useRef<HTMLOListElement>(null);
  const heights = useRef<Heights>(null as never);
  heights.current ??= new Heights();
  const [stuck, setStuck] = useState(true);
  const stuckRef = useRef(true);
  const lastTop = useRef(0);
  const unread = useRef<string | null>(null);
  const seen = useRef(0);
  const [place, setPlace] = useState({ top: 0, view: 600 });
  const list = useMemo(() => turns(p.lines, p.eventText), [p.lines, p.eventText]);
  const long = list.length > ALL;
  const keys = useMemo(() => list.map((turn) => turn.key), [list]);
  const [, again] = useState(0);
  if (long) heights.current.layout(keys);
  if (stuckRef.current) {
    seen.current = list.length;
    unread.current = null;
  } else if (list.length > seen.current) unread.current ??= list[seen.current]!.key;
  const look = () => {
    const s = scroll.current;
    if (!s) return;
    const end = s.scrollHeight - s.scrollTop - s.clientHeight < 48;
    // Only who goes up leaves the end; a panel that has become smaller does not.
    stuckRef.current = end || (stuckRef.current && s.scrollTop >= lastTop.current);
    lastTop.current = s.scrollTop;
    if (stuckRef.current && !end) toLatest();
    setStuck(stuckRef.current);
    setPlace({ top: s.scrollTop, view: s.clientHeight });
  };
  const toLatest = () => {
    const s = scroll.current;
    if (s) s.scrollTop = s.scrollHeight;
  };
  const toKey = (key: string) => {
    const s = scroll.current;
    const at = list.findIndex((t) => t.key === key || t.lines.some((l) => l.key === key));
    if (!s || at < 0) return;
    stuckRef.current = false;
    if (long) {
      s.scrollTop = Math.max(0, heights.current.top(at) - s.clientHeight / 3);
      look();
    }
    // Heights before it may have been guesses: once it is there it is known where.
    const arrive = (frames: number) => {
      const e = s.querySelector<HTMLElement>(`[data-key="${CSS.escape(list[at]!.key)}"]`);
      if (!e) return void (frames > 0 && requestAnimationFrame(() => arrive(frames - 1)));
      e.scrollIntoView({ block: "center" });
      e.focus({ preventScroll: true });
    };
    requestAnimationFrame(() => arrive(20));
  };
  useLayoutEffect(() => {
    const rows = listRef.current?.querySelectorAll<HTMLElement>("[data-key]");
    if (long && rows) {
      // What is measured above the view must not move what is read.
      const s = scroll.current!;
      const first = heights.current.at(s.scrollTop);
      const was = heights.current.top(first);
      let news = false;
      for (const e of rows) news = heights.current.measure(e.dataset["key"]!, e.offsetHeight) || news;
      if (news) {
        heights.current.layout(keys);
        const moved = heights.current.top(first) - was;
        if (moved !== 0 && !stuckRef.current) s.scrollTop += moved;
        again((n) => n + 1);
      }
    }
    if (stuckRef.current) toLatest();
  });
  useEffect(() => {
    // The panel changes its size with the keyboard, the window, a new notice.
    const o = new ResizeObserver(() => (stuckRef.current ? toLatest() : look()));
    o.observe(scroll.current!);
    return () => o.disconnect();
  }, []);
  const wanted = p.jump?.value ?? null;
  useEffect(() => {
    if (wanted === null) return;
    toKey(wanted);
    p.jump!.value = null;
  }, [wanted]);
  const w = long ? heights.current.window(stuckRef.current ? Math.max(0, heights.current.total - place.view) : place.top, place.view) : { from: 0, to: list.length, before: 0, after: 0 };
  const fresh = unread.current === null ? 0 : list.length - seen.current;
  return (
    <div class="transcript">
      <div class="transcript-scroll" ref={scroll} onScroll={look} tabIndex={0} role="region" aria-label={p.label} data-virtual={long}>
        {list.length === 0 ? (
          <p class="transcript-empty">{p.empty}</p>
        ) : (
          <ol class="transcript-list" data-testid="transcript" ref={listRef} style={long ? { paddingBlock: `${w.before}px ${w.after}px` } : undefined}>
            {list.slice(w.from, w.to).map((t) =>
              t.kind === "event" ? <Milestone key={t.key} turn={t} marked={p.marks?.includes(t.key)} /> : <TurnView key={t.key} turn={t} props={p} fresh={t.key === unread.current} marked={t.lines.some((l) => p.marks?.includes(l.key))} />,
            )}
          </ol>
        )}
      </div>
      <div class="transcript-jumps">
        {!stuck && fresh > 0 && (
          <button type="button" class="btn compact" onClick={() => toKey(unread.current!)} data-testid="unread">
            {t("call.unread", { count: fresh })}
          </button>
        )}
        {!stuck && (
          <button type="button" class="btn compact" onClick={toLatest} data-testid="latest">
            <Icon name="down" /> {t("transcript.latest")}
          </button>
        )}
      </div>
    </div>
  );
}

function Milestone({ turn, marked }: { turn: Turn; marked?: boolean }) {
  return (
    <li class="milestone" data-key={turn.key} data-marked={marked} tabIndex={-1}>
      <span>
        {turn.text} <time class="nums">{timeOfDay(turn.time)}</time>
      </span>
    </li>
  );
}

function TurnView({ turn, props, fresh, marked }: { turn: Turn; props: TranscriptProps; fresh: boolean; marked: boolean }) {
  const first = turn.lines[0]!;
  const name = props.nameOf(first);
  return (
    <li class="turn" data-who={turn.who} data-key={turn.key} data-fresh={fresh} data-marked={marked} tabIndex={-1}>
      <Avatar who={turn.who} name={props.faceOf ? props.faceOf(first) : name} image={props.avatarOf?.(first)} />
      <div class="turn-head">
        <b>{name}</b>
        {turn.who === "agent" && name !== t("role.agent") && <span>{t("transcript.ai")}</span>}
        <time class="nums" dateTime={new Date(turn.time).toISOString()}>
          {timeOfDay(turn.time)}
        </time>
      </div>
      <div class="turn-body">
        {turn.lines.map((l) => (
          <LineView key={l.key} line={l} />
        ))}
      </div>
    </li>
  );
}

function LineView({ line }: { line: Line }) {
  const kind = line.private ? "typed private" : line.kind === "message" ? "typed" : line.final ? "" : "live";
  return (
    <p class={kind || undefined} dir="auto" data-kind={line.kind} data-final={line.final} data-seq={line.seq || undefined}>
      {line.text}
      {line.cut && (
        <span class="cut" title={t("transcript.cutHere")}>
          {" "}
          —<span class="sr-only"> {t("transcript.cut")}</span>
        </span>
      )}
      {line.unspoken && (
        <span class="unspoken">
          <span class="sr-only">{t("transcript.unspoken")} </span> {line.unspoken}
        </span>
      )}
      {line.private && <span class="tag">{t(line.role === "agent" ? "transcript.notForCaller" : "transcript.private")}</span>}
      <Origin data={line.kind === "sentence" ? line.data : undefined} />
    </p>
  );
}

/** What an AI's sentence is made of, and how sure it is. Callers are not sent it. */
function Origin({ data }: { data: unknown }) {
  const { sources, confidence } = (data ?? {}) as { sources?: unknown; confidence?: unknown };
  const from = Array.isArray(sources) ? sources.filter((s): s is string => typeof s === "string") : [];
  if (from.length === 0) return null;
  const sure = typeof confidence === "number" ? new Intl.NumberFormat(locale(), { style: "percent" }).format(confidence) : "";
  return (
    <span class="origin" data-testid="origin" title={sure ? t("transcript.sourcesSure", { sure }) : t("transcript.sources")}>
      <span class="sr-only">{t("transcript.from")} </span>
      <bdi>{from.join(", ")}</bdi>
      {sure && ` · ${sure}`}
    </span>
  );
}
