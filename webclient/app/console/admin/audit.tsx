import { useState } from "preact/hooks";
import { locale, t } from "../../shared/i18n.ts";
import { difference } from "./form.ts";
import type { AdminHost } from "./host.ts";
import { Choice, Loading, Page, Text, useLoad } from "./parts.tsx";
import type { Change } from "./types.ts";
import { actionName } from "./words.ts";

export function AuditPage({ host }: { host: AdminHost }) {
  const [who, setWho] = useState("");
  const [action, setAction] = useState("");
  const [older, setOlder] = useState<Change[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const { data, error, again } = useLoad<{ changes: Change[]; next: number }>(() => host.rest.get("/v1/desk/audit?limit=100"));
  if (!data) return <Page title={t("audit.title")} children={<Loading error={error} again={again} />} />;
  const all = [...data.changes, ...older];
  const from = next ?? data.next;
  const q = who.trim().toLocaleLowerCase();
  const shown = all.filter((c) => (action === "" || c.action === action) && (q === "" || [c.by, c.object ?? "", c.address ?? "", JSON.stringify(c.after ?? ""), JSON.stringify(c.before ?? "")].some((s) => s.toLocaleLowerCase().includes(q))));
  const more = async () => {
    try {
      const r = await host.rest.get<{ changes: Change[]; next: number }>(`/v1/desk/audit?limit=100&before=${from}`);
      setOlder([...older, ...r.changes]);
      setNext(r.next);
      setFailed(null);
    } catch (e) {
      setFailed((e as Error).message);
    }
  };
  return (
    <Page title={t("audit.title")} lead={t("audit.lead")}>
      <form class="row wrap filters" onSubmit={(e) => e.preventDefault()}>
        <Text label={t("audit.search")} type="search" value={who} onInput={setWho} />
        <Choice label={t("audit.what")} value={action} onChange={setAction} options={[["", t("audit.all")], ...[...new Set(all.map((c) => c.action))].sort().map((a) => [a, actionName(a)] as const)]} />
      </form>
      <p class="small muted" role="status">
        {t("audit.count", { count: shown.length })}
      </p>
      <ol class="audit">
        {shown.map((c) => (
          <Entry key={c.seq} c={c} />
        ))}
      </ol>
      {failed && <Loading error={failed} again={() => void more()} />}
      {from > 0 && (
        <button type="button" class="btn" onClick={() => void more()}>
          {t("audit.older")}
        </button>
      )}
    </Page>
  );
}

function Entry({ c }: { c: Change }) {
  const rows = difference(c.before ?? null, c.after ?? null);
  const when = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "medium" }).format(c.time);
  const head = (
    <>
      <span class="grow">
        <b>{actionName(c.action)}</b> {c.object && <span dir="auto">{c.object}</span>}
        <span class="small muted audit-by">
          <bdi>{c.by}</bdi>
          {c.address && (
            <>
              {" · "}
              <bdi>{c.address}</bdi>
            </>
          )}
        </span>
      </span>
      <time class="small muted nums" dateTime={new Date(c.time).toISOString()}>
        {when}
      </time>
    </>
  );
  if (rows.length === 0) return <li class="card audit-entry audit-plain row">{head}</li>;
  return (
    <li class="card audit-entry">
      <details>
        <summary class="row">{head}</summary>
        <Differences rows={rows} />
      </details>
    </li>
  );
}

/** What was and what is, line by line; told by words and signs too. */
export function Differences({ rows }: { rows: { path: string; before: string; after: string }[] }) {
  return (
    <table class="table diff">
      <thead>
        <tr>
          <th scope="col">{t("audit.field")}</th>
          <th scope="col">{t("audit.before")}</th>
          <th scope="col">{t("audit.after")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((d) => (
          <tr key={d.path}>
            <th scope="row">
              <bdi>{d.path}</bdi>
            </th>
            <td class="was">{d.before === "" ? "–" : <del dir="auto">{d.before}</del>}</td>
            <td class="is">{d.after === "" ? "–" : <ins dir="auto">{d.after}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
