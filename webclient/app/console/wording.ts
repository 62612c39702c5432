/** Words for states, events and errors at the desk. Pure. */
import { RpcError, type CallStateName, type CallSummary } from "../../sdk/src/index.ts";
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

/** Why a person is asked for. What is no reason of the server's own is the caller's or the app's words. */
export function reasonText(reason: string): string {
  const words: Record<string, string> = {
    asked: "Asked for a person",
    callerAsked: "Asked for a person",
    lowConfidence: "The AI did not know",
    modelRequested: "The AI wants a person",
    phrase: "A phrase to watch for was said",
    distress: "The caller is upset",
    notUnderstood: "The AI does not understand the caller",
    engineFailure: "The AI has technical trouble",
  };
  return Object.hasOwn(words, reason) ? words[reason]! : reason;
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
