/** Who is the caller talking to, in words. Pure. */
import type { AgentStateName, CallState, Participant, Takeover } from "../../sdk/src/index.ts";
import { t } from "../shared/i18n.ts";

/** What the server calls an AI that was given no name. Not words of the page. */
const SERVER_NAME = ["AI", "assistant"].join(" ");

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

export function party(i: WhoInput): Party {
  if (i.state.state === "human" || i.state.state === "returning") {
    const name = i.takeover?.name ?? (i.holder?.role === "human" ? i.holder.name : undefined) ?? t("caller.party.colleague");
    const reVoiced = i.takeover?.mode === 0;
    return {
      who: "human",
      name,
      avatar: i.takeover?.avatar ?? (i.holder?.role === "human" ? i.holder.avatar : undefined),
      role: t(reVoiced ? "caller.party.reVoiced" : "role.human"),
      doing: t(i.state.state === "returning" ? "caller.doing.handingBack" : i.humanSpeaks ? "caller.doing.speaking" : "caller.doing.listening"),
      activity: i.humanSpeaks ? "speaking" : "listening",
    };
  }
  const given = i.holder?.role === "agent" ? i.holder.name : undefined;
  const name = given && given !== SERVER_NAME ? given : t("caller.party.assistant"); // the chip below says AI already
  return {
    who: "agent",
    name,
    avatar: i.holder?.role === "agent" ? i.holder.avatar : undefined,
    role: t("role.agent"),
    doing: t(`caller.doing.${i.agentState}`),
    activity: i.agentState,
  };
}

/** What is said of an event in the caller's conversation; null: nothing. */
export function callerEventText(event: string | undefined, name?: string): string | null {
  switch (event) {
    case "request":
      return t("caller.event.request");
    case "willStart":
      return name ? t("caller.event.willStart", { name }) : t("caller.event.willStartUnnamed");
    case "human":
      return name ? t("caller.event.human", { name }) : t("caller.event.humanUnnamed");
    case "failed":
      return t("caller.event.failed");
    case "lost":
      return t("caller.event.lost");
    case "ai":
      return t("caller.event.ai");
    default:
      return null;
  }
}
