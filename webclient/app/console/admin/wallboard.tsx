import { useEffect, useRef, useState } from "preact/hooks";
import type { AgentLine, CallSummary, HandoffLine } from "../../../sdk/src/index.ts";
import { clock, spokenDuration } from "../../shared/format.ts";
import { t, tOr } from "../../shared/i18n.ts";
import { Icon, type IconName } from "../../shared/icons.tsx";
import { Chip, Notice, type Who } from "../../shared/ui.tsx";
import { callerLabel } from "../wording.ts";
import type { AdminHost } from "./host.ts";
import { Loading, Page, Panel, Table } from "./parts.tsx";
import { atLeast } from "./types.ts";
import { reasonName } from "./words.ts";

const PRESENCES = ["available", "ringing", "busy", "wrapUp", "away", "offline"] as const;
const PRESENCE_ICONS: Record<(typeof PRESENCES)[number], IconName> = { available: "check", ringing: "bell", busy: "phone", wrapUp: "list", away: "clock", offline: "moon" };
const STATES: Record<CallSummary["state"], { who: Who; icon: IconName }> = {
  ai: { who: "agent", icon: "spark" },
  pending: { who: "wait", icon: "bell" },
  willStart: { who: "human", icon: "takeover" },
  human: { who: "human", icon: "person" },
  returning: { who: "agent", icon: "handback" },
  ended: { who: "caller", icon: "check" },
};

function useTick(): number {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const id = setInterval(() => set(Date.now()), 1000);
    return () => clearInterval(id);
  }, []);
  return now;
}

/** The longest wait of who waits now: it goes on between the server's news. */
export function longestWait(handoffs: readonly HandoffLine[], now: number): number {
  return handoffs.reduce((most, h) => (h.state === "pending" || h.state === "offered") && h.pendingAt ? Math.max(most, now - h.pendingAt) : most, 0);
}

export function WallboardPage({ host }: { host: AdminHost }) {
  const now = useTick();
  const b = host.board.value;
  const full = useRef<HTMLDivElement>(null);
  if (!b) return <Page title={t("wallboard.title")} children={<Loading error={null} />} />;
  const waiting = b.waiting.reduce((x, y) => x + y, 0);
  const longest = longestWait(host.handoffs.value, now);
  const supervisor = atLeast(host.role.value, "supervisor");
  return (
    <Page
      title={t("wallboard.title")}
      wide
      actions={
        document.fullscreenEnabled && (
          <button type="button" class="btn compact" onClick={() => void full.current?.requestFullscreen()}>
            <Icon name="screen" /> {t("wallboard.full")}
          </button>
        )
      }
    >
      <div class="wall" ref={full}>
        {!host.online.value && (
          <Notice icon="wifi" role="status">
            {t("wallboard.stale")}
          </Notice>
        )}
        <dl class="wall-tiles">
          <Big name={t("wallboard.waiting")} value={String(waiting)} who={waiting > 0 ? "wait" : undefined} icon="bell">
            <ul class="wall-priorities">
              {b.waiting.map((n, i) => (
                <li key={i} data-none={n === 0}>
                  <span>{t(`wallboard.p${i + 1}`)}</span> <b class="nums">{n}</b>
                </li>
              ))}
            </ul>
          </Big>
          <Big name={t("wallboard.longest")} value={waiting > 0 ? clock(longest) : "–"} spoken={waiting > 0 ? spokenDuration(longest) : undefined} icon="clock" who={longest > 60_000 ? "wait" : undefined}>
            <p>{t("wallboard.ringing", { count: b.ringing })}</p>
          </Big>
          <Big name={t("wallboard.atRisk")} value={String(b.atRisk)} who={b.atRisk > 0 ? "wait" : undefined} icon="alert">
            <p>{t("wallboard.atRiskHint")}</p>
          </Big>
          <Big name={t("wallboard.breached")} value={String(b.breached)} bad={b.breached > 0} icon="alert">
            <p>{t("wallboard.breachedHint")}</p>
          </Big>
          <Big name={t("wallboard.active")} value={String(b.active)} icon="person" who={b.active > 0 ? "human" : undefined}>
            <p>{t("wallboard.free", { count: b.free, places: b.places })}</p>
          </Big>
        </dl>
        <section class="card panel" aria-labelledby="wall-people">
          <div class="row wrap panel-head">
            <h2 id="wall-people" class="grow">
              {t("wallboard.people")}
            </h2>
            <Chip who={b.service === "available" ? "human" : "wait"} icon={b.service === "available" ? "check" : "alert"}>
              {tOr(`wallboard.service.${b.service}`, b.service)}
            </Chip>
          </div>
          <ul class="wall-presence">
            {PRESENCES.map((p) => {
              const there = host.agents.value.filter((a) => a.presence === p);
              return (
                <li key={p} data-presence={p}>
                  <span class="wall-presence-head">
                    <Icon name={PRESENCE_ICONS[p]} /> {t(`wallboard.presence.${p}`)} <b class="nums">{b.agents[p] ?? 0}</b>
                  </span>
                  <span class="small muted">
                    {there.length === 0 && "–"}
                    {there.map((a, i) => (
                      <>
                        {i > 0 && " · "}
                        <bdi>{a.capacity > 1 && a.load > 0 ? t("wallboard.load", { name: a.name || a.identity, load: a.load, of: a.capacity }) : a.name || a.identity}</bdi>
                      </>
                    ))}
                  </span>
                </li>
              );
            })}
          </ul>
        </section>
      </div>
      {supervisor && <LiveList host={host} now={now} />}
    </Page>
  );
}

