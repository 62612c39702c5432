import { useState } from "preact/hooks";
import { locale, t } from "../../shared/i18n.ts";
import { Chip } from "../../shared/ui.tsx";
import type { AdminHost } from "./host.ts";
import { Loading, Table, WIDE } from "./parts.tsx";
import type { Session } from "./types.ts";

/** A browser as people call it: "Firefox · Linux". What is not known is given as it is. */
export function browserName(agent: string | undefined): string {
  if (!agent) return "–";
  const of = (list: [RegExp, string][]) => list.find(([r]) => r.test(agent))?.[1];
  const browser = of([[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"], [/Safari\//, "Safari"]]);
  const system = of([[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/Linux/, "Linux"]]);
  return [browser, system].filter(Boolean).join(" · ") || agent.slice(0, 60);
}

export function Sessions({ host, sessions, again, everybody }: { host: AdminHost; sessions: Session[]; again: () => void; everybody?: boolean }) {
  const [failed, setFailed] = useState<string | null>(null);
  const when = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" });
  const end = async (s: Session) => {
    try {
      await host.rest.delete(`/v1/desk/sessions/${encodeURIComponent(s.id)}`);
      setFailed(null);
      again();
    } catch (e) {
      setFailed((e as Error).message);
    }
  };
  return (
    <>
      {failed && <Loading error={failed} />}
      <Table label={t("sessions.title")} head={[...(everybody ? [t("sessions.who")] : []), t("sessions.browser"), { text: t("sessions.address"), wide: true }, t("sessions.since"), t("people.do")]}>
        {sessions.map((s) => (
          <tr key={s.id}>
            {everybody && (
              <th scope="row">
                <bdi>{s.identity}</bdi>
              </th>
            )}
            <td>
              <bdi>{browserName(s.client)}</bdi>{" "}
              {s.current && (
                <Chip who="human" icon="check">
                  {t("sessions.this")}
                </Chip>
              )}
            </td>
            <td class={WIDE}>
              <bdi>{s.address}</bdi>
            </td>
            <td class="nums">{when.format(s.createdAt)}</td>
            <td>
              {!s.current && (
                <button type="button" class="btn compact" onClick={() => void end(s)} aria-label={t("sessions.endOf", { name: s.identity, browser: browserName(s.client) })}>
                  {t("sessions.end")}
                </button>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
