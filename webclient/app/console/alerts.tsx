/** Deadlines at risk and breached, in sight on every page until somebody has seen them. */
import { t } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import { go } from "./admin/route.ts";
import type { ConsoleModel } from "./model.ts";

export function Alerts({ model }: { model: ConsoleModel }) {
  const { attention } = model;
  if (attention.alerts.value.length === 0) return null;
  return (
    <section class="alerts" aria-label={t("sla.title")} data-testid="alerts">
      {attention.alerts.value.map((a) => (
        <div key={a.key} class="alert-card" data-kind={a.kind}>
          <Icon name={a.kind === "breached" ? "alert" : "bell"} />
          <span class="grow small">{a.text}</span>
          <button
            type="button"
            class="btn compact"
            onClick={() => {
              attention.dismiss(a.key);
              go("inbox");
              void model.openCall(a.call);
            }}
          >
            {t("sla.open")}
          </button>
          <button type="button" class="btn quiet iconic compact" aria-label={t("dismiss")} onClick={() => attention.dismiss(a.key)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </section>
  );
}
