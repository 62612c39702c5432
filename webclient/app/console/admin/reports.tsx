import { useState } from "preact/hooks";
import { dir, locale, t } from "../../shared/i18n.ts";
import { clock } from "../../shared/format.ts";
import { Icon } from "../../shared/icons.tsx";
import { Notice } from "../../shared/ui.tsx";
import { reasonName } from "./words.ts";
import { Bar, Columns, Legend, type Series } from "./charts.tsx";
import { today } from "./hours.ts";
import type { AdminHost } from "./host.ts";
import { Loading, Page, Panel, Table, Text, useLoad, WIDE } from "./parts.tsx";
import type { Problem } from "./rest.ts";
import type { Report } from "./types.ts";

const SPANS = [1, 7, 30, 90] as const;

/** The first moment of a day in a zone, Unix milliseconds. */
export function startOfDay(day: string, timeZone: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`);
  const offset = (at: number) => {
    const p = Object.fromEntries(new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at).map((x) => [x.type, Number(x.value)]));
    return Date.UTC(p["year"]!, p["month"]! - 1, p["day"], p["hour"], p["minute"], p["second"]) - Math.floor(at / 1000) * 1000;
  };
  // Twice: the clock may be put forward or back between the guess and the day.
  return utc - offset(utc - offset(utc));
}

export function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
}

export const MAX_DAYS = 400;

/** What is wrong with a span, and at which of its ends. */
export function spanProblem(from: string, to: string): Problem | null {
  const at = (day: string) => (/^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T12:00:00Z`) : NaN);
  const days = (at(to) - at(from)) / 86_400_000 + 1;
  if (Number.isNaN(at(from)) || from < "2000") return { field: "from", code: "date", message: "" };
  if (Number.isNaN(at(to)) || to > "2999") return { field: "to", code: "date", message: "" };
  if (days < 1) return { field: "to", code: "dateOrder", message: "" };
  return days > MAX_DAYS ? { field: "from", code: "span", message: "" } : null;
}

export const share = (part: number, whole: number): string => (whole === 0 ? "–" : new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(part / whole));

export function ReportsPage({ host }: { host: AdminHost }) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = today(zone);
  const [from, setFrom] = useState(addDays(now, -6));
  const [to, setTo] = useState(now);
  const [failed, setFailed] = useState<string | null>(null);
  const [saving, setSaving] = useState("");
  const wrong = spanProblem(from, to);
  const valid = wrong === null;
  const query = valid ? new URLSearchParams({ from: String(startOfDay(from, zone)), to: String(startOfDay(addDays(to, 1), zone)), tz: zone }).toString() : "";
  const { data, error, busy, again } = useLoad<Report>(() => (valid ? host.rest.get<Report>(`/v1/desk/reports?${query}`) : new Promise<never>(() => {})), [query, valid]);
  const download = async (table: string) => {
    setFailed(null);
    setSaving(table);
    try {
      const url = URL.createObjectURL(await host.rest.blob(`/v1/desk/reports.csv?${query}&table=${table}`));
      const a = document.createElement("a");
      a.href = url;
      a.download = `relevo-${table}-${from}-${to}.csv`;
      a.click();
      URL.revokeObjectURL(url);
      host.announcer.say(t("reports.downloaded"));
    } catch (e) {
      setFailed((e as Error).message);
    }
    setSaving("");
  };
  return (
    <Page title={t("reports.title")} lead={t("reports.zone", { zone })} wide>
      <form class="row wrap filters" onSubmit={(e) => e.preventDefault()}>
        <div class="spans" role="group" aria-label={t("reports.span")}>
          {SPANS.map((n) => (
            <button
              key={n}
              type="button"
              class="btn compact"
              aria-pressed={to === now && from === addDays(now, 1 - n)}
              onClick={() => {
                setFrom(addDays(now, 1 - n));
                setTo(now);
              }}
            >
              {n === 1 ? t("reports.today") : t("reports.lastDays", { count: n })}
            </button>
          ))}
        </div>
        <Text label={t("reports.from")} type="date" value={from} onInput={setFrom} problem={wrong?.field === "from" ? wrong : undefined} />
        <Text label={t("reports.to")} type="date" value={to} onInput={setTo} problem={wrong?.field === "to" ? wrong : undefined} />
        <span class="small muted" role="status">
          {data && busy && valid ? t("admin.loading") : ""}
        </span>
      </form>
      {failed && <Loading error={failed} />}
      {error && <Loading error={error} again={again} />}
      {!data && !error ? valid && <Loading error={null} /> : data && (
        <div class="stack report" aria-busy={busy || !valid}>
          <Figures r={data} saving={saving} download={(table) => void download(table)} />
        </div>
      )}
    </Page>
  );
}

