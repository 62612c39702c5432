import { Sheet } from "../shared/ui.tsx";
import type { ConsoleModel } from "./model.ts";
import { shortcuts } from "./shortcuts.ts";

export function HelpSheet({ model }: { model: ConsoleModel }) {
  return (
    <Sheet title="Keyboard shortcuts" onClose={() => (model.sheet.value = null)}>
      <dl class="keys">
        {shortcuts.map((s) => (
          <div key={s.command}>
            <dt>{s.text}</dt>
            <dd>
              {s.keys.map((k, i) => (
                <>
                  {i > 0 && <span class="small muted">{k.length > 1 || s.keys[0] === "Shift" || s.keys[0] === "Ctrl" ? " + " : " or "}</span>}
                  <kbd key={k}>{k}</kbd>
                </>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input type="checkbox" checked={model.prefs.value.keys} onChange={(e) => model.set({ keys: e.currentTarget.checked })} />
        Single keys act
      </label>
      <p class="small muted">Switch this off when keys are pressed by dictation or another tool.</p>
    </Sheet>
  );
}
