/** The frame of the console: the way between pages, and the page that is open. The inbox stays as it is behind them. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../shared/i18n.ts";
import type { AdminPages } from "./app.tsx";
import type { AdminHost } from "./host.ts";
import { Rail } from "./rail.tsx";
import { route } from "./route.ts";

export function Shell({ host, children }: { host: AdminHost; children: ComponentChildren }) {
  const here = route.value;
  const [Pages, set] = useState<{ view: typeof AdminPages } | null>(null);
  const [failed, setFailed] = useState(false);
  const inbox = here.page === "inbox";
  useEffect(() => {
    if (inbox || Pages) return;
    import("./app.tsx").then(
      (m) => set({ view: m.AdminPages }),
      () => setFailed(true),
    );
  }, [inbox]);
  return (
    <div class="shell">
      <Rail role={host.role.value} />
      {inbox ? children : Pages ? <Pages.view host={host} route={here} /> : <main class="admin">{<p class="page muted">{t(failed ? "error.unreachable" : "admin.loading")}</p>}</main>}
    </div>
  );
}
