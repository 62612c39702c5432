/** Waiting for a person, and leaving a number when none can be had. Pure but for the one request. */
import type { Handoff } from "../../sdk/src/index.ts";

export type CallBackState = "none" | "sending" | "left";

export interface CallBackFields {
  phone: string;
  email: string;
  note: string;
}

/** What a request by REST needs. */
export interface Access {
  token: string;
  base: string;
}

/** Whether a notice says that the request is over. */
export function isOver(h: Handoff): boolean {
  return h.reply !== undefined || h.callBack === true || h.reason === "outOfHours" || h.reason === "expired" || h.reason === "full";
}

/** A wait as one says it: halves of a minute, then minutes. */
export function roughly(ms: number): number {
  const step = ms < 120_000 ? 30_000 : 60_000;
  return Math.max(step, Math.round(ms / step) * step);
}

/** Problems of a call-back form by field, as the server would find them. */
export function problems(c: CallBackFields): { phone?: string; email?: string; form?: string } {
  const out: { phone?: string; email?: string; form?: string } = {};
  const phone = c.phone.trim();
  const email = c.email.trim();
  const digits = phone.replace(/\D/g, "").length;
  if (phone && (!/^[\d+\-()/. ]+$/.test(phone) || digits < 5 || digits > 20 || phone.length > 40)) out.phone = "wait.badPhone";
  if (email && (!/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/.test(email) || email.length > 254)) out.email = "wait.badEmail";
  if (!phone && !email) out.form = "wait.either";
  return out;
}

/** Where the server's REST interface is. */
export function restBase(c: { url?: string; wsUrl?: string }): string {
  const here = typeof location === "undefined" ? "http://localhost/" : location.href;
  const u = new URL(c.wsUrl ?? c.url ?? "/", here);
  return `${u.protocol.replace(/^ws/, "http")}//${u.host}`;
}

export async function sendCallBack(a: Access, call: string, c: CallBackFields, send: typeof fetch = fetch): Promise<void> {
  const body = Object.fromEntries(Object.entries(c).map(([k, v]) => [k, v.trim()]).filter(([, v]) => v !== ""));
  const r = await send(`${a.base}/v1/calls/${encodeURIComponent(call)}/callback`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${a.token}`, "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify(body),
  });
  if (r.ok) return;
  const said = (await r.json().catch(() => null)) as { detail?: string; title?: string } | null;
  throw new Error(said?.detail ?? said?.title ?? String(r.status));
}
