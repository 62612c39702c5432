/** Who is the caller talking to, in words. Pure. */
import type { AgentStateName, CallState, Participant, Takeover } from "../../sdk/src/index.ts";

export interface Party {
  who: "agent" | "human";
  name: string;
  avatar?: string;
  role: string;
  /** What they are doing. */
  doing: string;
  activity: "listening" | "thinking" | "speaking" | "none";
}

export interface WhoInput {
  state: CallState;
  takeover: Takeover | null;
  holder?: Participant;
  agentState: AgentStateName;
  humanSpeaks: boolean;
}

const doing: Record<AgentStateName, string> = { listening: "Listening", thinking: "Thinking", speaking: "Speaking" };

export function party(i: WhoInput): Party {
  if (i.state.state === "human" || i.state.state === "returning") {
    const name = i.takeover?.name ?? (i.holder?.role === "human" ? i.holder.name : undefined) ?? "A colleague";
    const reVoiced = i.takeover?.mode === 0;
    return {
      who: "human",
      name,
      avatar: i.takeover?.avatar ?? (i.holder?.role === "human" ? i.holder.avatar : undefined),
      role: reVoiced ? "Human agent, in the assistant’s voice" : "Human agent",
      doing: i.state.state === "returning" ? "Handing back to the assistant" : i.humanSpeaks ? "Speaking" : "Listening",
      activity: i.humanSpeaks ? "speaking" : "listening",
    };
  }
  const given = i.holder?.role === "agent" ? i.holder.name : undefined;
  const name = given && given !== "AI assistant" ? given : "Assistant"; // the chip below says AI already
  return {
    who: "agent",
    name,
    avatar: i.holder?.role === "agent" ? i.holder.avatar : undefined,
    role: "AI assistant",
    doing: doing[i.agentState],
    activity: i.agentState,
  };
}

/** What is said of an event in the caller's conversation; null: nothing. */
export function callerEventText(event: string | undefined, name?: string): string | null {
  switch (event) {
    case "request":
      return "You asked for a person";
    case "willStart":
      return name ? `${name} is joining` : "A person is joining";
    case "human":
      return name ? `You are talking to ${name}` : "You are talking to a person";
    case "failed":
      return "The person could not join";
    case "lost":
      return "The person lost the connection";
    case "ai":
      return "You are talking to the AI assistant again";
    default:
      return null;
  }
}
