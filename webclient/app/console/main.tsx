import { effect } from "@preact/signals-core";
import { render } from "preact";
import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/transcript.css";
import "./console.css";
import "./call.css";
import "./dock.css";
import "./side.css";
import "./admin/rail.css";
import { startLanguage, t } from "../shared/i18n.ts";
import { chime } from "../shared/levels.ts";
import { ConsoleApp } from "./app.tsx";
import "./inbox.css";
import "./offer.css";
import "./wrapup.css";
import { ConsoleModel } from "./model.ts";
import { systemNotification } from "./notify.ts";

const model = new ConsoleModel({ notify: { chime, show: systemNotification } });

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
const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
effect(() => {
  const n = model.waiting.value.length;
  const badge = model.prefs.value.badge;
  const rings = model.offer.value !== null;
  document.title = `${badge && rings ? "☎ " : ""}${badge && n > 0 ? `(${n}) ` : ""}${t("console.tab")}`;
  if (icon) icon.href = badge && (rings || n > 0) ? "/favicon-alert.svg" : "/favicon.svg";
});

await startLanguage();
render(<ConsoleApp model={model} />, document.getElementById("app")!);
model.start();
