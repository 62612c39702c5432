/** Errors of the SDK. Each has a code to branch on and a message for people. */

/** What a server's error may be, by its JSON-RPC code. */
const kinds: Record<number, RpcErrorKind> = {
  [-32602]: "badRequest",
  [-32001]: "unauthorized",
  [-32003]: "forbidden",
  [-32004]: "notFound",
  [-32601]: "notFound",
  [-32009]: "conflict",
  [-32010]: "gone",
  [-32013]: "tooLarge",
  [-32029]: "rateLimited",
  [-32008]: "timeout",
  [-32053]: "unavailable",
  [-32054]: "storage",
  [-32603]: "internal",
};

export type RpcErrorKind =
  | "badRequest"
  | "unauthorized"
  | "forbidden"
  | "notFound"
  | "conflict"
  | "gone"
  | "tooLarge"
  | "rateLimited"
  | "timeout"
  | "unavailable"
  | "storage"
  | "internal";

/** The server answered a request with an error. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly kind: RpcErrorKind;
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
    this.kind = kinds[code] ?? "internal";
  }

  /** True when trying again with the same credentials can not help. */
  get fatal(): boolean {
    return ["badRequest", "unauthorized", "forbidden", "notFound", "gone"].includes(this.kind);
  }
}

export type ConnectionErrorCode =
  /** No answer in time. */
  | "timeout"
  /** The socket closed or never opened. */
  | "socket"
  /** The call object was closed by its owner. */
  | "closed"
  /** This browser has no WebRTC or WebSocket. */
  | "unsupported";

/** The server could not be reached, or stopped answering. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  constructor(
    readonly code: ConnectionErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export type MediaErrorCode =
  /** The person, or a policy, said no; the browser will not ask again by itself. */
  | "denied"
  /** The prompt was closed without an answer: asking again is possible. */
  | "dismissed"
  /** There is no such device. */
  | "notFound"
  /** Another program has the device, or the system will not open it. */
  | "inUse"
  /** Browsers give devices to secure (https or localhost) pages only. */
  | "insecure"
  /** This browser can not do that. */
  | "unsupported"
  | "failed";

export type MediaKind = "microphone" | "camera" | "screen" | "speaker";

/** A microphone, camera, screen or speaker could not be used. */
export class MediaError extends Error {
  override readonly name = "MediaError";
  constructor(
    readonly device: MediaKind,
    readonly code: MediaErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Makes a MediaError of what getUserMedia, getDisplayMedia or setSinkId threw. */
export function toMediaError(device: MediaKind, cause: unknown): MediaError {
  if (cause instanceof MediaError) return cause;
  const name = (cause as { name?: string } | null)?.name ?? "";
  const text = (cause as { message?: string } | null)?.message ?? String(cause);
  switch (name) {
    case "NotAllowedError":
    case "PermissionDeniedError":
      return /dismissed/i.test(text)
        ? new MediaError(device, "dismissed", `The request for the ${device} was closed.`)
        : new MediaError(device, "denied", `The browser was not allowed to use the ${device}.`);
    case "SecurityError":
      return new MediaError(device, "denied", `A policy of this page forbids the ${device}.`);
    case "NotFoundError":
    case "DevicesNotFoundError":
    case "OverconstrainedError":
      return new MediaError(device, "notFound", `No ${device} was found.`);
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return new MediaError(device, "inUse", `The ${device} is in use by another program.`);
    case "NotSupportedError":
      return new MediaError(device, "unsupported", `This browser can not use a ${device}.`);
    default:
      return new MediaError(device, "failed", text || `The ${device} could not be started.`);
  }
}
