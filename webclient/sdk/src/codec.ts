/** JSON-RPC 2.0 and data channel envelopes as text. Pure; never throws on input. */
import type { Envelope } from "./wire.ts";

export type Incoming =
  | { kind: "result"; id: number; result: unknown }
  | { kind: "error"; id: number | null; code: number; message: string; data?: unknown }
  | { kind: "notification"; method: string; params: unknown }
  | { kind: "invalid"; why: string };

export function encodeRequest(id: number, method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

export function encodeNotification(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params });
}

/** Reads one text frame of the socket. */
export function decodeMessage(text: string): Incoming {
  const value = parse(text);
  if (!isRecord(value)) return invalid("not a JSON object");
  if (value.jsonrpc !== "2.0") return invalid("not JSON-RPC 2.0");
  if (typeof value.method === "string") {
    if (value.id !== undefined) return invalid("the server makes no requests");
    return { kind: "notification", method: value.method, params: value.params ?? {} };
  }
  if (isRecord(value.error)) {
    const { code, message, data } = value.error;
    if (typeof code !== "number" || typeof message !== "string") return invalid("malformed error");
    return { kind: "error", id: typeof value.id === "number" ? value.id : null, code, message, data };
  }
  if (typeof value.id === "number" && "result" in value) {
    return { kind: "result", id: value.id, result: value.result };
  }
  return invalid("neither result, error nor notification");
}

export function encodeEnvelope(type: number, data?: unknown): string {
  return JSON.stringify(data === undefined ? { type, seqId: 0, epoch: 0 } : { type, data, seqId: 0, epoch: 0 });
}

/** Reads one data channel message; null when it is none of ours. */
export function decodeEnvelope(text: string): Envelope | null {
  const value = parse(text);
  if (!isRecord(value)) return null;
  const { type, seqId, epoch } = value;
  if (!isCount(type) || !isCount(seqId) || !isCount(epoch)) return null;
  return value as unknown as Envelope;
}

/**
 * Tells the messages of one data channel that were seen before. seqId rises by
 * one on an ordered channel, so what is not above the last one is a repetition.
 */
export class SequenceFilter {
  #last = 0;

  /** True once for each message. */
  accept(seqId: number): boolean {
    if (seqId === 0) return true; // a sender that does not count
    if (seqId <= this.#last) return false;
    this.#last = seqId;
    return true;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function invalid(why: string): Incoming {
  return { kind: "invalid", why };
}
