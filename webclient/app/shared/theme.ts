/** Light, dark, or as the system. theme.js applies the choice before the first paint. */
import { signal } from "@preact/signals-core";

export type Theme = "auto" | "light" | "dark";

const KEY = "relevo.theme";

function stored(): Theme {
  try {
    const t = localStorage.getItem(KEY);
    return t === "light" || t === "dark" ? t : "auto";
  } catch {
    return "auto";
  }
}

export const theme = signal<Theme>(typeof localStorage === "undefined" ? "auto" : stored());

export function nextTheme(): void {
  const t: Theme = theme.value === "auto" ? "light" : theme.value === "light" ? "dark" : "auto";
  theme.value = t;
  const root = document.documentElement;
  if (t === "auto") delete root.dataset["theme"];
  else root.dataset["theme"] = t;
  try {
    if (t === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, t);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
