import { effect } from "@preact/signals-core";
import { render } from "preact";
import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/transcript.css";
import "./caller.css";
import "./incall.css";
import { CallerApp } from "./app.tsx";
import { findConfig } from "./config.ts";
import { CallerModel } from "./model.ts";
import { startLanguage, t } from "../shared/i18n.ts";

const model = new CallerModel({ config: () => findConfig(window) });

// A handle for end-to-end tests and for support.
Object.defineProperty(window, "relevo", {
  value: {
    model,
    get call() {
      return model.call;
    },
    events: model.events,
  },
});

await startLanguage();
effect(() => {
  document.title = t("caller.title");
});
render(<CallerApp model={model} />, document.getElementById("app")!);
void model.start();
