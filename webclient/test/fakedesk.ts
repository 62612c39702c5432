/** What the desk's REST interface would say: enough of it for the admin pages. */
import { DAYS, minutes } from "../app/console/admin/hours.ts";
import type { Account, Canned, Change, Figures, Report, Schedule, Session } from "../app/console/admin/types.ts";
import type { AgentLine, HandoffLine } from "../sdk/src/index.ts";

const HOUR = 3_600_000;

export class FakeDesk {
  readonly at = Date.now();
  readonly settings = new Map<string, { value?: unknown; version: number; by?: string; at?: number }>([
    ["hours", { version: 3, by: "root", at: this.at - HOUR, value: { timeZone: "Europe/Berlin", reply: "We are back at nine.", periods: [
      { kind: "weekly", days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "12:00" },
      { kind: "weekly", days: ["mon", "tue", "wed", "thu", "fri"], from: "13:00", to: "18:00" },
      { kind: "weekly", days: ["fri", "sat"], from: "20:00", to: "02:00" },
      { kind: "date", date: "2026-12-24", closed: true },
    ] } satisfies Schedule }],
    ["rules", { version: 1, value: [{ name: "VIP", segments: ["vip", "gold"], priority: 1 }, { name: "Danger", words: ["fire", "gas"], meta: { plan: ["safety"] }, priority: 1 }] }],
    ["dispositions", { version: 1, value: ["Solved", "Refund", "Call back", "Spam"] }],
    ["public", { version: 1, value: { enabled: true, link: "8f14e45fceea167a5a36dedd4bea2543" } }],
  ]);
  accounts: Account[] = [
    { identity: "dana", name: "Dana Reyes", email: "dana@example.org", role: "admin", skills: { billing: 4, returns: 3 }, languages: { en: 5, es: 3 }, capacity: 2, version: 4 },
    { identity: "sam", name: "Sam Okafor", role: "agent", skills: { billing: 2 }, languages: { en: 5 }, capacity: 1, version: 1 },
    { identity: "noa", name: "נועה לוי", role: "supervisor", languages: { he: 5, en: 4 }, capacity: 3, version: 2 },
    { identity: "old", name: "Lee Former", role: "agent", capacity: 1, disabled: true, version: 9 },
  ];
  sessions: Session[] = [
    { id: "S1", identity: "dana", createdAt: this.at - HOUR, expiresAt: this.at + HOUR, address: "192.0.2.7", client: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", current: true },
    { id: "S2", identity: "sam", createdAt: this.at - 3 * HOUR, expiresAt: this.at + HOUR, address: "2001:db8::17", client: "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/143.0" },
  ];
  canned: Canned[] = [
    { id: "cr_1", title: "label", text: "I have sent you a new label by e-mail.", shared: true, version: 1 },
    { id: "cr_2", title: "thanks", text: "Thank you for calling. Have a nice day!", version: 1 },
  ];
  changes: Change[] = [
    { seq: 9, time: this.at - HOUR, by: "root", address: "192.0.2.1", action: "settings.hours", object: "hours", before: { timeZone: "Europe/Berlin", periods: [{ from: "09:00", to: "17:00" }] }, after: { timeZone: "Europe/Berlin", periods: [{ from: "09:00", to: "18:00" }], reply: "We are back at nine." } },
    { seq: 8, time: this.at - 2 * HOUR, by: "root", address: "192.0.2.1", action: "account.changed", object: "sam", before: { capacity: 1 }, after: { capacity: 2, skills: { billing: 2 } } },
    { seq: 7, time: this.at - 3 * HOUR, by: "sam", address: "2001:db8::17", action: "session.opened", object: "sam" },
  ];

  handle = (method: string, path: string, query: URLSearchParams, body: unknown): { status: number; value: unknown } | null => {
    const ok = (value: unknown, status = 200) => ({ status, value });
    const no = (status: number, detail: string) => ({ status, value: { title: "No", detail } });
    const b = body as Record<string, never> | null;
    const setting = /^\/v1\/desk\/settings\/(\w+)(\/check)?$/.exec(path);
    if (setting) {
      const [, key, check] = setting;
      const now = this.settings.get(key!) ?? { version: 0 };
      if (method === "GET") return ok({ key, ...now });
      const problems = key === "hours" ? checkHours(b!["value"]) : [];
      if (check) return ok({ problems });
      if (b!["version"] !== now.version) return no(409, "somebody else has changed this meanwhile");
      if (problems.length > 0) return { status: 400, value: { title: "Bad Request", problems } };
      const next = { value: b!["value"] as unknown, version: now.version + 1, by: "dana", at: this.at };
      this.settings.set(key!, next);
      return ok({ key, ...next });
    }
    switch (path) {
      case "/v1/desk/me":
        return method === "GET" ? ok({ account: this.accounts[0], expiresAt: this.at + HOUR }) : ok({ ...this.accounts[0], ...b });
      case "/v1/desk/me/password":
        return (b?.["current"] as unknown) === "dev" ? { status: 200, value: {} } : no(401, "the current password is wrong");
      case "/v1/desk/sessions":
        return ok({ sessions: query.get("all") ? this.sessions : this.sessions.slice(0, 1) });
      case "/v1/desk/accounts":
        if (method === "GET") return ok({ accounts: this.accounts });
        if (this.accounts.some((a) => a.identity === (b?.["identity"] as unknown)))
          return { status: 409, value: { title: "Conflict", detail: "there is an account already", field: "identity", problems: [{ field: "identity", code: "taken", message: "there is an account already" }] } };
        this.accounts = [...this.accounts, { ...(b as unknown as Account), version: 1 }];
        return ok(this.accounts.at(-1), 201);
      case "/v1/desk/canned":
        return ok({ replies: this.canned });
      case "/v1/desk/audit":
        return ok({ changes: this.changes, next: 0 });
      case "/v1/desk/reports":
        return ok(report());
    }
    if (method === "DELETE" && path.startsWith("/v1/desk/sessions/")) {
      this.sessions = this.sessions.filter((s) => !path.endsWith(s.id));
      return ok({});
    }
    return null;
  };

  /** What watchDesk is answered with. */
  view(calls: { id: string; caller: string }[]): object {
    const line = (n: number, o: Partial<HandoffLine>): HandoffLine => ({ id: `h_${n}`, call: calls[n]?.id ?? `c${n}`, caller: calls[n]?.caller, state: "pending", priority: 3, rank: 3, seq: n, enteredAt: this.at - 90_000, pendingAt: this.at - 90_000, reason: "callerAsked", ...o }) as HandoffLine;
    const agent = (identity: string, name: string, presence: AgentLine["presence"], load = 0, capacity = 1): AgentLine => ({ identity, name, presence, load, capacity, since: this.at - 60_000 }) as AgentLine;
    return {
      me: agent("dana", "Dana Reyes", "available", 0, 2),
      role: "admin",
      handoffs: [line(0, { priority: 1, rank: 1, firstResponse: { startAt: this.at - 90_000, riskAt: this.at - 30_000, deadlineAt: this.at + HOUR } }), line(1, { state: "connected", agent: "sam", name: "Sam Okafor" })],
      agents: [agent("dana", "Dana Reyes", "available", 0, 2), agent("sam", "Sam Okafor", "busy", 1), agent("noa", "נועה לוי", "wrapUp", 0, 3), agent("kim", "Kim Park", "away"), agent("lee", "Lee Brandt", "offline")],
      board: { waiting: [1, 0, 3, 1], longestMs: 90_000, ringing: 1, active: 4, atRisk: 2, breached: 1, agents: { available: 1, busy: 1, wrapUp: 1, away: 1, offline: 1 }, places: 7, free: 3, service: "available" },
      calls: [],
    };
  }
}

function checkHours(v: unknown): { field: string; code: string; message: string }[] {
  return ((v as Schedule).periods ?? []).flatMap((p, i) => {
    const at = (field: string, code: string) => ({ field: `periods[${i}].${field}`, code, message: code });
    if (p.closed) return [];
    const out = [];
    if (Number.isNaN(minutes(p.from))) out.push(at("from", "time"));
    if (Number.isNaN(minutes(p.to))) out.push(at("to", "time"));
    if (p.kind === "weekly" && !p.days?.some((d) => DAYS.includes(d as never))) out.push(at("days", "missing"));
    return out;
  });
}

function report(): Report {
  const day = (i: number): Figures => {
    const handoffs = 8 + ((i * 5) % 9);
    const abandoned = i % 3;
    const outOfHours = i % 2;
    const answered = handoffs - abandoned - outOfHours;
    const calls = 40 + ((i * 13) % 25);
    return { calls, ended: calls, contained: calls - handoffs - 2, handoffs, answered, abandoned, outOfHours, waiting: 0, takeovers: answered + 2, unasked: 2, requeues: 1, transfers: 1, returns: answered, medianMs: 18_000 + i * 2_000, p90Ms: 55_000 + i * 3_000, firstMet: answered - (i % 4), firstBreached: i % 4, resolutionMet: answered, resolutionBreached: 0, atRisk: 2 };
  };
  const days = Array.from({ length: 7 }, (_, i) => ({ day: `2026-11-${15 + i}`, figures: day(i) }));
  const total = days.reduce((t, d) => {
    for (const k of Object.keys(t) as (keyof Figures)[]) t[k] += d.figures[k];
    return t;
  }, { ...day(0), ...Object.fromEntries(Object.keys(day(0)).map((k) => [k, 0])) });
  return {
    from: 0, to: 0, tz: "Europe/Berlin", days,
    total: { ...total, medianMs: 24_000, p90Ms: 71_000 },
    reasons: [
      { reason: "callerAsked", handoffs: 41, answered: 36, abandoned: 3, medianMs: 22_000 },
      { reason: "noAnswer", handoffs: 19, answered: 17, abandoned: 1, medianMs: 27_000 },
      { reason: "wants a refund", handoffs: 7, answered: 6, abandoned: 1, medianMs: 31_000 },
      { reason: "", handoffs: 2, answered: 2, abandoned: 0, medianMs: 12_000 },
    ],
    agents: [
      { identity: "dana", name: "Dana Reyes", takeovers: 34, timeMs: 7_260_000, first: 30, medianMs: 21_000, met: 28, breached: 2 },
      { identity: "sam", name: "Sam Okafor", takeovers: 25, timeMs: 5_400_000, first: 22, medianMs: 26_000, met: 18, breached: 4 },
    ],
  };
}
