import "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { hostOf } from "./admin/consolehost.ts";
import { Shell } from "./admin/shell.tsx";
import { LiveRegion } from "../shared/ui.tsx";
import { CallPane } from "./callpane.tsx";
import { CallsPane } from "./callspane.tsx";
import { HelpSheet } from "./help.tsx";
import { LoginView } from "./login.tsx";
import { Alerts } from "./alerts.tsx";
import { actions } from "./actions.ts";
import { t } from "../shared/i18n.ts";
import { MODE_AGENT_VOICE, MODE_OWN_VOICE } from "./deskcall.ts";
import type { ConsoleModel } from "./model.ts";
import { OfferCard } from "./offercard.tsx";
import { Sheets } from "./sheets.tsx";
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
      {model.sheet.value === "help" && <HelpSheet model={model} />}
      {model.session.value && <Sheets model={model} />}
    </>
  );
}

function Desk({ model }: { model: ConsoleModel }) {
  const host = useMemo(() => hostOf(model), []);
  return (
    <>
      <OfferCard model={model} />
      <Alerts model={model} />
      <Shell host={host}>
        <main class="console" data-open={model.open.value !== null}>
          <h1 class="sr-only">{t("console.title")}</h1>
          <CallsPane model={model} />
          <CallPane model={model} />
        </main>
      </Shell>
    </>
  );
}

function useKeys(model: ConsoleModel): void {
  useEffect(() => {
    const seen = () => model.notifier.seen();
    for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, seen);
    const listen = (e: KeyboardEvent) => {
      if (model.session.value === null || document.querySelector("dialog[open]")) return;
      const at = e.target as HTMLElement;
      const inField = at.matches("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
      if (inField && e.key === "Escape") return at.blur();
      const c = command(e, inField, at.closest("[data-call-list]") !== null);
      if (!c || (!model.prefs.value.keys && !["next", "previous", "palette"].includes(c) && !e.altKey)) return;
      e.preventDefault();
      run(model, c);
    };
    document.addEventListener("keydown", listen);
    return () => {
      for (const event of ["pointerdown", "keydown"]) document.removeEventListener(event, seen);
      document.removeEventListener("keydown", listen);
    };
  }, [model]);
}

function run(model: ConsoleModel, c: NonNullable<ReturnType<typeof command>>): void {
  const desk = model.open.value;
  switch (c) {
    case "help":
    case "palette":
      model.sheet.value = c;
      return;
    case "accept":
    case "decline":
    case "takeNext":
    case "consult":
    case "transfer":
    case "whisper":
    case "search":
    case "jump":
      return actions(model).find((a) => a.id === c)?.run();
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
      model.announcer.say(t(model.prefs.value.sound ? "sound.on" : "sound.off"));
      return;
    case "close":
      // Whoever has the floor does not drop a caller with a stray key.
      if (desk && desk.place.value !== "holding" && desk.place.value !== "connecting") void model.closeCall();
  }
}
