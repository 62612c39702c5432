/** Logging in at the desk. The token is kept for this tab only. */
import { t } from "../shared/i18n.ts";

export interface DeskUser {
  identity: string;
  name: string;
  avatar?: string;
}

export interface DeskSession {
  token: string;
  user: DeskUser;
  wsUrl?: string;
}

const KEY = "relevo.desk";

export function storedSession(): DeskSession | null {
  try {
    const s = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as DeskSession | null;
    return s?.token && s.user ? s : null;
  } catch {
    return null;
  }
}

export function storeSession(s: DeskSession | null): void {
  try {
    if (s) sessionStorage.setItem(KEY, JSON.stringify(s));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage one logs in again after a reload.
  }
}

/** Logs in; throws an Error whose message is for people. */
export async function login(identity: string, password: string): Promise<DeskSession> {
  let r: Response;
  try {
    r = await fetch("/v1/desk/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ identity, password }),
    });
  } catch {
    throw new Error(t("error.unreachable"));
  }
  const body = (await r.json().catch(() => null)) as Record<string, unknown> | null;
  if (r.status === 401 || r.status === 403) throw new Error(t("login.wrong"));
  if (r.status === 429) throw new Error(t("login.tooOften"));
  const detail = body?.["detail"] ?? body?.["title"];
  if (!r.ok) throw new Error(typeof detail === "string" ? detail : t("error.status", { status: String(r.status) }));
  return readLogin(identity, body);
}

/** Takes the user from the body, nested or not. */
export function readLogin(identity: string, body: Record<string, unknown> | null): DeskSession {
  const token = body?.["token"];
  if (typeof token !== "string" || token === "") throw new Error(t("error.noToken"));
  const user = (typeof body?.["user"] === "object" && body["user"] !== null ? body["user"] : body) as Record<string, unknown>;
  const text = (k: string) => (typeof user[k] === "string" ? (user[k] as string) : undefined);
  return {
    token,
    user: { identity: text("identity") ?? identity, name: text("name") || identity, avatar: text("avatar") || undefined },
    wsUrl: typeof body?.["wsUrl"] === "string" ? body["wsUrl"] : undefined,
  };
}
