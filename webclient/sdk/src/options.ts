/** How to connect. */
import { ConnectionError } from "./errors.ts";
import type { SlotCount } from "./mlines.ts";
import type { ReconnectOptions } from "./reconnect.ts";
import type { WebSocketFactory } from "./socket.ts";
import type { IceServer, Role, Subscribe } from "./wire.ts";

export interface ConnectOptions {
  /** Address of the server, e.g. https://calls.example.com; this or wsUrl. */
  url?: string;
  /** Address of the socket as POST /v1/calls gives it. */
  wsUrl?: string;
  /** JWT of this participant. It goes into the first message, never into a URL. */
  token: string;
  /** With a desk token, which is bound to no call: which call. */
  call?: string;
  /** With a desk token: human (default) or observer. */
  role?: Role;
  subscribe?: Subscribe;
  /** As given with the token; without them join's are used. */
  iceServers?: IceServer[];
  /** How many streams can be received; CALLER_SLOTS by default. */
  slots?: SlotCount;
  /** A microphone track to start with. */
  microphone?: MediaStreamTrack | null;
  /** The microphone that takeover opens. */
  microphoneId?: string;
  /** Name under which the place survives a reload of the page; absent: it does not. */
  session?: string;
  reconnect?: ReconnectOptions;
  /** Makes sockets; for tests. */
  webSocket?: WebSocketFactory;
}

/** The socket's address. */
export function socketUrl(o: Pick<ConnectOptions, "url" | "wsUrl">): string {
  const given = o.wsUrl ?? o.url;
  if (!given) throw new ConnectionError("unsupported", "Neither url nor wsUrl was given.");
  const base = typeof location === "undefined" ? undefined : location.href;
  const u = new URL(given, base);
  if (u.protocol === "http:") u.protocol = "ws:";
  if (u.protocol === "https:") u.protocol = "wss:";
  if (!o.wsUrl) u.pathname = u.pathname.replace(/\/*$/, "/v1/ws");
  u.search = u.hash = ""; // nothing secret, nor anything else, belongs there
  return u.href;
}
