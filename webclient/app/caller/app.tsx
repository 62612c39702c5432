import { useEffect } from "preact/hooks";
import "@preact/signals";
import { LiveRegion } from "../shared/ui.tsx";
import { EndedView } from "./ended.tsx";
import { InCallView } from "./incall.tsx";
import type { CallerModel } from "./model.ts";
import { CheckView } from "./precall.tsx";

export function CallerApp({ model }: { model: CallerModel }) {
  const phase = model.phase.value;
  useEffect(() => {
    // A new screen: the keyboard's place is at its top.
    document.querySelector<HTMLElement>("[data-autofocus]")?.focus({ preventScroll: true });
  }, [phase]);
  return (
    <>
      <LiveRegion announcer={model.announcer} />
      {phase === "call" ? <InCallView model={model} /> : phase === "ended" ? <EndedView model={model} /> : <CheckView model={model} />}
    </>
  );
}
