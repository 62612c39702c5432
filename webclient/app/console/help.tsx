import { t } from "../shared/i18n.ts";
import { Sheet } from "../shared/ui.tsx";
import type { ConsoleModel } from "./model.ts";
import { shortcuts } from "./shortcuts.ts";

export function HelpSheet({ model }: { model: ConsoleModel }) {
  return (
    <Sheet title={t("help.title")} onClose={() => (model.sheet.value = null)}>
      <dl class="keys">
        {shortcuts.map((s) => (
          <div key={s.command}>
            <dt>{t(`action.${s.command}`)}</dt>
            <dd>
              {s.keys.map((k, i) => (
                <>
                  {i > 0 && <span class="small muted">{k.length > 1 || s.keys[0] === "Shift" || s.keys[0] === "Ctrl" ? " + " : ` ${t("help.or")} `}</span>}
                  <kbd key={k}>{k}</kbd>
                </>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input type="checkbox" checked={model.prefs.value.keys} onChange={(e) => model.set({ keys: e.currentTarget.checked })} />
        {t("help.keys")}
      </label>
      <p class="small muted">{t("help.keys.what")}</p>
    </Sheet>
  );
}
