/** The way between the console's pages. */
import { t } from "../../shared/i18n.ts";
import { Icon, type IconName } from "../../shared/icons.tsx";
import { mayOpen, PAGES, route, type PageName } from "./route.ts";
import type { Role } from "./types.ts";

const ICONS: Record<PageName, IconName> = { inbox: "phone", wallboard: "board", reports: "chart", people: "people", settings: "settings", audit: "scroll", profile: "person" };

export function Rail({ role }: { role: Role }) {
  const here = route.value.page;
  return (
    <nav class="rail" aria-label={t("nav.pages")}>
      {(Object.keys(PAGES) as PageName[])
        .filter((p) => mayOpen(p, role))
        .map((p) => (
          <a key={p} href={p === "inbox" ? "#/" : `#/${p}`} aria-current={p === here ? "page" : undefined} data-page={p}>
            <Icon name={ICONS[p]} />
            <span>{t(`nav.${p}`)}</span>
          </a>
        ))}
    </nav>
  );
}
