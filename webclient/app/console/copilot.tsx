import { Fragment, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Fact, Reply, Summary } from "../../sdk/src/index.ts";
import { timeOfDay } from "../shared/format.ts";
import { t } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import { Chip } from "../shared/ui.tsx";
import type { DeskCall } from "./deskcall.ts";
import { assistText, factLabel, moodText, reasonText, sourceText } from "./wording.ts";

/** What one must know who takes the call over: at the top of the conversation, until it is folded away. */
export function BriefCard({ desk }: { desk: DeskCall }) {
  const b = desk.brief.value;
  const suggested = desk.replies.value.length > 0;
  useEffect(() => {
    // Where there is little room, what is to be said next needs it more.
    if (suggested && matchMedia("(max-width: 51.99rem), (max-height: 62rem)").matches) desk.briefOpen.value = false;
  }, [desk, suggested]);
  if (!b || !desk.briefShown.value) return null;
  const why = reasonText(b.reason);
  return (
    <details
      class="brief"
      open={desk.briefOpen.value}
      onToggle={(e) => (desk.briefOpen.value = e.currentTarget.open)}
      data-testid="brief"
    >
      <summary>
        <b class="grow">{why ?? t("assist.brief")}</b>
        {b.mood && b.mood !== "calm" && (
          <Chip who="wait" icon="alert">
            {moodText(b.mood)}
          </Chip>
        )}
      </summary>
      <div class="brief-body" tabIndex={0} role="group" aria-label={t("assist.brief")}>
        {b.detail && (
          <p class="small muted" dir="auto">
            {b.detail}
          </p>
        )}
        <SummaryLines summary={b.summary} />
        {b.unspoken && (
          <p class="brief-unspoken">
            <span class="small muted">{t("assist.unspoken")}</span> <q dir="auto">{b.unspoken}</q>
          </p>
        )}
        <Facts facts={b.facts ?? []} />
      </div>
    </details>
  );
}

/** The running summary and the facts, while one has the call; before it, those of the brief. */
export function CopilotSection({ desk }: { desk: DeskCall }) {
  const facts = desk.facts.value;
  // What the brief says above is not said twice.
  const told = !desk.live.value && desk.briefShown.value && desk.briefOpen.value;
  const summary = desk.summary.value;
  if (!(summary && says(summary)) && facts.length === 0) return null;
  return (
    <section data-testid="copilot" data-told={told} data-facts={facts.length}>
      <h3 class="side-title">{t("assist.soFar")}</h3>
      {summary && <SummaryLines summary={summary} />}
      <Facts facts={facts} />
    </section>
  );
}

/** Whether there is anything in it: a summary that has just begun is empty. */
function says(s: Summary): boolean {
  return Boolean(s.matter || s.tried || s.open);
}

function SummaryLines({ summary }: { summary: Summary }) {
  const lines = [
    [summary.who ?? t("assist.matter"), summary.matter],
    [t("assist.tried"), summary.tried],
    [t("assist.open"), summary.open],
  ].filter(([, text]) => text);
  if (lines.length === 0) return null;
  return (
    <dl class="summary-lines">
      {lines.map(([label, text], i) => (
        <div key={i}>
          <dt dir="auto">{label}</dt>
          <dd dir="auto">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Facts({ facts }: { facts: Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <ul class="facts" aria-label={t("assist.facts")}>
      {facts.map((f) => (
        <FactRow key={`${f.kind} ${f.value}`} fact={f} />
      ))}
    </ul>
  );
}

/** An address breaks where it can be read again, not in the middle of a word. */
function breakable(text: string): ComponentChildren {
  return text.split(/(?<=[@._/-])(?=\S)/).map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function FactRow({ fact }: { fact: Fact }) {
  const [copied, setCopied] = useState(false);
  const label = factLabel(fact.kind);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(fact.value);
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    } catch {
      // The browser does not let us; the text can be selected.
    }
  };
  const how = fact.confirmed ? t("assist.confirmed") : fact.confidence < 0.7 ? t("assist.unsure") : null;
  return (
    <li>
      <span class="grow">
        <span class="small muted">
          {label}
          {fact.time !== undefined && fact.role && ` · ${timeOfDay(fact.time)}`}
          {how && ` · ${how}`}
        </span>
        <b dir="auto">{breakable(fact.value)}</b>
      </span>
      <button type="button" class="btn quiet iconic compact" aria-label={assistText.copy(label)} title={assistText.copy(label)} onClick={() => void copy()}>
        <Icon name={copied ? "check" : "copy"} />
      </button>
      <span class="sr-only" role="status">
        {copied ? t("assist.copied") : ""}
      </span>
    </li>
  );
}

/** What one could say. Nothing is sent by it: it goes into the message box, where it can be changed. */
export function Suggestions({ replies, onUse, onDismiss }: { replies: Reply[]; onUse: (i: number) => void; onDismiss: () => void }) {
  return (
    <section class="suggestions" aria-label={t("assist.suggests")} data-testid="suggestion">
      <div class="row">
        <span class="small grow suggestions-title">
          <Icon name="spark" /> {t("assist.suggests")}
        </span>
        <button type="button" class="btn quiet iconic compact" aria-label={t("assist.dismiss")} title={t("assist.dismiss")} onClick={onDismiss}>
          <Icon name="close" />
        </button>
      </div>
      <ol>
        {replies.map((r, i) => (
          <li key={`${i} ${r.text}`}>
            <button type="button" class="suggested" onClick={() => onUse(i)} title={assistText.use(i + 1)} data-testid={i === 0 ? "use-suggestion" : undefined}>
              <kbd aria-hidden="true">{i + 1}</kbd>
              <span class="grow">
                <span dir="auto">{r.text}</span>
                {r.sources && r.sources.length > 0 && (
                  <span class="small muted suggested-from">
                    {assistText.from(r.sources.map(sourceText).join(", "))}
                  </span>
                )}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
