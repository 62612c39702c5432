/** The request for a person that belongs to the open call: how urgent, by when, what it needs. */
import { useState } from "preact/hooks";
import { clock } from "../shared/format.ts";
import { t } from "../shared/i18n.ts";
import { SLABadge, useNow } from "./callspane.tsx";
import type { DeskCall } from "./deskcall.ts";
import { hasRoom } from "./inbox.ts";
import type { ConsoleModel } from "./model.ts";
import { reasonText } from "./wording.ts";

export function RequestSection({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  const now = useNow();
  const h = desk.handoff.value;
  if (!h || h.state === "ended") return null;
  const needs = [...(h.skills ?? []), ...(h.languages ?? [])];
  const waiting = h.state === "pending" || h.state === "offered";
  const offered = model.agents.value.find((a) => a.identity === h.offeredTo)?.name ?? h.offeredTo;
  return (
    <section data-testid="request">
      <h3 class="side-title">{t("request.title")}</h3>
      <div class="row wrap request-facts">
        <SLABadge row={{ id: h.call, handoff: h, asks: waiting, mine: false, since: 0 }} now={now} />
        {waiting && h.pendingAt !== undefined && <span class="small muted nums">{t("offer.waits", { time: clock(now - h.pendingAt) })}</span>}
        {needs.map((n) => (
          <span key={n.name} class="lang small">
            {n.name}
            {n.level ? ` ${n.level}` : ""}
          </span>
        ))}
      </div>
      {h.reason && <p class="small">{reasonText(h.reason)}</p>}
      {waiting && offered && <p class="small muted">{t("request.ringsAt", { name: offered })}</p>}
      <label class="field">
        <span>{t("inbox.filter.priority")}</span>
        <select class="input compact" value={h.priority} onChange={(e) => void model.amend(h.id, Number(e.currentTarget.value))} data-testid="priority">
          {[1, 2, 3, 4].map((p) => (
            <option key={p} value={p}>
              {t(`priority.${p}`)}
            </option>
          ))}
        </select>
      </label>
      {waiting && desk.place.value === "listening" && (
        <div class="row wrap request-actions">
          <button type="button" class="btn compact" onClick={() => void model.take(h.id)} data-testid="take-this">
            {t("request.take")}
          </button>
          {model.role.value !== "agent" && <AssignTo handoff={h.id} model={model} />}
          {model.role.value !== "agent" && (
            <button type="button" class="btn quiet compact" onClick={() => void model.cancelHandoff(h.id)} data-testid="cancel-handoff">
              {t("request.cancel")}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/** For supervisors: it rings at who is chosen. */
function AssignTo({ handoff, model }: { handoff: string; model: ConsoleModel }) {
  const [to, choose] = useState("");
  const people = model.agents.value.filter((a) => a.identity !== model.identity.value && hasRoom(a));
  const there = people.some((a) => a.identity === to);
  return (
    <span class="row assign-to">
      <select class="input compact grow" aria-label={t("request.assign")} value={there ? to : ""} disabled={people.length === 0} onChange={(e) => choose(e.currentTarget.value)} data-testid="assign-to">
        <option value="">{people.length === 0 ? t("request.assign.nobody") : t("request.assign")}</option>
        {people.map((a) => (
          <option key={a.identity} value={a.identity}>
            {a.name ?? a.identity}
          </option>
        ))}
      </select>
      <button type="button" class="btn compact" disabled={!there} onClick={() => void model.assign(handoff, to)} data-testid="assign">
        {t("request.assign.do")}
      </button>
    </span>
  );
}