function Big({ name, value, spoken, children, who, bad, icon }: { name: string; value: string; spoken?: string; children: preact.ComponentChildren; who?: Who; bad?: boolean; icon: IconName }) {
  return (
    <div class={bad ? "card big bad" : "card big"} data-who={who} data-lit={who !== undefined}>
      <dt>
        <Icon name={icon} /> {name}
      </dt>
      <dd>
        <b class="nums" aria-hidden={spoken ? true : undefined}>
          {value}
        </b>
        {spoken && <span class="sr-only">{spoken}</span>}
        {children}
      </dd>
    </div>
  );
}

/** How the promise stands that a handoff's clocks watch: the first that runs or was broken. Null where there is none. */
export function promise(h: HandoffLine, now: number): { kind: "breached" | "atRisk" | "runs"; left: number } | null {
  const clocks = [h.firstResponse, h.resolution].filter((c) => c !== undefined);
  if (clocks.some((c) => c.outcome === "breached")) return { kind: "breached", left: 0 };
  const c = clocks.find((c) => !c.outcome);
  if (!c) return null;
  const left = c.deadlineAt - now;
  if (left <= 0) return { kind: "breached", left: 0 };
  return { kind: now >= c.riskAt ? "atRisk" : "runs", left };
}

function SlaChip({ h, now }: { h: HandoffLine; now: number }) {
  const p = promise(h, now);
  if (!p) return null;
  return (
    <span class="chip promise" data-kind={p.kind}>
      <Icon name={p.kind === "runs" ? "clock" : "alert"} />
      {p.kind === "breached" ? t("wallboard.breached") : t(`wallboard.left.${p.kind}`, { time: clock(p.left) })}
    </span>
  );
}

/** Gives who waits to a person: chosen first, so that going through the names with the keyboard gives nobody away. */
function Assign({ host, handoff, name, people }: { host: AdminHost; handoff: string; name: string; people: readonly AgentLine[] }) {
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const there = people.some((a) => a.identity === to);
  const assign = async () => {
    setBusy(true);
    const done = await host.assign(handoff, to);
    setFailed(!done);
    host.announcer.say(t(done ? "wallboard.assigned" : "wallboard.notAssigned", { name }));
    if (done) setTo("");
    setBusy(false);
  };
  return (
    <span class="row wrap tight">
      <select class="input compact" aria-label={t("wallboard.assignOf", { name })} value={there ? to : ""} disabled={people.length === 0} onChange={(e) => (setFailed(false), setTo(e.currentTarget.value))}>
        <option value="">{t(people.length === 0 ? "wallboard.nobodyFree" : "wallboard.whom")}</option>
        {people.map((a) => (
          <option key={a.identity} value={a.identity}>
            {a.name || a.identity}
          </option>
        ))}
      </select>
      {there && (
        <button type="button" class="btn compact" disabled={busy} onClick={() => void assign()} aria-label={t("wallboard.assignOf", { name })}>
          {t("wallboard.assign")}
        </button>
      )}
      {failed && (
        <span class="field-problem small">
          <Icon name="alert" /> {t("wallboard.notAssigned", { name })}
        </span>
      )}
    </span>
  );
}

function LiveList({ host, now }: { host: AdminHost; now: number }) {
  const calls = host.calls.value;
  const handoffs = new Map(host.handoffs.value.map((h) => [h.call, h]));
  const people = host.agents.value.filter((a) => a.presence === "available" || (a.presence === "busy" && a.load < a.capacity));
  return (
    <Panel title={t("wallboard.live")}>
      {calls.length === 0 ? (
        <p class="muted">{t("wallboard.noCalls")}</p>
      ) : (
        <Table label={t("wallboard.live")} head={[t("wallboard.caller"), t("wallboard.state"), t("wallboard.why"), { text: t("wallboard.since"), num: true }, t("wallboard.do")]}>
          {calls.map((c) => {
            const s = STATES[c.state];
            const h = handoffs.get(c.id);
            const name = callerLabel(c.caller);
            const waits = h !== undefined && (h.state === "pending" || h.state === "offered");
            const held = c.state === "human" && c.human !== undefined;
            return (
              <tr key={c.id}>
                <th scope="row">
                  <bdi>{name}</bdi>
                </th>
                <td>
                  <Chip who={s.who} icon={s.icon}>
                    {held ? t("wallboard.with", { name: c.human! }) : t(`wallboard.call.${c.state}`)}
                  </Chip>
                </td>
                <td>
                  {h && (
                    <span class="row wrap tight">
                      <span>
                        {t(`wallboard.p${h.priority}`)} · <bdi>{reasonName(h.reason ?? "")}</bdi>
                      </span>
                      <SlaChip h={h} now={now} />
                    </span>
                  )}
                </td>
                <td class="num">{clock(now - c.stateAt)}</td>
                <td>
                  <span class="row wrap tight">
                    <button type="button" class="btn compact" onClick={() => host.listen(c.id)} aria-label={t("wallboard.listenTo", { name })}>
                      <Icon name="ear" /> {t("wallboard.listen")}
                    </button>
                    {held && (
                      <>
                        <button type="button" class="btn compact" onClick={() => host.whisper(c.id)} aria-label={t("wallboard.whisperIn", { name })}>
                          {t("wallboard.whisper")}
                        </button>
                        <button type="button" class="btn compact" onClick={() => host.bargeIn(c.id)} aria-label={t("wallboard.bargeInOn", { name })}>
                          {t("wallboard.bargeIn")}
                        </button>
                      </>
                    )}
                    {waits && <Assign host={host} handoff={h.id} name={name} people={people} />}
                  </span>
                </td>
              </tr>
            );
          })}
        </Table>
      )}
    </Panel>
  );
}
