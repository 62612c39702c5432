/** The events of a call, by name. */
import type { DeviceList } from "./devices.ts";
import type { MediaError } from "./errors.ts";
import type { Quality } from "./quality.ts";
import type { IceHealth } from "./reconnect.ts";
import type { Line } from "./transcript.ts";
import type {
  AgentError,
  AgentStateCode,
  AgentWillLeave,
  Audience,
  Brief,
  CallState,
  Entry,
  Fact,
  Fault,
  Handoff,
  JoinResult,
  Participant,
  Reply,
  Slot,
  Source,
  Summary,
  TakeoverMode,
} from "./wire.ts";

export type AgentStateName = "listening" | "thinking" | "speaking";

export const agentStateNames: Record<AgentStateCode, AgentStateName> = { 1: "listening", 2: "thinking", 3: "speaking" };

/** A sentence as far as it has been spoken. */
export interface SubtitleEvent {
  sentenceId: string;
  speakerId: string;
  /** The whole sentence so far, never a delta. */
  text: string;
  end: boolean;
  line: Line;
}

export interface RemoteVideo {
  mid: string;
  participantId: string;
  source: Source;
  track: MediaStreamTrack;
}

export interface CallEvents {
  /** Joined, and the media is agreed. */
  connected: JoinResult;
  /** The socket is lost; media may still flow. */
  reconnecting: { attempt: number; deadline: number };
  reconnected: JoinResult;
  /** The last event. Reasons: ended, left, replaced, evicted, shutdown, lost. */
  closed: { reason: string; error?: Error };

  callState: CallState;
  participantJoined: Participant;
  participantLeft: { participant: Participant; reason: string };
  /** Who hears a human who has not the floor; for humans and observers. */
  participantSpeaksTo: { participantId: string; to: Audience };
  slots: Slot[];
  /** The video that is received now. */
  videos: RemoteVideo[];
  /** How the wait for a human stands. */
  handoff: Handoff;

  /** A human has claimed the call; the AI goes on until they are connected. */
  humanTakeoverWillStart: { uid: string; mode: TakeoverMode; name?: string; avatar?: string };
  humanTakeoverConnected: { uid: string };
  humanTakeoverFailed: { uid: string; reason: string };
  humanTakeoverEnded: { uid: string; reason: string };

  agentStateChange: AgentStateName;
  agentWillLeave: AgentWillLeave;
  agentError: AgentError;
  speakingInterrupted: { reason: number };
  replyCompleted: { text: string; sentenceId: string };
  /** What the human who has the call could say next. Each replaces the one before. */
  suggestion: { seq?: number; replies: Reply[] };
  /** The call so far, for the human who has it. */
  summary: Summary;
  /** All that the caller gave of themselves, for the human who has the call. */
  facts: Fact[];
  /** Trouble in a call that was given back with watch: upset, repeats, request. */
  watch: { reason: string };
  /** What a human must know of the call; for humans and observers. Each replaces the one before. */
  brief: Brief;
  customMessage: { message: string };

  userSubtitleNotify: SubtitleEvent;
  agentSubtitleNotify: SubtitleEvent;
  humanSubtitleNotify: SubtitleEvent;
  /** Somebody typed. */
  message: Line;
  /** A line of the transcript is new or has changed: subtitles, messages, log events. */
  line: Line;
  entry: Entry;
  backlogBegin: { from: number; to: number };
  backlogEnd: { cursor: number };

  /** What is sent from here has changed. */
  localMedia: { source: Source; on: boolean; muted: boolean; track: MediaStreamTrack | null };
  /** A device could not be had, or was lost in the call. */
  mediaError: MediaError;
  devices: DeviceList;
  /** The browser plays no sound until the person has clicked: call resumePlayback then. */
  playbackBlocked: { blocked: boolean };
  mediaHealth: IceHealth;
  channel: { open: boolean };
  quality: Quality;
  serverError: Fault;
}
