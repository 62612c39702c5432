import { effect } from "@preact/signals-core";
import { render } from "preact";
import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/transcript.css";
import "./console.css";
import "./call.css";
import "./admin/rail.css";
import { startLanguage } from "../shared/i18n.ts";
import { chime } from "../shared/levels.ts";
import { ConsoleApp } from "./app.tsx";
import { ConsoleModel } from "./model.ts";

const model = new ConsoleModel({ chime });

// A handle for end-to-end tests and for support.
Object.defineProperty(window, "relevo", {
  value: {
    model,
    get call() {
      return model.open.value?.call ?? null;
    },
    events: model.events,
  },
});

// The badge: how many wait, where one sees it from another tab.
effect(() => {
  const n = model.waiting.value.length;
  document.title = `${n > 0 ? `(${n}) ` : ""}Console · Relevo`;
});

await startLanguage();
render(<ConsoleApp model={model} />, document.getElementById("app")!);
model.start();
