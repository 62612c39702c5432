/** Words for states, events and errors at the desk. Pure. */
import { RpcError, type CallStateName, type CallSummary, type Mood } from "../../sdk/src/index.ts";
import { t, tOr } from "../shared/i18n.ts";
import type { IconName } from "../shared/icons.tsx";
import type { Who } from "../shared/ui.tsx";

const looks: Record<CallStateName, { who: Who; icon: IconName }> = {
  ai: { who: "agent", icon: "spark" },
  pending: { who: "wait", icon: "bell" },
  willStart: { who: "human", icon: "takeover" },
  human: { who: "human", icon: "person" },
  returning: { who: "agent", icon: "handback" },
  ended: { who: "caller", icon: "check" },
};

export function stateText(s: CallStateName): { text: string; who: Who; icon: IconName } {
  return { text: t(`state.${s}`), ...looks[s] };
}

/** What to call a caller. One who gave no name is told apart by the end of their identity. */
export function callerLabel(name: string | undefined, identity = name ?? ""): string {
  const made = /^caller-[a-z0-9]{8,}$/;
  if (name && !made.test(name)) return name;
  return made.test(identity) ? t("who.callerEnd", { end: identity.slice(-4).toUpperCase() }) : t("who.caller");
}

export function summaryState(c: CallSummary): string {
  if (c.state === "human" && c.human) return t("state.with", { name: c.human });
  if (c.state === "willStart" && c.human) return t("state.taking", { name: c.human });
  return stateText(c.state).text;
}

/** Events of a call's log that are told; the others are not worth a line. */
const told = new Set(["request", "cancel", "willStart", "human", "failed", "lost", "returning", "ai", "ended", "handedOver", "transferred", "engineFailed", "speaksTo"]);

export function deskEventText(event: string | undefined, name?: string): string | null {
  const e = event === "handover" ? "handedOver" : (event ?? "");
  return told.has(e) ? t(`deskEvent.${e}`, { name: name ?? t("who.person") }) : null;
}

/** Words around what the AI has for the human. */
export const assistText = {
  copy: (what: string) => t("assist.copy", { what }),
  use: (n: number) => t("assist.use", { n }),
  from: (sources: string) => t("assist.from", { sources }),
  announce: (first: string, more: number) => (more > 0 ? t("assist.announceMore", { first, n: more }) : t("assist.announce", { first })),
};

export function factLabel(kind: string): string {
  return tOr(`fact.${kind}`, kind);
}

export function moodText(m: Mood): string {
  return t(`mood.${m}`);
}

/** Why a person is asked for. What is no reason of the server's own is the caller's, the app's or a model's words. */
export function reasonText(reason: string | undefined): string | null {
  if (!reason) return null;
  const code = ["asked", "asked in the page", "asked in speech"].includes(reason) ? "callerAsked" : reason;
  return tOr(`why.${code}`, reason);
}

/** What has come up in a call that one gave back and watches. */
export function troubleText(reason: string): string {
  return tOr(`trouble.${reason || "other"}`, reason);
}

/** "returns.md#refunds" as "returns, refunds". */
export function sourceText(source: string): string {
  return source
    .replace(/\.md\b/, "")
    .split(/[#/]/)
    .join(", ")
    .replaceAll(/[-_]/g, " ");
}

/** Why a takeover did not work. A 409 names who was first. */
export function takeoverProblem(error: Error, holder?: string): string {
  if (error instanceof RpcError && error.kind === "conflict") {
    const d = error.data as { name?: string; human?: string; holder?: string } | undefined;
    const name = d?.name ?? d?.human ?? d?.holder ?? holder;
    return name ? t("claim.taken", { name }) : error.message;
  }
  if (error instanceof RpcError && error.kind === "gone") return t("call.ended");
  return error.message;
}
