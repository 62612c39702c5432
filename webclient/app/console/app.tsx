import "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { hostOf } from "./admin/consolehost.ts";
import { Shell } from "./admin/shell.tsx";
import { LiveRegion } from "../shared/ui.tsx";
import { CallPane } from "./callpane.tsx";
import { CallsPane } from "./callspane.tsx";
import { HelpSheet } from "./help.tsx";
import { LoginView } from "./login.tsx";
import { MODE_AGENT_VOICE, MODE_OWN_VOICE } from "./deskcall.ts";
import type { ConsoleModel } from "./model.ts";
import { command } from "./shortcuts.ts";

export function ConsoleApp({ model }: { model: ConsoleModel }) {
  useKeys(model);
  return (
    <>
      <LiveRegion announcer={model.announcer} />
      {model.session.value === null ? (
        <LoginView model={model} />
      ) : (
        <Desk model={model} />
      )}
      {model.help.value && <HelpSheet model={model} />}
    </>
  );
}

function Desk({ model }: { model: ConsoleModel }) {
  const host = useMemo(() => hostOf(model), []);
  return (
    <Shell host={host}>
      <main class="console" data-open={model.open.value !== null}>
        <h1 class="sr-only">Agent console</h1>
        <CallsPane model={model} />
        <CallPane model={model} />
      </main>
    </Shell>
  );
}

function useKeys(model: ConsoleModel): void {
  useEffect(() => {
    const listen = (e: KeyboardEvent) => {
      if (model.session.value === null || document.querySelector("dialog[open]")) return;
      const t = e.target as HTMLElement;
      const inField = t.matches("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
      if (inField && e.key === "Escape") return t.blur();
      const c = command(e, inField, t.closest("[data-call-list]") !== null);
      if (!c || (!model.prefs.value.keys && c !== "next" && c !== "previous")) return;
      e.preventDefault();
      run(model, c);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [model]);
}

function run(model: ConsoleModel, c: NonNullable<ReturnType<typeof command>>): void {
  const desk = model.open.value;
  switch (c) {
    case "help":
      model.help.value = true;
      return;
    case "next":
    case "previous":
      model.move(c === "next" ? 1 : -1);
      queueMicrotask(() => document.querySelector<HTMLElement>(`[data-call="${CSS.escape(model.marked.value ?? "")}"]`)?.focus());
      return;
    case "takeover":
      return void desk?.takeOver(MODE_OWN_VOICE);
    case "takeoverAgentVoice":
      return void desk?.takeOver(MODE_AGENT_VOICE);
    case "handback":
      if (desk?.place.value === "holding") void desk.handBack();
      return;
    case "mute":
      if (desk?.microphone.value) desk.toggleMute();
      return;
    case "type":
      document.querySelector<HTMLElement>("[data-testid=composer]")?.focus();
      return;
    case "use1":
    case "use2":
    case "use3":
      if (desk?.useReply(Number(c.at(-1)) - 1)) document.querySelector<HTMLElement>("[data-testid=composer]")?.focus();
      return;
    case "sound":
      model.set({ sound: !model.prefs.value.sound });
      model.announcer.say(model.prefs.value.sound ? "Sound on." : "Sound off.");
      return;
    case "close":
      // Whoever has the floor does not drop a caller with a stray key.
      if (desk && desk.place.value !== "holding" && desk.place.value !== "connecting") void model.closeCall();
  }
}
