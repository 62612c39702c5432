/** The pages beside the inbox. A file of its own, fetched when one of them is opened first. */
import "@preact/signals";
import { useEffect } from "preact/hooks";
import "./admin.css";
import "./tables.css";
import "./wallboard.css";
import "./hours.css";
import "./records.css";
import { AuditPage } from "./audit.tsx";
import type { AdminHost } from "./host.ts";
import { PeoplePage } from "./people.tsx";
import { ProfilePage } from "./profile.tsx";
import { ReportsPage } from "./reports.tsx";
import { mayOpen, type Route } from "./route.ts";
import { SettingsPage } from "./settings.tsx";
import { WallboardPage } from "./wallboard.tsx";
import { t } from "../../shared/i18n.ts";
import { Page } from "./parts.tsx";

export function AdminPages({ host, route }: { host: AdminHost; route: Route }) {
  useEffect(() => {
    // A new page: the keyboard's place is at its top.
    document.querySelector<HTMLElement>("[data-page-title]")?.focus({ preventScroll: true });
  }, [route.page]);
  return (
    <main class="admin" key={route.page}>
      {mayOpen(route.page, host.role.value) ? <Body host={host} route={route} /> : <Page title={t("admin.noAccess")} lead={t("admin.noAccessLead")} children={null} />}
    </main>
  );
}

function Body({ host, route }: { host: AdminHost; route: Route }) {
  switch (route.page) {
    case "wallboard":
      return <WallboardPage host={host} />;
    case "reports":
      return <ReportsPage host={host} />;
    case "people":
      return <PeoplePage host={host} />;
    case "settings":
      return <SettingsPage host={host} part={route.part} />;
    case "audit":
      return <AuditPage host={host} />;
    case "profile":
      return <ProfilePage host={host} />;
    default:
      return null;
  }
}
