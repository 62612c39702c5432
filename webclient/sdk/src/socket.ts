/**
 * SignalSocket: one WebSocket that speaks relevo.v1. It correlates requests
 * with their answers and knows nothing of calls. It lives once: a lost one is
 * replaced by a new one (see link.ts).
 */
import { decodeMessage, encodeNotification, encodeRequest } from "./codec.ts";
import { ConnectionError, RpcError } from "./errors.ts";
import { SUBPROTOCOL, type Method, type NotificationName, type Requests } from "./wire.ts";

export interface SocketHandlers {
  notification(method: NotificationName, params: unknown): void;
  /** Called once, for whatever reason the socket is gone. */
  closed(code: number, reason: string): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

export type WebSocketFactory = (url: string, protocol: string) => WebSocket;

/** An error is always followed by close, which says all; outside browsers it must have a listener. */
const ignore = () => {};

const OPEN_TIMEOUT_MS = 8_000;
const REQUEST_TIMEOUT_MS = 10_000;

export class SignalSocket {
  readonly #ws: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #done = false;

  private constructor(
    ws: WebSocket,
    private readonly handlers: SocketHandlers,
  ) {
    this.#ws = ws;
    ws.onmessage = (e) => this.#receive(e.data);
    ws.onclose = (e) => this.#finish(e.code, e.reason);
  }

  /** Opens a socket; rejects with ConnectionError when that takes too long. */
  static open(url: string, handlers: SocketHandlers, factory: WebSocketFactory = (u, p) => new WebSocket(u, p)): Promise<SignalSocket> {
    return new Promise((resolve, reject) => {
      const ws = factory(url, SUBPROTOCOL);
      const timer = setTimeout(() => fail("The server did not answer in time."), OPEN_TIMEOUT_MS);
      const fail = (message: string) => {
        clearTimeout(timer);
        ws.onopen = ws.onclose = null;
        ws.onerror = ignore;
        ws.close();
        reject(new ConnectionError("socket", message));
      };
      ws.onerror = () => fail("The server could not be reached.");
      ws.onclose = () => fail("The server could not be reached.");
      ws.onopen = () => {
        clearTimeout(timer);
        ws.onopen = null;
        ws.onerror = ignore;
        resolve(new SignalSocket(ws, handlers));
      };
    });
  }

  get open(): boolean {
    return !this.#done && this.#ws.readyState === 1;
  }

  /** Sends a request; it is on the wire, in order, when this returns. */
  request<M extends Method>(method: M, params: Requests[M][0], timeoutMs = REQUEST_TIMEOUT_MS): Promise<Requests[M][1]> {
    if (!this.open) return Promise.reject(new ConnectionError("socket", "The connection is lost."));
    const id = this.#nextId++;
    return new Promise<Requests[M][1]>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new ConnectionError("timeout", `The server did not answer ${method} in time.`));
      }, timeoutMs);
      this.#waiting.set(id, { resolve: resolve as (r: unknown) => void, reject, timer });
      this.#ws.send(encodeRequest(id, method, params));
    });
  }

  notify(method: NotificationName, params: unknown): boolean {
    if (!this.open) return false;
    this.#ws.send(encodeNotification(method, params));
    return true;
  }

  close(code = 1000, reason = "bye"): void {
    this.#ws.close(code, reason);
    this.#finish(code, reason);
  }

  #receive(data: unknown): void {
    if (this.#done || typeof data !== "string") return;
    const m = decodeMessage(data);
    switch (m.kind) {
      case "notification":
        this.handlers.notification(m.method as NotificationName, m.params);
        return;
      case "result":
        this.#settle(m.id)?.resolve(m.result);
        return;
      case "error":
        if (m.id === null) this.handlers.notification("error", { kind: "badRequest", message: m.message });
        else this.#settle(m.id)?.reject(new RpcError(m.code, m.message, m.data));
        return;
      case "invalid":
        console.warn("relevo: unreadable message from the server:", m.why);
    }
  }

  #settle(id: number): Waiting | undefined {
    const w = this.#waiting.get(id);
    if (!w) return undefined;
    this.#waiting.delete(id);
    clearTimeout(w.timer);
    return w;
  }

  #finish(code: number, reason: string): void {
    if (this.#done) return;
    this.#done = true;
    for (const w of this.#waiting.values()) {
      clearTimeout(w.timer);
      w.reject(new ConnectionError("socket", "The connection is lost."));
    }
    this.#waiting.clear();
    this.handlers.closed(code, reason);
  }
}
