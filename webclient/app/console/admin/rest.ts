/** What the admin pages ask of the server. */
import { t } from "../../shared/i18n.ts";

export interface Problem {
  field: string;
  code: string;
  message: string;
}

/** The server said no. Problems say so field by field. */
export class RestError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly problems: Problem[] = [],
  ) {
    super(message);
  }
}

export type Send = (path: string, init: RequestInit) => Promise<Response>;

export class Rest {
  constructor(
    private readonly token: () => string,
    private readonly send: Send = (path, init) => fetch(path, init),
  ) {}

  get<T>(path: string): Promise<T> {
    return this.#json<T>(path, { method: "GET" });
  }
  post<T>(path: string, body: unknown = {}): Promise<T> {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    return this.#json<T>(path, { method: "POST", body: JSON.stringify(body), headers });
  }
  async delete(path: string): Promise<void> {
    await this.#ask(path, { method: "DELETE" });
  }
  async blob(path: string): Promise<Blob> {
    return (await this.#ask(path, { method: "GET" })).blob();
  }

  async #json<T>(path: string, init: RequestInit): Promise<T> {
    const r = await this.#ask(path, init);
    return (r.status === 204 ? undefined : await r.json()) as T;
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    let r: Response;
    try {
      r = await this.send(path, { ...init, headers: { ...(init.headers as Record<string, string>), Authorization: `Bearer ${this.token()}` } });
    } catch {
      throw new RestError(0, t("error.unreachable"));
    }
    if (r.ok) return r;
    const body = (await r.json().catch(() => null)) as { detail?: string; title?: string; problems?: Problem[] } | null;
    if (r.status === 429) throw new RestError(r.status, t("login.tooOften"));
    throw new RestError(r.status, body?.detail ?? body?.title ?? t("error.status", { status: String(r.status) }), body?.problems ?? []);
  }
}
