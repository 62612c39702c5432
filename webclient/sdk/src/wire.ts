/**
 * The protocol relevo.v1 as TypeScript types: twins of the Go package
 * signaling/wire, name for name. Nothing here does anything.
 */

import type { DeskNotifications, DeskRequests } from "./deskwire.ts";

export const SUBPROTOCOL = "relevo.v1";
/** Label of the data channel, which the client creates in its offer. */
export const CHANNEL_LABEL = "relevo";

export type Role = "caller" | "agent" | "human" | "observer";
export type Source = "microphone" | "camera" | "screen";
export type CallStateName = "ai" | "pending" | "willStart" | "human" | "returning" | "ended";

/** 1: the human is heard in their own voice. 0: in the AI agent's voice. */
export type TakeoverMode = 0 | 1;
export const MODE_AGENT_VOICE: TakeoverMode = 0;
export const MODE_OWN_VOICE: TakeoverMode = 1;

export interface Participant {
  id: string;
  identity: string;
  role: Role;
  name?: string;
  avatar?: string;
}

export interface CallInfo {
  id: string;
  state: CallStateName;
  epoch: number;
  /** Participant id of who has the floor. */
  holder?: string;
  createdAt: number;
}

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface Subscription {
  id: string;
  audio: boolean;
  video: boolean;
  transcripts: boolean;
}

export interface Subscribe {
  mode: "all" | "none" | "some";
  participants?: Subscription[];
}

export interface Join {
  token?: string;
  call?: string;
  role?: Role;
  subscribe?: Subscribe;
  resume?: string;
  cursor?: number;
}

export interface JoinResult {
  participant: Participant;
  call: CallInfo;
  participants: Participant[];
  iceServers: IceServer[] | null;
  resumeToken: string;
  cursor: number;
  resumed?: boolean;
  /** The server was restarted: media have to be offered anew, by a new peer connection. */
  restarted?: boolean;
}

export interface Publication {
  mid: string;
  source: Source;
}

export interface Negotiate {
  offer: { type: "offer"; sdp: string };
  publish: Publication[];
}

export interface NegotiateResult {
  answer: { type: "answer"; sdp: string };
}

/** W3C RTCIceCandidateInit; an empty candidate ends the candidates. */
export interface Candidate {
  candidate: string;
  sdpMid?: string;
  sdpMLineIndex?: number;
  usernameFragment?: string;
}

export interface RequestHuman {
  reason?: string;
  email?: string;
  /** 1 urgent … 4 low. */
  priority?: number;
  skill?: string;
}

export interface TakeoverResult {
  takeoverUid: string;
  epoch: number;
}

export interface Slot {
  mid: string;
  kind: "audio" | "video";
  /** Empty or absent: the slot is idle. */
  participantId?: string;
  source?: Source;
  /** This slot carries whoever has the floor. */
  floor?: boolean;
}

export interface CallState {
  state: CallStateName;
  epoch: number;
  holder?: string;
  reason?: string;
  /** Log seq of the transition. */
  seq?: number;
}

export interface Handoff {
  /** Place in the queue, 1 = next; absent = unknown. */
  position?: number;
  waitedMs: number;
  /** "keepWaiting": answer with keepWaiting or cancelRequest. */
  question?: string;
  reason?: string;
  /** How long the wait is likely to be. */
  likelyMs?: number;
  /** The request is over: what the caller is told. */
  reply?: string;
  /** When somebody is there again, Unix milliseconds. */
  opensAt?: number;
  /** The caller may leave a number or an address to be called back. */
  callBack?: boolean;
  /** For humans and observers only. */
  brief?: Brief;
}

/** Who hears a human who has not the floor. */
export type Audience = "nobody" | "humans" | "everyone";

export interface HumanTakeoverWillStart {
  takeoverUid: string;
  takeoverMode: TakeoverMode;
  name?: string;
  avatar?: string;
  seq?: number;
}
export interface HumanTakeoverConnected {
  takeoverUid: string;
  name?: string;
  seq?: number;
}
export interface HumanTakeoverFailed {
  takeoverUid: string;
  reason: string;
  seq?: number;
}
export interface HumanTakeoverEnded {
  takeoverUid: string;
  reason: string;
  seq?: number;
}

export interface LastLine {
  role: Role;
  name?: string;
  text: string;
  end: boolean;
}

export interface CallSummary {
  id: string;
  state: CallStateName;
  epoch: number;
  createdAt: number;
  /** Since when it is in its state, Unix milliseconds. */
  stateAt: number;
  caller?: string;
  holder?: string;
  human?: string;
  reason?: string;
  /** That the caller speaks (BCP 47), as heard or as the app said. */
  language?: string;
  lastLine?: LastLine;
  video?: boolean;
  brief?: { matter?: string; open?: string; mood?: Mood };
  watch?: Watch;
  extra?: unknown;
}

/** Something the client sent without an id, or by data channel, went wrong. */
export interface Fault {
  kind: string;
  message: string;
  /** What it answers. */
  method?: string;
}

/** Something that the human could say. */
export interface Reply {
  text: string;
  /** Passages of the knowledge base that it comes from. */
  sources?: string[];
}

/** A call in three lines, quoted or written in its language. */
export interface Summary {
  who?: string;
  matter?: string;
  tried?: string;
  open?: string;
}

export type FactKind = "name" | "email" | "phone" | "order" | "tracking" | "invoice" | "customer" | "case";

/** Something that the caller gave of themselves. */
export interface Fact {
  kind: FactKind | (string & {});
  value: string;
  /** Who said it; absent: known otherwise. */
  role?: Role;
  /** The log entry. */
  seq?: number;
  /** Unix milliseconds. */
  time?: number;
  /** 0 to 1. */
  confidence: number;
  /** Read back, and the caller agreed. */
  confirmed?: boolean;
}

