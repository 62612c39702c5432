/**
 * A scripted server: speaks relevo.v1 without media. Tests drive it line by
 * line; with demo it also plays a small story by itself. It is for the tests of
 * pages and SDK, and knows of the call's rules only what those need.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import type { AgentLine, DeskBoard, DeskNotifications, DeskOffer, DeskSettings, HandoffLine } from "../sdk/src/deskwire.ts";
import type { CallSummary, Participant, Role } from "../sdk/src/wire.ts";
import { FakeCall, type Member } from "./fakecall.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".map": "application/json",
};

/** The policy under which the pages must work. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self' ws:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

const BOARD: DeskBoard = { waiting: [0, 0, 0, 0], ringing: 0, active: 0, atRisk: 0, breached: 0, agents: { available: 1 }, places: 2, free: 2, service: "available" };

export interface FakeOptions {
  /** Directory of the built pages. */
  dist?: string;
  /** Plays a greeting and answers by itself. */
  demo?: boolean;
}

export class FakeServer {
  readonly calls = new Map<string, FakeCall>();
  /** Misbehaviour: what the next requests of a method are answered with. */
  readonly failures = new Map<string, { code: number; message: string; data?: unknown }>();
  /** Every request, in order. */
  readonly requests: { method: string; params: Record<string, unknown>; from: string }[] = [];
  refuseSockets = false;
  /** Answers REST requests before the server's own; null: not this one. */
  rest: ((method: string, path: string, query: URLSearchParams, body: unknown) => { status: number; value: unknown } | null) | null = null;
  /** What watchDesk is answered with, whole; null: made of the three below. */
  desk: object | null = null;
  handoffs: HandoffLine[] = [];
  agents: AgentLine[] = [];
  offer: DeskOffer | undefined;
  settings: DeskSettings = { notifications: { sound: true, desktop: true, badge: true } };
  /** Is told what a console asks of the desk. */
  onDesk: ((method: string, params: Record<string, unknown>) => void) | null = null;
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "relevo.v1" });
  readonly #watchers = new Set<WebSocket>();
  readonly #tokens = new Map<string, { call: string; participant: Participant }>();
  #server: Server | null = null;
  #n = 0;

  constructor(private readonly options: FakeOptions = {}) {}

  async listen(): Promise<string> {
    this.#server = createServer((req, res) => {
      if (!this.handleApi(req, res)) this.#file(req, res);
    });
    this.attach(this.#server);
    await new Promise<void>((resolve) => this.#server!.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  attach(server: Server): void {
    server.on("upgrade", (req, socket, head) => {
      const path = (req.url ?? "").split("?")[0];
      if (path !== "/v1/ws" && path !== "/fake/channel") return;
      if (this.refuseSockets) return void socket.destroy();
      this.#sockets.handleUpgrade(req, socket, head, (ws) =>
        path === "/v1/ws" ? this.#signal(ws, req) : this.#channel(ws, new URL(req.url!, "http://x").searchParams.get("id") ?? ""),
      );
    });
  }

  async close(): Promise<void> {
    for (const c of this.calls.values()) c.stop();
    for (const ws of this.#sockets.clients) ws.terminate();
    this.#sockets.close();
    this.#server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
  }

  /** Cuts every socket, as a restarted proxy would. */
  dropSockets(): void {
    for (const ws of this.#sockets.clients) ws.terminate();
  }

  /** A call with a caller who may or may not have joined. */
  createCall(name = "Ana Silva", id = `call-${++this.#n}`): { call: FakeCall; token: string } {
    const call = new FakeCall(id, () => this.#summary(call), name);
    this.calls.set(id, call);
    const participant: Participant = { id: `${id}-caller`, identity: name.toLowerCase().replace(/\W+/g, "-"), role: "caller", name };
    const token = `token-${id}`;
    this.#tokens.set(token, { call: id, participant });
    this.#summary(call);
    return { call, token };
  }

  /** Answers REST requests; false when the path is none of ours. */
  handleApi(req: IncomingMessage, res: ServerResponse): boolean {
    const path = (req.url ?? "").split("?")[0];
    if (!path?.startsWith("/v1/") || (req.method !== "POST" && !this.rest)) return false;
    let body = "";
    req.on("data", (d) => (body += d));
    req.on("end", () => {
      const send = (status: number, value: unknown) => {
        res.writeHead(status, { "Content-Type": "application/json" });
        res.end(JSON.stringify(value));
      };
      const own = this.rest?.(req.method ?? "GET", path, new URL(req.url!, "http://x").searchParams, body ? JSON.parse(body) : null);
      if (own) return send(own.status, own.value);
      const wsUrl = `ws://${req.headers.host}/v1/ws`;
      if (path === "/v1/demo/calls") {
        const { call, token } = this.createCall();
        send(201, { callId: call.id, participantId: `${call.id}-caller`, token, wsUrl, iceServers: [] });
        if (this.options.demo) call.story();
      } else if (path === "/v1/desk/login") {
        const { identity, password } = JSON.parse(body || "{}") as Record<string, string>;
        if (password !== "dev") return send(401, { title: "Unauthorized", detail: "wrong name or password" });
        const name = identity === "dana" ? "Dana Reyes" : (identity ?? "");
        send(200, { token: `desk-${identity}`, identity, name, wsUrl });
      } else send(404, { title: "Not Found" });
    });
    return true;
  }

  #file(req: IncomingMessage, res: ServerResponse): void {
    const dist = this.options.dist ?? "dist";
    let path = join(dist, normalize((req.url ?? "/").split("?")[0]!));
    if (existsSync(path) && statSync(path).isDirectory()) path = join(path, "index.html");
    if (!existsSync(path)) {
      res.writeHead(404);
      return void res.end();
    }
    res.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream", "Content-Security-Policy": CSP });
    createReadStream(path).pipe(res);
  }

  /** Tells all consoles something. */
  tell<N extends keyof DeskNotifications>(method: N, params: DeskNotifications[N]): void {
    for (const ws of this.#watchers) notify(ws, method, params);
  }

  #summary(call: FakeCall): void {
    const s = call.summary();
    const gone = s.state === "ended";
    for (const ws of this.#watchers) notify(ws, gone ? "callGone" : "callSummary", gone ? { id: call.id } : s);
  }

  #channel(ws: WebSocket, id: string): void {
    for (const call of this.calls.values()) {
      const m = call.memberByPeer(id);
      if (!m) continue;
      call.channelOpened(m, ws);
      return;
    }
    ws.close();
  }

  #signal(ws: WebSocket, req: IncomingMessage): void {
    let member: Member | null = null;
    let call: FakeCall | null = null;
    ws.on("close", () => {
      this.#watchers.delete(ws);
      if (member?.ws === ws) member.ws = null;
    });
    ws.on("message", (raw) => {
      const m = JSON.parse(String(raw)) as { id?: number; method: string; params: Record<string, unknown> };
      if (m.id === undefined) return;
      this.requests.push({ method: m.method, params: m.params, from: member?.participant.id ?? "" });
      const fail = (code: number, message: string, data?: unknown) => ws.send(JSON.stringify({ jsonrpc: "2.0", id: m.id, error: { code, message, data } }));
      const reply = (result: unknown) => ws.send(JSON.stringify({ jsonrpc: "2.0", id: m.id, result }));
      const planned = this.failures.get(m.method);
      if (planned) {
        this.failures.delete(m.method);
        return fail(planned.code, planned.message, planned.data);
      }
      if (m.method === "watchDesk" && this.desk) {
        this.#watchers.add(ws);
        return reply({ ...this.desk, calls: [...this.calls.values()].map((c) => c.summary()).filter((s: CallSummary) => s.state !== "ended") });
      }
      if (m.method === "watchDesk") {
        const identity = String(m.params["token"]).replace(/^desk-/, "");
        this.#watchers.add(ws);
        const me = this.agents.find((a) => a.identity === identity) ?? { identity, name: identity === "dana" ? "Dana Reyes" : identity, presence: m.params["away"] ? "away" : "available", load: 0, capacity: 2 };
        return reply({ me, role: "admin", handoffs: this.handoffs, agents: this.agents, board: BOARD, calls: [...this.calls.values()].map((c) => c.summary()).filter((s: CallSummary) => s.state !== "ended"), offer: this.offer, settings: this.settings });
      }
      if (this.#watchers.has(ws)) {
        reply({});
        return this.onDesk?.(m.method, m.params);
      }
      if (m.method === "watchCalls") {
        this.#watchers.add(ws);
        return reply({ calls: [...this.calls.values()].map((c) => c.summary()).filter((s: CallSummary) => s.state !== "ended") });
      }
      if (m.method === "join") {
        const joined = this.#join(m.params as never, ws);
        if (!joined) return fail(-32001, "The token is not valid.");
        [call, member] = joined;
        reply(call.joinResult(member, Boolean((m.params as { resume?: string }).resume)));
        call.afterJoin(member);
        return;
      }
      if (!call || !member) return fail(-32602, "join first");
      if (m.method === "negotiate") {
        const sdp = (m.params as { offer: { sdp: string } }).offer.sdp;
        member.peer = /s=fake (\S+)/.exec(sdp)?.[1] ?? "";
        member.negotiations++;
        return reply({ answer: { type: "answer", sdp: `v=0\r\na=fake-channel:ws://${req.headers.host}/fake/channel\r\n` } });
      }
      call.request(member, m.method, m.params, reply, fail);
    });
  }

  #join(p: { token?: string; call?: string; role?: Role; resume?: string }, ws: WebSocket): [FakeCall, Member] | null {
    if (p.resume) {
      for (const c of this.calls.values()) {
        const m = c.resume(p.resume, ws);
        if (m) return [c, m];
      }
      return null;
    }
    if (p.token?.startsWith("desk-")) {
      const c = this.calls.get(p.call ?? "");
      const identity = p.token.slice("desk-".length);
      const name = identity === "dana" ? "Dana Reyes" : identity === "sam" ? "Sam Okafor" : identity;
      return c ? [c, c.add({ id: `h-${identity}`, identity, role: p.role ?? "human", name }, ws)] : null;
    }
    const t = this.#tokens.get(p.token ?? "");
    const c = t && this.calls.get(t.call);
    return c && t ? [c, c.add(t.participant, ws)] : null;
  }
}

export function notify(ws: WebSocket | null, method: string, params: unknown): void {
  if (ws?.readyState === 1) ws.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
}
