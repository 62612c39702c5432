/** What rings: a card that cannot be missed, and can be answered from anywhere by keys. */
import { clock } from "../shared/format.ts";
import { t } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import { Avatar, Chip } from "../shared/ui.tsx";
import { Priority, SLABadge, useNow } from "./callspane.tsx";
import type { ConsoleModel } from "./model.ts";
import { callerLabel, moodText, reasonText } from "./wording.ts";

export function OfferCard({ model }: { model: ConsoleModel }) {
  const o = model.offer.value;
  return o ? <Ringing key={o.offer} model={model} /> : null;
}

function Ringing({ model }: { model: ConsoleModel }) {
  const o = model.offer.value!;
  const now = useNow(250);
  const h = o.handoff;
  const call = model.calls.value.find((c) => c.id === h.call);
  const left = Math.max(0, o.untilAt - now);
  const share = Math.min(1, left / 20_000);
  const mood = call?.brief?.mood;
  const why = reasonText(h.reason ?? call?.reason);
  const wants = [...(h.skills ?? []), ...(h.languages ?? [])];
  return (
    <section class="offer" role="alertdialog" aria-labelledby="offer-title" aria-describedby="offer-why" data-urgent={model.notifier.urgent.value} data-testid="offer">
      <span class="offer-ring" style={{ "--left": String(share) }}>
        <Avatar who="caller" name={call?.caller ?? h.caller} size="3rem" />
      </span>
      <div class="grow offer-text">
        <span class="offer-kind small">
          <Icon name="bell" /> {t(`offer.kind.${o.kind}`)}
        </span>
        <h2 id="offer-title">{callerLabel(call?.caller ?? h.caller)}</h2>
        <div class="row wrap">
          <Priority of={h.priority} />
          {mood && mood !== "calm" && (
            <Chip who="wait" icon="alert">
              {moodText(mood)}
            </Chip>
          )}
          <SLABadge row={{ id: h.call, handoff: h, asks: true, mine: false, since: 0 }} now={now} />
          {h.pendingAt !== undefined && <span class="small muted nums">{t("offer.waits", { time: clock(now - h.pendingAt) })}</span>}
          {wants.map((w) => (
            <span key={w.name} class="lang small">
              {w.name}
            </span>
          ))}
        </div>
        <p id="offer-why" class="offer-why" dir="auto">
          {[why, call?.brief?.matter ?? h.brief].filter(Boolean).join(". ")}
        </p>
      </div>
      <div class="offer-actions">
        <button type="button" class="btn human big" onClick={() => void model.accept()} disabled={model.accepting.value} aria-keyshortcuts="Alt+A" data-testid="accept">
          <Icon name="phone" /> {model.accepting.value ? t("offer.accepting") : t("offer.accept")} <kbd aria-hidden="true">A</kbd>
        </button>
        <button type="button" class="btn" onClick={() => void model.decline()} disabled={model.accepting.value} aria-keyshortcuts="Alt+D" data-testid="decline">
          {t("offer.decline")} <kbd aria-hidden="true">D</kbd>
        </button>
        <span class="small nums offer-left" role="timer" aria-live="off">
          {t("offer.left", { n: Math.ceil(left / 1000) })}
        </span>
      </div>
    </section>
  );
}
