import { render } from "preact";
import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/transcript.css";
import "./caller.css";
import "./incall.css";
import { CallerApp } from "./app.tsx";
import { findConfig } from "./config.ts";
import { CallerModel } from "./model.ts";

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

render(<CallerApp model={model} />, document.getElementById("app")!);
void model.start();
