/** Words for states, events and errors at the desk. Pure. */
import { RpcError, type CallStateName, type CallSummary, type Mood } from "../../sdk/src/index.ts";
import type { IconName } from "../shared/icons.tsx";
import type { Who } from "../shared/ui.tsx";

export function stateText(s: CallStateName): { text: string; who: Who; icon: IconName } {
  switch (s) {
    case "ai":
      return { text: "With the AI", who: "agent", icon: "spark" };
    case "pending":
      return { text: "Wants a person", who: "wait", icon: "bell" };
    case "willStart":
      return { text: "Being taken over", who: "human", icon: "takeover" };
    case "human":
      return { text: "With a person", who: "human", icon: "person" };
    case "returning":
      return { text: "Going back to the AI", who: "agent", icon: "handback" };
    case "ended":
      return { text: "Ended", who: "caller", icon: "check" };
  }
}

/** What to call a caller. One who gave no name is told apart by the end of their identity. */
export function callerLabel(name: string | undefined, identity = name ?? ""): string {
  const made = /^caller-[a-z0-9]{8,}$/;
  if (name && !made.test(name)) return name;
  return made.test(identity) ? `Caller ${identity.slice(-4).toUpperCase()}` : "Caller";
}

export function summaryState(c: CallSummary): string {
  if (c.state === "human" && c.human) return `With ${c.human}`;
  if (c.state === "willStart" && c.human) return `${c.human} is taking over`;
  return stateText(c.state).text;
}

export function deskEventText(event: string | undefined, name?: string): string | null {
  switch (event) {
    case "request":
      return "The caller asks for a person";
    case "cancel":
      return "The caller no longer waits";
    case "willStart":
      return `${name ?? "A person"} is taking over`;
    case "human":
      return `${name ?? "A person"} has the call`;
    case "failed":
      return "The takeover failed";
    case "lost":
      return `${name ?? "The person"} lost the connection`;
    case "returning":
      return "Going back to the AI";
    case "ai":
      return "The AI has the call";
    case "ended":
      return "The call has ended";
    case "joined":
    case "left":
    default:
      return null;
  }
}

/** Words around what the AI has for the human. */
export const assistText = {
  brief: "Before you take over",
  soFar: "So far",
  matter: "Matter",
  tried: "Tried",
  open: "Open",
  unspoken: "The AI was about to say:",
  facts: "What the caller gave",
  confirmed: "confirmed",
  unsure: "not sure",
  copied: "Copied",
  suggests: "The AI suggests",
  dismiss: "Dismiss the suggestions",
  watch: "Warn me if it goes wrong",
  watching: "You watch this call",
  copy: (what: string) => `Copy: ${what}`,
  use: (n: number) => `Put it into the message box (${n})`,
  from: (sources: string) => `From ${sources}`,
  announce: (first: string, more: number) => `The AI suggests: ${first}${more > 0 ? ` And ${more} more.` : ""}`,
};

export function factLabel(kind: string): string {
  switch (kind) {
    case "name":
      return "Name";
    case "email":
      return "E-mail";
    case "phone":
      return "Phone";
    case "order":
      return "Order number";
    case "tracking":
      return "Tracking number";
    case "invoice":
      return "Invoice number";
    case "customer":
      return "Customer number";
    case "case":
      return "Case number";
    default:
      return kind;
  }
}

export function moodText(m: Mood): string {
  return m === "upset" ? "Upset" : m === "tense" ? "Tense" : "Calm";
}

/** Why a person is asked for. What is no reason of the server's own is the caller's, the app's or a model's words. */
export function reasonText(reason: string | undefined): string | null {
  if (!reason) return null;
  const words: Record<string, string> = {
    asked: "The caller asked for a person",
    "asked in the page": "The caller asked for a person",
    "asked in speech": "The caller asked for a person",
    callerAsked: "The caller asked for a person",
    callerAgreed: "The caller agreed to talk to a person",
    lowConfidence: "The AI did not know",
    modelRequested: "The AI wants a person",
    phrase: "A phrase to watch for was said",
    distress: "The caller is upset",
    notUnderstood: "The AI does not understand the caller",
    engineFailure: "The AI has technical trouble",
  };
  return Object.hasOwn(words, reason) ? words[reason]! : reason;
}

/** What has come up in a call that one gave back and watches. */
export function troubleText(reason: string): string {
  switch (reason) {
    case "upset":
      return "The caller is upset";
    case "repeats":
      return "The caller has to repeat themselves";
    case "request":
      return "The caller asks for a person again";
    default:
      return reason || "Trouble again";
  }
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
    return name ? `${name} already has this call.` : error.message;
  }
  if (error instanceof RpcError && error.kind === "gone") return "The call has ended.";
  return error.message;
}
