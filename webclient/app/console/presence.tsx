/** What one is at the desk, and the way to change it. */
import { clock } from "../shared/format.ts";
import { t } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import { useNow } from "./callspane.tsx";
import type { ConsoleModel } from "./model.ts";
import { hint } from "./shortcuts.ts";

export const AWAY = ["break", "lunch", "meeting", "training"] as const;

export function PresenceBar({ model }: { model: ConsoleModel }) {
  const me = model.me.value;
  const now = useNow();
  if (!me) return null;
  const p = me.presence;
  const chosen = p === "away" ? `away:${AWAY.includes(me.why as never) ? me.why : ""}` : p === "offline" ? "offline" : "available";
  const text = p === "wrapUp" && me.wrapUpAt ? t("presence.wrapUpFor", { time: clock(me.wrapUpAt - now) }) : p === "away" && me.why ? t("presence.awayFor", { why: awayWhy(me.why) }) : t(`presence.${p}`);
  // For who hears it: without the clock, which runs.
  const spoken = p === "wrapUp" ? t("presence.wrapUp") : text;
  const change = (v: string) => {
    const [what, why] = v.split(":") as ["available" | "away" | "offline", string | undefined];
    void model.setPresence(what, why || undefined);
  };
  return (
    <div class="presence" data-presence={p} data-testid="presence">
      {/* All of it is the choice: the browser's own list opens wherever it is pressed. */}
      <label class="grow presence-choice">
        <i class="presence-mark" aria-hidden="true" />
        <span class="grow presence-text" aria-hidden="true">
          <b>{text}</b>
          <span class="small muted nums" data-testid="load">
            {t("presence.load", { n: me.load, of: me.capacity })}
          </span>
        </span>
        <i class="chevron" aria-hidden="true" />
        <select aria-label={t("presence.change", { presence: spoken, load: t("presence.load", { n: me.load, of: me.capacity }) })} value={chosen} onChange={(e) => change(e.currentTarget.value)} data-testid="presence-select">
          <option value="available">{t("presence.available")}</option>
          <option value="away:">{t("presence.away")}</option>
          {AWAY.map((w) => (
            <option key={w} value={`away:${w}`}>
              {t("presence.awayFor", { why: t(`away.${w}`) })}
            </option>
          ))}
          <option value="offline">{t("presence.offline")}</option>
        </select>
      </label>
      <button type="button" class="btn compact" disabled={!model.waiting.value.some((r) => r.handoff)} onClick={() => void model.takeNext()} data-testid="take-next" title={hint(t("action.takeNext"), "N")}>
        <Icon name="takeover" flip /> {t("inbox.next")}
      </button>
    </div>
  );
}

function awayWhy(why: string): string {
  return AWAY.includes(why as never) || why === "missed" ? t(`away.${why}`) : why;
}
