/** The conversation as a list of turns: one speaker's lines in a row are one turn. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Line } from "../../sdk/src/index.ts";
import { timeOfDay } from "./format.ts";
import { Icon } from "./icons.tsx";
import { turns, type Turn } from "./turns.ts";
import { Avatar } from "./ui.tsx";
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
}

export function TranscriptView(p: TranscriptProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const [stuck, setStuck] = useState(true);
  const stuckRef = useRef(true);
  const look = () => {
    const s = scroll.current;
    if (!s) return;
    stuckRef.current = s.scrollHeight - s.scrollTop - s.clientHeight < 48;
    setStuck(stuckRef.current);
  };
  const toLatest = () => {
    const s = scroll.current;
    if (s) s.scrollTop = s.scrollHeight;
  };
  useLayoutEffect(() => {
    if (stuckRef.current) toLatest();
  });
  useEffect(() => {
    // The panel changes its size with the keyboard, the window, a new notice.
    const o = new ResizeObserver(() => stuckRef.current && toLatest());
    o.observe(scroll.current!);
    return () => o.disconnect();
  }, []);
  const list = turns(p.lines, p.eventText);
  return (
    <div class="transcript">
      <div class="transcript-scroll" ref={scroll} onScroll={look} tabIndex={0} role="region" aria-label={p.label}>
        {list.length === 0 ? (
          <p class="transcript-empty">{p.empty}</p>
        ) : (
          <ol class="transcript-list" data-testid="transcript">
            {list.map((t) => (t.kind === "event" ? <Milestone key={t.key} turn={t} /> : <TurnView key={t.key} turn={t} props={p} />))}
          </ol>
        )}
      </div>
      {!stuck && (
        <button type="button" class="btn compact to-latest" onClick={toLatest}>
          <Icon name="down" /> {t("transcript.latest")}
        </button>
      )}
    </div>
  );
}

function Milestone({ turn }: { turn: Turn }) {
  return (
    <li class="milestone">
      <span>
        {turn.text} <time class="nums">{timeOfDay(turn.time)}</time>
      </span>
    </li>
  );
}

function TurnView({ turn, props }: { turn: Turn; props: TranscriptProps }) {
  const first = turn.lines[0]!;
  const name = props.nameOf(first);
  return (
    <li class="turn" data-who={turn.who}>
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
