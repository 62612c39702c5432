/** The form after a call, in sight until it is done or its time is up. */
import { useEffect } from "preact/hooks";
import { clock } from "../shared/format.ts";
import { t } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import { Notice } from "../shared/ui.tsx";
import { useNow } from "./callspane.tsx";
import type { ConsoleModel } from "./model.ts";

export function WrapUpCard({ model }: { model: ConsoleModel }) {
  const w = model.wrapUp;
  const of = w.handoff.value;
  useEffect(() => {
    if (of) void w.begin(of);
  }, [of]);
  const now = useNow();
  const timed = w.timed.value !== null;
  if (!of && model.me.value?.presence !== "wrapUp") return null;
  const f = w.form.value;
  const who = of ? w.callers.value.get(of) : undefined;
  const title = who ? t("wrapup.of", { name: who }) : t("wrapup.title");
  return (
    <form
      class="wrapup"
      aria-label={title}
      data-testid="wrapup"
      onSubmit={(e) => {
        e.preventDefault();
        void w.done();
      }}
    >
      <div class="row">
        <b class="grow">{title}</b>
        {w.until.value > 0 && (
          <span class="sla nums" data-sla={w.until.value - now < 10_000 ? "atRisk" : "runs"} role="timer" aria-live="off">
            <Icon name="clock" /> {clock(w.until.value - now)}
          </span>
        )}
        {timed ? (
          <button type="button" class="btn compact" onClick={() => void w.more()} data-testid="wrapup-more">
            {t("wrapup.more")}
          </button>
        ) : (
          <button type="button" class="btn quiet iconic compact" aria-label={t("wrapup.dismiss")} title={t("wrapup.dismiss")} onClick={() => w.dismiss()} data-testid="wrapup-dismiss">
            <Icon name="close" />
          </button>
        )}
      </div>
      <div class="wrapup-fields">
        <label class="field">
          <span>{t("wrapup.disposition")}</span>
          <input class="input" list="dispositions" value={f.disposition} maxLength={200} dir="auto" onInput={(e) => w.change({ disposition: e.currentTarget.value })} data-testid="disposition" />
          <datalist id="dispositions">
            {w.dispositions.value.map((d) => (
              <option key={d} value={d} />
            ))}
          </datalist>
        </label>
        <label class="field grow">
          <span>{t("wrapup.note")}</span>
          <input class="input" value={f.note ?? ""} maxLength={4000} dir="auto" onInput={(e) => w.change({ note: e.currentTarget.value })} data-testid="wrapup-note" />
        </label>
        <Tags model={model} />
        <button type="submit" class="btn human wrapup-done" disabled={w.saving.value} data-testid="wrapup-done">
          <Icon name="check" /> {t(timed ? "wrapup.done" : "wrapup.save")}
        </button>
      </div>
      {w.problem.value && (
        <Notice bad role="alert">
          {w.problem.value}
        </Notice>
      )}
    </form>
  );
}

function Tags({ model }: { model: ConsoleModel }) {
  const w = model.wrapUp;
  const chosen = w.form.value.tags ?? [];
  const all = [...new Set([...w.tags.value, ...chosen])];
  const add = (input: HTMLInputElement) => {
    const tag = input.value.trim();
    if (tag && !chosen.includes(tag)) w.toggleTag(tag);
    input.value = "";
  };
  return (
    <fieldset class="tags">
      <legend class="label">{t("wrapup.tags")}</legend>
      {all.map((tag) => (
        <button key={tag} type="button" class={chosen.includes(tag) ? "btn compact on" : "btn compact"} aria-pressed={chosen.includes(tag)} onClick={() => w.toggleTag(tag)}>
          {chosen.includes(tag) && <Icon name="check" />} <span dir="auto">{tag}</span>
        </button>
      ))}
      <input
        class="input compact tag-new"
        placeholder={t("wrapup.newTag")}
        aria-label={t("wrapup.newTag")}
        maxLength={60}
        dir="auto"
        onKeyDown={(e) => {
          if (e.key !== "Enter" && e.key !== ",") return;
          e.preventDefault();
          add(e.currentTarget);
        }}
        onBlur={(e) => add(e.currentTarget)}
      />
    </fieldset>
  );
}
