/** The m-lines of the one offer: what is sent, and the slots that receive. Pure. */
import type { Publication, Source } from "./wire.ts";

export interface MLine {
  kind: "audio" | "video";
  direction: "sendonly" | "recvonly";
  /** Of a line that sends. */
  source?: Source;
}

export interface SlotCount {
  audio: number;
  video: number;
}

/** Of a caller: the floor, and two who barge in beside the person who has it. */
export const CALLER_SLOTS: SlotCount = { audio: 3, video: 2 };
export const CONSOLE_SLOTS: SlotCount = { audio: 4, video: 4 };

/** Microphone, camera, screen, then the slots: audio first. */
export function plan(slots: SlotCount): MLine[] {
  return [
    { kind: "audio", direction: "sendonly", source: "microphone" },
    { kind: "video", direction: "sendonly", source: "camera" },
    { kind: "video", direction: "sendonly", source: "screen" },
    ...Array.from({ length: slots.audio }, (): MLine => ({ kind: "audio", direction: "recvonly" })),
    ...Array.from({ length: slots.video }, (): MLine => ({ kind: "video", direction: "recvonly" })),
  ];
}

/** The mids of an SDP in the order of its m-lines, the data channel's too. */
export function mids(sdp: string): string[] {
  const out: string[] = [];
  for (const line of sdp.split(/\r?\n/)) {
    if (line.startsWith("m=")) out.push("");
    else if (line.startsWith("a=mid:") && out.length > 0) out[out.length - 1] = line.slice("a=mid:".length).trim();
  }
  return out;
}

/** What the offer's sending lines carry, for negotiate. */
export function publications(sdp: string, lines: MLine[]): Publication[] {
  const names = mids(sdp);
  const out: Publication[] = [];
  lines.forEach((line, i) => {
    const mid = names[i];
    if (line.source && mid !== undefined) out.push({ mid, source: line.source });
  });
  return out;
}
