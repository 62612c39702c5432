/** What the console asks of the server by REST, as its person. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Hit {
  callId: string;
  entry: { seq: number; time: number; role?: string; name?: string; text?: string };
}
export interface Note {
  id: string;
  by: string;
  text: string;
  createdAt: number;
}
export interface WrapUpForm {
  disposition: string;
  tags?: string[];
  note?: string;
  version: number;
  by?: string;
}
export interface CallBack {
  id: string;
  call: string;
  phone?: string;
  email?: string;
  note?: string;
  state: "open" | "done";
  by?: string;
  createdAt: number;
  updatedAt: number;
  version: number;
}
export interface CannedReply {
  id?: string;
  title: string;
  text: string;
  language?: string;
  shared?: boolean;
  version: number;
}

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

export class DeskApi {
  constructor(
    private readonly token: () => string,
    private readonly send: Fetch = (path, init) => fetch(path, init),
  ) {}

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.#do<T>(path, { method: "GET", signal });
  }
  post<T>(path: string, body: unknown): Promise<T> {
    return this.#do<T>(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    });
  }

  async #do<T>(path: string, init: RequestInit): Promise<T> {
    const r = await this.send(path, { ...init, headers: { ...(init.headers as Record<string, string>), Authorization: `Bearer ${this.token()}` } });
    const body = (await r.json().catch(() => null)) as (T & { detail?: string; title?: string }) | null;
    if (!r.ok) throw new ApiError(r.status, body?.detail ?? body?.title ?? `The server answered ${r.status}.`);
    return body as T;
  }
}

/** Names in a setting that is a list of words or of records with a name. */
export function names(value: unknown): string[] {
  const list = Array.isArray(value) ? value : Array.isArray((value as { items?: unknown[] } | null)?.items) ? (value as { items: unknown[] }).items : [];
  return list
    .map((v) => (typeof v === "string" ? v : ((v as Record<string, unknown> | null)?.["name"] ?? (v as Record<string, unknown> | null)?.["label"] ?? (v as Record<string, unknown> | null)?.["title"])))
    .filter((v): v is string => typeof v === "string" && v !== "");
}

/** The replies that a typed "/word" means, the best first. Null: nothing of the kind is typed. */
export function cannedFor(draft: string, all: readonly CannedReply[]): CannedReply[] | null {
  const m = /^\/(\S*(?: \S*)*)$/.exec(draft);
  if (!m) return null;
  const q = m[1]!.trim().toLocaleLowerCase();
  const score = (r: CannedReply) => {
    const title = r.title.toLocaleLowerCase();
    return title.startsWith(q) ? 0 : title.includes(q) ? 1 : r.text.toLocaleLowerCase().includes(q) ? 2 : 3;
  };
  return all
    .map((r) => [score(r), r] as const)
    .filter(([s]) => s < 3)
    .sort((a, b) => a[0] - b[0] || a[1].title.localeCompare(b[1].title))
    .map(([, r]) => r)
    .slice(0, 8);
}