function Figures({ r, saving, download }: { r: Report; saving: string; download: (table: string) => void }) {
  const f = r.total;
  const rtl = dir() === "rtl";
  const short = new Intl.DateTimeFormat(locale(), { day: "numeric", month: "numeric", timeZone: "UTC" });
  const long = new Intl.DateTimeFormat(locale(), { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const at = (day: string) => new Date(`${day}T12:00:00Z`);
  const labels = r.days.map((d) => short.format(at(d.day)));
  const of = (name: string, look: Series["look"], tone: Series["tone"], get: (f: Report["total"]) => number): Series => ({ name, look, tone, values: r.days.map((d) => get(d.figures)) });
  const handoffs = [
    of(t("reports.answered"), "solid", "human", (x) => x.answered),
    of(t("reports.abandoned"), "hatched", "danger", (x) => x.abandoned),
    of(t("reports.rest"), "dotted", "wait", (x) => x.outOfHours + x.waiting),
  ];
  const contained = [of(t("reports.contained"), "solid", "ai", (x) => x.contained), of(t("reports.withHuman"), "hatched", "human", (x) => x.ended - x.contained)];
  const sla = [of(t("sla.met"), "solid", "human", (x) => x.firstMet), of(t("sla.breached"), "hatched", "danger", (x) => x.firstBreached)];
  const save = (table: string) => (
    <button type="button" class="btn compact" disabled={saving !== ""} onClick={() => download(table)} aria-label={t("reports.csvOf", { table: t(`reports.table.${table}`) })}>
      <Icon name="down" /> {t("reports.csv")}
    </button>
  );
  const most = Math.max(1, ...r.reasons.map((x) => x.handoffs));
  const mostTaken = Math.max(1, ...r.agents.map((x) => x.takeovers));
  return (
    <>
      {r.partial && <Notice role="status">{t("reports.partial")}</Notice>}
      <dl class="tiles-row">
        <Tile name={t("reports.containment")} value={share(f.contained, f.ended)} more={t("reports.ofCalls", { count: f.ended, part: f.contained })} />
        <Tile name={t("reports.timeToHuman")} value={f.answered ? clock(f.medianMs) : "–"} more={t("reports.p90", { time: f.answered ? clock(f.p90Ms) : "–" })} />
        <Tile name={t("reports.slaMet")} value={share(f.firstMet, f.firstMet + f.firstBreached)} more={t("reports.slaBreached", { count: f.firstBreached })} />
        <Tile name={t("reports.abandonment")} value={share(f.abandoned, f.handoffs)} more={t("reports.ofHandoffs", { count: f.handoffs, part: f.abandoned })} />
        <Tile name={t("reports.takeovers")} value={f.takeovers.toLocaleString(locale())} more={t("reports.returns", { count: f.returns })} />
      </dl>
      <div class="charts">
        <Panel title={t("reports.handoffs")} actions={save("days")}>
          <Columns labels={labels} series={handoffs} rtl={rtl} label={t("reports.handoffsChart")} />
          <Legend series={handoffs} />
        </Panel>
        <Panel title={t("reports.slaChart")}>
          <Columns labels={labels} series={sla} rtl={rtl} label={t("reports.slaChartLabel")} />
          <Legend series={sla} />
        </Panel>
        <Panel title={t("reports.containmentChart")}>
          <Columns labels={labels} series={contained} rtl={rtl} label={t("reports.containmentLabel")} />
          <Legend series={contained} />
        </Panel>
        <Panel title={t("reports.byReason")} actions={save("reasons")}>
          {r.reasons.length === 0 ? (
            <p class="muted">{t("reports.none")}</p>
          ) : (
            <Table label={t("reports.byReason")} head={[t("reports.reason"), { text: t("reports.requests"), num: true }, { text: t("reports.bar"), wide: true }, { text: t("reports.abandoned"), num: true }, { text: t("reports.median"), num: true }]}>
              {r.reasons.map((x) => (
                <tr key={x.reason}>
                  <th scope="row">
                    <bdi>{reasonName(x.reason)}</bdi>
                  </th>
                  <td class="num">{x.handoffs}</td>
                  <td class={`bar-cell ${WIDE}`}>
                    <Bar of={x.handoffs} max={most} tone="wait" />
                  </td>
                  <td class="num">{x.abandoned}</td>
                  <td class="num">{x.answered ? clock(x.medianMs) : "–"}</td>
                </tr>
              ))}
            </Table>
          )}
        </Panel>
      </div>
      <Panel title={t("reports.byAgent")} actions={save("agents")}>
        {r.agents.length === 0 ? (
          <p class="muted">{t("reports.none")}</p>
        ) : (
          <Table
            label={t("reports.byAgent")}
            head={[t("reports.agent"), { text: t("reports.takeovers"), num: true }, { text: t("reports.bar"), wide: true }, { text: t("reports.time"), num: true }, { text: t("reports.first"), num: true }, { text: t("reports.median"), num: true }, { text: t("sla.met"), num: true }, { text: t("sla.breached"), num: true }]}
          >
            {r.agents.map((a) => (
              <tr key={a.identity}>
                <th scope="row">
                  <bdi>{a.name || a.identity}</bdi>
                </th>
                <td class="num">{a.takeovers}</td>
                <td class={`bar-cell ${WIDE}`}>
                  <Bar of={a.takeovers} max={mostTaken} tone="human" />
                </td>
                <td class="num">{clock(a.timeMs)}</td>
                <td class="num">{a.first}</td>
                <td class="num">{a.first ? clock(a.medianMs) : "–"}</td>
                <td class="num">{a.met}</td>
                <td class="num">{a.breached}</td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
      <Panel title={t("reports.byDay")} actions={save("days")}>
        <Table
          label={t("reports.byDay")}
          head={[t("reports.day"), ...["calls", "contained", "requests", "answered", "abandoned", "outOfHours", "takeoversShort", "returnsShort", "median", "p90Short", "slaMet", "breachedShort"].map((k) => ({ text: t(`reports.${k}`), num: true }))]}
        >
          {r.days.map(({ day, figures: x }) => (
            <tr key={day}>
              <th scope="row">{long.format(at(day))}</th>
              {[x.calls, x.contained, x.handoffs, x.answered, x.abandoned, x.outOfHours, x.takeovers, x.returns].map((n, i) => (
                <td key={i} class="num">
                  {n}
                </td>
              ))}
              <td class="num">{x.answered ? clock(x.medianMs) : "–"}</td>
              <td class="num">{x.answered ? clock(x.p90Ms) : "–"}</td>
              <td class="num">{share(x.firstMet, x.firstMet + x.firstBreached)}</td>
              <td class="num">{x.firstBreached}</td>
            </tr>
          ))}
        </Table>
      </Panel>
    </>
  );
}

function Tile({ name, value, more }: { name: string; value: string; more: string }) {
  return (
    <div class="card tile">
      <dt>{name}</dt>
      <dd>
        <b class="nums">{value}</b>
        <span class="small muted">{more}</span>
      </dd>
    </div>
  );
}