/** What the AI has for the human who has the floor, and for nobody else. */
export interface Suggestion {
  kind: "suggestion" | "summary" | "facts" | "watch";
  /** The newest log entry it knows; of replies the one they answer. */
  seq?: number;
  /** Of a suggestion, the best first; none: those before fit no more. */
  replies?: Reply[];
  summary?: Summary;
  facts?: Fact[];
  /** Of a watch: upset, repeats, request. */
  reason?: string;
}

export type Mood = "calm" | "tense" | "upset";

/** What a human must know who takes a call over. */
export interface Brief {
  reason?: string;
  detail?: string;
  summary: Summary;
  /** The summary is a model's, else it is quoted. */
  written?: boolean;
  mood?: Mood;
  facts?: Fact[];
  /** What the AI was about to say. */
  unspoken?: string;
  seq: number;
}

/** Who asked to be warned when they gave a call back, and what has come up. */
export interface Watch {
  identity: string;
  /** Absent: nothing yet. */
  reason?: string;
  time?: number;
}

/** One entry of the call's log as clients see it. */
export interface Entry {
  seq: number;
  time: number;
  endTime?: number;
  kind: "sentence" | "message" | "event";
  role?: Role;
  speakerId?: string;
  name?: string;
  sentenceId?: string;
  text?: string;
  cut?: boolean;
  /** What was not said after a cut; for humans and observers only. */
  unspoken?: string;
  /** Callers never see it. */
  private?: boolean;
  event?: string;
  epoch: number;
  data?: unknown;
}

/** Requests a client may make, with their parameters and results. */
export interface Requests extends DeskRequests {
  join: [Join, JoinResult];
  negotiate: [Negotiate, NegotiateResult];
  subscribe: [Subscribe, object];
  mute: [{ source: Source; muted: boolean }, object];
  message: [{ text: string; to?: "caller" }, { seq: number }];
  interrupt: [object, object];
  requestHuman: [RequestHuman, object];
  cancelRequest: [object, object];
  keepWaiting: [object, object];
  takeover: [{ takeoverMode: TakeoverMode; key?: string }, TakeoverResult];
  return: [{ watch?: boolean }, object];
  setEmail: [{ email: string }, object];
  speakTo: [{ to: Audience }, object];
  hangup: [object, object];
  leave: [object, object];
  watchCalls: [{ token: string }, { calls: CallSummary[] | null }];
}
export type Method = keyof Requests;

/** Notifications of the server. */
export interface Notifications extends DeskNotifications {
  participantJoined: { participant: Participant };
  participantLeft: { participant: string; reason: string };
  participantSpeaksTo: { participant: string; to: Audience };
  slots: { slots: Slot[] | null };
  callState: CallState;
  handoff: Handoff;
  humanTakeoverWillStart: HumanTakeoverWillStart;
  humanTakeoverConnected: HumanTakeoverConnected;
  humanTakeoverFailed: HumanTakeoverFailed;
  humanTakeoverEnded: HumanTakeoverEnded;
  agentWillLeave: AgentWillLeave;
  entry: Entry;
  error: Fault;
  closed: { reason: string };
  candidate: Candidate;
  callSummary: CallSummary;
  callGone: { id: string };
}
export type NotificationName = keyof Notifications;

/** Type numbers of data channel messages. */
export const Type = {
  agentErrorOccurs: 1000,
  agentStateChanged: 1001,
  agentSubtitle: 1002,
  userSubtitle: 1003,
  agentWillLeave: 1010,
  customMessage: 1011,
  humanTakeoverWillStart: 1012,
  humanTakeoverConnected: 1013,
  speakingInterrupted: 1016,
  llmReplyCompleted: 1017,
  backlog: 2000,
  callState: 2001,
  humanSubtitle: 2003,
  typedMessage: 2004,
  suggestion: 2005,
  slots: 2006,
  interruptSpeaking: 1101,
  voiceInterrupt: 1102,
  pushToTalk: 1105,
  pushStart: 1106,
  pushFinish: 1107,
  pushCancel: 1108,
  textToAgent: 1111,
  clientCustom: 1112,
  queryAgentState: 1119,
} as const;

export interface Envelope {
  type: number;
  data?: unknown;
  /** Counts per receiver from 1. */
  seqId: number;
  senderId?: string;
  receiverId?: string;
  epoch: number;
}

/**
 * A sentence as it is spoken. 1003 and 2003 carry the whole sentence so far;
 * 1002 carries a delta: sentence = previous[:offset] + text, offset in Unicode
 * code points. A final one (end) carries the whole sentence as it was heard.
 */
export interface Subtitle {
  text: string;
  sentenceId: string;
  end: boolean;
  offset: number;
  rev: number;
  speakerId: string;
  /** Unix milliseconds when the sentence began. */
  time: number;
  backlog?: boolean;
  seq?: number;
  cut?: boolean;
  /** What was not said after a cut; for humans and observers only. */
  unspoken?: string;
  /** Of a final one, as the log's entry has it; for humans and observers only. */
  data?: unknown;
}

export interface Backlog {
  kind: "begin" | "end";
  from?: number;
  to?: number;
  cursor?: number;
}

export interface TypedMessage {
  text: string;
  speakerId: string;
  role: Role;
  name?: string;
  time: number;
  seq?: number;
  backlog?: boolean;
  /** Guidance to the AI, which the caller never sees. */
  private?: boolean;
}

export interface AgentWillLeave {
  reason: number;
  message: string;
}

export interface AgentError {
  code: number;
  message: string;
}

/** 1 listening, 2 thinking, 3 speaking. */
export type AgentStateCode = 1 | 2 | 3;
