/**
 * Where the caller page gets its place in a call, in this order: window.relevoConfig,
 * the address's fragment (#token=…&ws=…), a message of the embedding page, or
 * a new demo call from the server. Never the query: it ends up in logs. Only the
 * caller's e-mail address may be there too, as ?email=.
 */
import type { IceServer } from "../../sdk/src/index.ts";
import { t } from "../shared/i18n.ts";

export interface CallerConfig {
  token: string;
  wsUrl?: string;
  url?: string;
  iceServers?: IceServer[];
  title?: string;
  /** Where the caller can be written to. */
  email?: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** A token in the query is refused: it is in the server's and every proxy's log by now. */
export function refuseQueryToken(search: string): void {
  if (new URLSearchParams(search).has("token")) {
    throw new ConfigError(t("caller.config.unsafe"));
  }
}

/** Reads #token=…&ws=…; null when there is no token in it. */
export function fromFragment(hash: string): CallerConfig | null {
  const p = new URLSearchParams(hash.replace(/^#/, ""));
  const token = p.get("token");
  if (!token) return null;
  const ws = p.get("ws") ?? undefined;
  return ws ? { token, wsUrl: ws } : { token, url: "/" };
}

/** The address in ?email= or #email=; what cannot be one is none. */
export function emailOf(search: string, hash: string): string | undefined {
  const email = new URLSearchParams(hash.replace(/^#/, "")).get("email") ?? new URLSearchParams(search).get("email");
  return plainEmail(email?.trim());
}

function plainEmail(text: string | undefined): string | undefined {
  return text && text.length <= 254 && /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+\.[^\s@<>"(),:;[\]\\.]+$/.test(text) ? text : undefined;
}

/** Takes what somebody else made for a configuration; null when it is none. */
export function fromObject(value: unknown): CallerConfig | null {
  if (typeof value !== "object" || value === null) return null;
  const v = value as Record<string, unknown>;
  if (typeof v["token"] !== "string" || v["token"] === "") return null;
  const text = (k: string) => (typeof v[k] === "string" ? (v[k] as string) : undefined);
  const wsUrl = text("wsUrl");
  return {
    token: v["token"],
    wsUrl,
    url: wsUrl ? undefined : (text("url") ?? "/"),
    iceServers: Array.isArray(v["iceServers"]) ? (v["iceServers"] as IceServer[]) : undefined,
    title: text("title"),
    email: plainEmail(text("email")),
  };
}

/** Finds the configuration; without any, makes a demo call. */
export async function findConfig(w: Window & { relevoConfig?: unknown }): Promise<CallerConfig> {
  refuseQueryToken(w.location.search);
  const email = emailOf(w.location.search, w.location.hash);
  const config = await find(w);
  return config.email || !email ? config : { ...config, email };
}

async function find(w: Window & { relevoConfig?: unknown }): Promise<CallerConfig> {
  const given = fromObject(w.relevoConfig);
  if (given) return given;
  const fragment = fromFragment(w.location.hash);
  if (fragment) {
    w.history.replaceState(null, "", w.location.pathname + w.location.search); // not to be bookmarked or shared
    return fragment;
  }
  if (w.parent !== w) {
    const config = await fromParent(w);
    if (config) return config;
  }
  const link = /^\/try\/([A-Za-z0-9_-]{1,64})\/?$/.exec(w.location.pathname)?.[1];
  return link ? newCall(`/v1/public/${link}/calls`) : newCall("/v1/demo/calls");
}

/** Asks the embedding page, and nobody else, for a configuration. */
function fromParent(w: Window): Promise<CallerConfig | null> {
  return new Promise((resolve) => {
    const done = (config: CallerConfig | null) => {
      w.removeEventListener("message", listen);
      clearTimeout(timer);
      resolve(config);
    };
    const listen = (e: MessageEvent) => {
      if (e.source !== w.parent || (e.data as { type?: string } | null)?.type !== "relevo:config") return;
      const config = fromObject(e.data);
      if (config) done(config);
    };
    const timer = setTimeout(() => done(null), 2_000);
    w.addEventListener("message", listen);
    w.parent.postMessage({ type: "relevo:ready" }, "*"); // says nothing but that we listen
  });
}

async function newCall(path: string): Promise<CallerConfig> {
  let r: Response;
  try {
    r = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
  } catch {
    throw new ConfigError(t("error.unreachable"));
  }
  if (r.status === 404 && path === "/v1/demo/calls") throw new ConfigError(t("caller.config.noDemo"));
  const body: unknown = await r.json().catch(() => null);
  const problem = body as { detail?: string; title?: string } | null;
  if (!r.ok) throw new ConfigError(problem?.detail ?? problem?.title ?? t("error.status", { status: String(r.status) }));
  const config = fromObject(body);
  if (!config) throw new ConfigError(t("error.noToken"));
  return config;
}
