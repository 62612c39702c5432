import { useId } from "preact/hooks";
import { locale, t } from "../../shared/i18n.ts";
import { Icon } from "../../shared/icons.tsx";
import type { SettingForm } from "./form.ts";
import { DAYS, hhmm, today, week, windows } from "./hours.ts";
import { Area, Choice, FieldProblem, IconButton, Panel, Text, Toggle } from "./parts.tsx";
import type { Period, Schedule } from "./types.ts";

const MAX = 10;

const zones = (): string[] => ["UTC", ...Intl.supportedValuesOf("timeZone")];

export function HoursPart({ form }: { form: SettingForm<Schedule> }) {
  const s = form.value.value;
  const zoneList = useId();
  const change = (c: Partial<Schedule>) => form.edit({ ...s, ...c });
  const set = (i: number, p: Period) => change({ periods: s.periods.map((x, n) => (n === i ? p : x)) });
  const add = (kind: Period["kind"]) =>
    change({ periods: [...s.periods, kind === "weekly" ? { kind, days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" } : { kind, date: today(s.timeZone), from: "09:00", to: "12:00" }] });
  const tooMany = form.problems.value.find((p) => p.field === "periods");
  return (
    <>
      <Panel title={t("settings.hours.zone")}>
        <Text label={t("settings.hours.timeZone")} value={s.timeZone} onInput={(timeZone) => change({ timeZone })} problem={form.of("timeZone")} list={zoneList} dir="ltr" autocomplete="off" />
        <datalist id={zoneList}>
          {zones().map((z) => (
            <option key={z} value={z} />
          ))}
        </datalist>
      </Panel>
      <Panel title={t("settings.hours.periods", { count: s.periods.length, most: MAX })}>
        {s.periods.length === 0 && <p class="muted">{t("settings.hours.always")}</p>}
        {s.periods.map((p, i) => (
          <PeriodEditor key={i} nth={i} p={p} form={form} onChange={(x) => set(i, x)} onRemove={() => change({ periods: s.periods.filter((_, n) => n !== i) })} />
        ))}
        {tooMany && <FieldProblem problem={tooMany} />}
        <div class="row wrap">
          <button type="button" class="btn compact" disabled={s.periods.length >= MAX} onClick={() => add("weekly")}>
            {t("settings.hours.addWeekly")}
          </button>
          <button type="button" class="btn compact" disabled={s.periods.length >= MAX} onClick={() => add("date")}>
            {t("settings.hours.addDate")}
          </button>
        </div>
      </Panel>
      <Preview s={s} />
      <Panel title={t("settings.hours.outside")}>
        <Area label={t("settings.hours.reply")} hint={t("settings.hours.replyHint")} value={s.reply} onInput={(reply) => change({ reply })} problem={form.of("reply")} />
      </Panel>
    </>
  );
}

function PeriodEditor({ p, nth, form, onChange, onRemove }: { p: Period; nth: number; form: SettingForm<Schedule>; onChange: (p: Period) => void; onRemove: () => void }) {
  const of = (f: string) => form.of(`periods[${nth}].${f}`);
  const dayName = new Intl.DateTimeFormat(locale(), { weekday: "short", timeZone: "UTC" });
  const days = p.days ?? [];
  return (
    <fieldset class="period">
      <legend class="sr-only">{t("settings.hours.nth", { nth: nth + 1 })}</legend>
      <Choice
        label={t("settings.hours.kind")}
        value={p.kind}
        problem={of("kind")}
        options={[["weekly", t("settings.hours.weekly")], ["date", t("settings.hours.date")]]}
        onChange={(kind) => onChange(kind === "weekly" ? { kind, days: ["mon"], from: p.from || "09:00", to: p.to || "17:00" } : { kind: "date", date: today(form.value.value.timeZone), from: p.from || "09:00", to: p.to || "12:00" })}
      />
      {p.kind === "weekly" ? (
        <div class="field">
          <span class="label">{t("settings.hours.days")}</span>
          <div class="day-set" role="group" aria-label={t("settings.hours.days")}>
            {DAYS.map((d, i) => (
              <label key={d}>
                <input type="checkbox" checked={days.includes(d)} onChange={(e) => onChange({ ...p, days: DAYS.filter((x) => (x === d ? e.currentTarget.checked : days.includes(x))) })} />
                <span>{dayName.format(Date.UTC(2024, 0, 1 + i))}</span>
              </label>
            ))}
          </div>
          {of("days") && <FieldProblem problem={of("days")!} />}
        </div>
      ) : (
        <div class="date-pair">
          <Text label={t("settings.hours.date")} type="date" value={p.date ?? ""} onInput={(date) => onChange({ ...p, date })} problem={of("date")} />
          <Toggle label={t("settings.hours.closed")} checked={p.closed === true} onChange={(closed) => onChange(closed ? { kind: "date", date: p.date, closed } : { kind: "date", date: p.date, from: "09:00", to: "12:00" })} />
        </div>
      )}
      {!p.closed && (
        <div class="times">
          <Text label={t("settings.hours.from")} type="text" value={p.from ?? ""} onInput={(from) => onChange({ ...p, from })} problem={of("from")} dir="ltr" maxLength={5} />
          <Text label={t("settings.hours.to")} type="text" value={p.to ?? ""} onInput={(to) => onChange({ ...p, to })} problem={of("to")} dir="ltr" maxLength={5} />
        </div>
      )}
      <IconButton icon="close" name={t("settings.hours.remove", { nth: nth + 1 })} onClick={onRemove} />
    </fieldset>
  );
}

/** What the periods come to, day by day. */
function Preview({ s }: { s: Schedule }) {
  const name = new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "short", timeZone: "UTC" });
  return (
    <Panel title={t("settings.hours.preview")}>
      <p class="small muted">{t("settings.hours.previewHint")}</p>
      <ol class="week">
        {week(today(s.timeZone)).map((day) => {
          const list = windows(s, day);
          return (
            <li key={day}>
              <span>{name.format(new Date(`${day}T12:00:00Z`))}</span>
              <svg class="day-bar" viewBox="0 0 1440 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar-ground" width="1440" height="10" />
                {list.map((w) => (
                  <rect key={w.from} class="mark" data-tone="human" data-solid="true" x={w.from} width={Math.min(1440, w.to) - w.from} height="10" />
                ))}
              </svg>
              <span class="nums" dir="ltr">
                {list.length === 0 ? (
                  <span class="muted row">
                    <Icon name="moon" /> {t("settings.hours.isClosed")}
                  </span>
                ) : (
                  list.map((w) => `${hhmm(w.from)}–${hhmm(w.to)}${w.to > 1440 ? " +1" : ""}`).join(", ")
                )}
              </span>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
