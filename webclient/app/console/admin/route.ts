/** Where in the console one is: #/reports. */
import { signal } from "@preact/signals-core";
import { atLeast, type Role } from "./types.ts";

export const PAGES = {
  inbox: "agent",
  wallboard: "agent",
  reports: "supervisor",
  people: "supervisor",
  settings: "agent",
  audit: "admin",
  profile: "agent",
} as const satisfies Record<string, Role>;
export type PageName = keyof typeof PAGES;

export interface Route {
  page: PageName;
  /** The part of the page: #/settings/hours. */
  part: string;
}

export function parseRoute(hash: string): Route {
  const [page = "", part = ""] = hash.replace(/^#\/?/, "").split("/");
  return Object.hasOwn(PAGES, page) ? { page: page as PageName, part: decoded(part) } : { page: "inbox", part: "" };
}

/** Anybody may write anything into an address. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

export const mayOpen = (page: PageName, role: Role): boolean => atLeast(role, PAGES[page]);

export const route = signal<Route>(parseRoute(globalThis.location?.hash ?? ""));

globalThis.addEventListener?.("hashchange", () => (route.value = parseRoute(location.hash)));

export function go(page: PageName, part = ""): void {
  location.hash = page === "inbox" ? "/" : `/${page}${part ? `/${part}` : ""}`;
}
