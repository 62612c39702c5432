import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ceiling } from "../app/console/admin/charts.tsx";
import { CHECK_MS, difference, SettingForm } from "../app/console/admin/form.ts";
import { hhmm, merge, minutes, today, week, windows } from "../app/console/admin/hours.ts";
import { square } from "../app/console/admin/picture.ts";
import { addDays, startOfDay } from "../app/console/admin/reports.tsx";
import { Rest, RestError } from "../app/console/admin/rest.ts";
import { mayOpen, parseRoute } from "../app/console/admin/route.ts";
import { formatMeta, parseMeta } from "../app/console/admin/rulespart.tsx";
import { browserName } from "../app/console/admin/sessions.tsx";
import { longestWait, promise } from "../app/console/admin/wallboard.tsx";
import type { HandoffLine, SLAClock } from "../sdk/src/deskwire.ts";
import type { Period } from "../app/console/admin/types.ts";

const weekly = (days: string, from: string, to: string): Period => ({ kind: "weekly", days: days.split(" "), from, to });
const times = (periods: Period[], day: string) => windows({ timeZone: "UTC", periods, reply: "" }, day).map((w) => `${hhmm(w.from)}-${hhmm(w.to)}`);

describe("hours", () => {
  const friday = "2026-11-20";
  it("overlapping ones act as the widest, others all hold", () => {
    const p = [weekly("fri", "09:00", "12:00"), weekly("fri", "10:00", "12:00"), weekly("fri", "13:00", "18:00"), weekly("fri", "15:00", "17:00")];
    expect(times(p, friday)).toEqual(["09:00-12:00", "13:00-18:00"]);
    expect(times(p, "2026-11-21")).toEqual([]);
  });
  it("a date's own periods add to the weekday's, and closed takes those away", () => {
    const p = [weekly("fri", "09:00", "12:00")];
    const extra: Period = { kind: "date", date: friday, from: "15:00", to: "16:00" };
    const closed: Period = { kind: "date", date: friday, closed: true };
    expect(times([...p, extra], friday)).toEqual(["09:00-12:00", "15:00-16:00"]);
    expect(times([...p, { ...extra, from: "11:00" }], friday)).toEqual(["09:00-16:00"]);
    expect(times([...p, closed], friday)).toEqual([]);
    expect(times([...p, closed, extra], friday)).toEqual(["15:00-16:00"]);
    expect(times([...p, closed, extra], "2026-11-27")).toEqual(["09:00-12:00"]);
  });
  it("past midnight, the whole day, no periods, and what is not finished", () => {
    expect(windows({ timeZone: "", periods: [weekly("fri", "22:00", "06:00")], reply: "" }, friday)).toEqual([{ from: 1320, to: 1800 }]);
    expect(times([weekly("fri", "00:00", "24:00")], friday)).toEqual(["00:00-24:00"]);
    expect(times([], friday)).toEqual(["00:00-24:00"]);
    expect(times([weekly("fri", "9", "17:00"), weekly("fri", "10:00", "10:00")], friday)).toEqual([]);
  });
  it("merging changes nothing the second time, and each minute is as in a naive model", () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 16807) % 2147483647) % n;
    for (let i = 0; i < 300; i++) {
      const list = Array.from({ length: random(8) }, () => {
        const from = random(1380);
        return { from, to: from + 1 + random(300) };
      });
      const m = merge(list);
      expect(merge(m)).toEqual(m);
      for (let at = 0; at < 1700; at += 13) expect(m.some((w) => w.from <= at && at < w.to)).toBe(list.some((w) => w.from <= at && at < w.to));
    }
  });
  it.each([["09:30", 570], ["24:00", 1440], ["9:30", NaN], ["25:00", NaN], ["", NaN]])("%s is %d minutes", (text, want) => expect(minutes(text)).toBe(want));
  it("weeks and days", () => {
    expect(week("2026-10-24")).toEqual(["2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30"]);
    expect(today("Pacific/Kiritimati", Date.UTC(2026, 0, 1, 12))).toBe("2026-01-02");
    expect(today("Mars/Base", Date.UTC(2026, 0, 1, 12))).toMatch(/^202\d-\d\d-\d\d$/);
  });
});

describe("spans of reports", () => {
  it.each([
    ["2026-11-21", "UTC", "2026-11-21T00:00:00Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z"],
    ["2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00Z"],
    ["2026-11-21", "Asia/Kolkata", "2026-11-20T18:30:00Z"],
  ])("%s in %s begins at %s", (day, zone, want) => expect(new Date(startOfDay(day, zone)).toISOString()).toBe(want.replace("Z", ".000Z")));
  it("days are added by the calendar", () => expect([addDays("2026-02-28", 1), addDays("2026-03-01", -1)]).toEqual(["2026-03-01", "2026-02-28"]));
  it("an axis ends above what it shows", () => {
    for (let n = 1; n < 5000; n++) {
      expect(ceiling(n)).toBeGreaterThanOrEqual(n);
      expect(ceiling(n) % 2).toBe(0);
    }
    expect([ceiling(1), ceiling(3), ceiling(5), ceiling(15), ceiling(55)]).toEqual([2, 4, 6, 16, 60]);
  });
});

describe("a setting that is changed", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function server() {
    const s = { value: { a: 1, b: [1, 2] } as Record<string, unknown>, version: 3, by: "root", problems: [] as unknown[], asked: [] as string[] };
    const rest = new Rest(
      () => "tok",
      async (path, init) => {
        s.asked.push(`${init.method} ${path}`);
        const body = init.body ? (JSON.parse(init.body as string) as { value: typeof s.value; version: number }) : null;
        const answer = (status: number, v: unknown) => new Response(JSON.stringify(v), { status });
        if (path.endsWith("/check")) return answer(200, { problems: s.problems });
        if (!body) return answer(200, { key: "k", value: s.value, version: s.version, by: s.by });
        if (body.version !== s.version) return answer(409, { title: "stale" });
        if (s.problems.length > 0) return answer(400, { title: "bad", problems: s.problems });
        s.value = body.value;
        return answer(200, { key: "k", value: s.value, version: ++s.version, by: "me" });
      },
    );
    return { s, rest };
  }

  it("is checked once, after a pause; and saved with the version that was read", async () => {
    const { s, rest } = server();
    const f = new SettingForm<Record<string, unknown>>(rest, "k", {});
    await f.load();
    expect([f.loaded.value, f.changed.value]).toEqual([true, false]);
    s.problems = [{ field: "a[0].x", code: "range", message: "m" }];
    f.edit({ a: 2, b: [1, 2] });
    f.edit({ a: 3, b: [1, 2] });
    await vi.advanceTimersByTimeAsync(CHECK_MS + 1);
    expect(s.asked.filter((a) => a.endsWith("/check"))).toHaveLength(1);
    expect([f.of("a")?.code, f.of("b"), f.changed.value]).toEqual(["range", undefined, true]);
    expect(await f.save()).toBe(false);
    expect(f.problems.value).toHaveLength(1);
    s.problems = [];
    expect(await f.save()).toBe(true);
    expect([s.value["a"], s.version, f.changed.value, f.saved.value]).toEqual([3, 4, false, true]);
  });
  it("shows who was faster, and goes on as one chooses", async () => {
    const { s, rest } = server();
    const f = new SettingForm<Record<string, unknown>>(rest, "k", {});
    await f.load();
    s.value = { a: 9, b: [1, 2] };
    s.version = 4;
    f.edit({ a: 2, b: [1, 2] });
    expect(await f.save()).toBe(false);
    expect(f.conflict.value?.differences).toEqual([{ path: "a", before: "1", after: "9" }]);
    expect(s.value["a"]).toBe(9);
    f.keepMine();
    expect(await f.save()).toBe(true);
    expect(s.value["a"]).toBe(2);
    s.version++;
    f.edit({ a: 5 });
    await f.save();
    f.takeTheirs();
    expect([f.value.value["a"], f.changed.value, f.conflict.value]).toEqual([2, false, null]);
  });
  it("what cannot be reached is said, and nothing is lost", async () => {
    const f = new SettingForm<string[]>(new Rest(() => "", () => Promise.reject(new TypeError("x"))), "k", ["standard"]);
    await f.load();
    expect([f.loaded.value, f.failed.value]).toEqual([false, "The server could not be reached. Check your connection and try again."]);
  });
  it("differences, leaf by leaf", () => {
    expect(difference({ a: 1, l: [1, 2], o: [{ x: 1 }] }, { a: 1, l: [1, 3], o: [{ x: 2 }, { x: 3 }], n: null })).toEqual([
      { path: "l", before: "1, 2", after: "1, 3" },
      { path: "o[1].x", before: "1", after: "2" },
      { path: "o[2].x", before: "", after: "3" },
    ]);
    expect(difference(null, { a: "x" })).toEqual([{ path: "a", before: "", after: "x" }]);
  });
});

describe("rest", () => {
  it("says what the server says, with its problems", async () => {
    const rest = new Rest(() => "tok", async () => new Response(JSON.stringify({ detail: "no", problems: [{ field: "f", code: "c", message: "m" }] }), { status: 400 }));
    const e = (await rest.post("/x").catch((x: unknown) => x)) as RestError;
    expect([e.status, e.message, e.problems[0]?.code]).toEqual([400, "no", "c"]);
  });
  it("nothing is read of an answer without a body, and each POST has a key of its own", async () => {
    const keys: string[] = [];
    const rest = new Rest(() => "tok", async (_p, i) => {
      keys.push((i.headers as Record<string, string>)["Idempotency-Key"]!);
      return new Response(null, { status: 204 });
    });
    await rest.post("/x");
    await rest.post("/x");
    expect(new Set(keys).size).toBe(2);
  });
});

describe("small things", () => {
  it.each([
    ["", "inbox", ""],
    ["#/", "inbox", ""],
    ["#/settings/hours", "settings", "hours"],
    ["#/constructor", "inbox", ""],
    ["#token=x", "inbox", ""],
  ])("%s is %s", (hash, page, part) => expect(parseRoute(hash)).toEqual({ page, part }));
  it("pages are for roles", () => expect([mayOpen("audit", "supervisor"), mayOpen("reports", "supervisor"), mayOpen("people", "agent"), mayOpen("profile", "agent")]).toEqual([false, true, false, true]));
  it("pictures: the middle square, never larger", () => {
    expect(square(4000, 3000)).toEqual({ x: 500, y: 0, from: 3000, to: 512 });
    expect(square(100, 201)).toEqual({ x: 0, y: 50, from: 100, to: 100 });
  });
  it("data of a call, there and back", () => {
    expect(parseMeta("plan = gold, silver\n\nhalf\nurl = a=b\n=x")).toEqual({ plan: ["gold", "silver"], url: ["a=b"] });
    expect(parseMeta(formatMeta({ a: ["1", "2"], "b.c": ["3"] }))).toEqual({ a: ["1", "2"], "b.c": ["3"] });
  });
  it("browsers by name", () => {
    expect(browserName("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140")).toBe("Edge · Windows");
    expect(browserName(undefined)).toBe("–");
    expect(browserName("curl/8.5")).toBe("curl/8.5");
  });
  it("the longest wait is of who waits", () => {
    const h = (state: string, pendingAt?: number) => ({ state, pendingAt }) as never;
    expect(longestWait([h("pending", 40), h("offered", 10), h("connected", 1), h("pending")], 100)).toBe(90);
    expect(longestWait([], 100)).toBe(0);
  });
});

describe("what was promised", () => {
  const clock = (outcome?: string): SLAClock => ({ startAt: 0, riskAt: 80, deadlineAt: 100, ...(outcome ? { outcome } : {}) });
  it.each([
    ["nothing", undefined, undefined, 50, null],
    ["it runs", clock(), clock(), 50, { kind: "runs", left: 50 }],
    ["at risk", clock(), clock(), 80, { kind: "atRisk", left: 20 }],
    ["late, before the server says so", clock(), clock(), 100, { kind: "breached", left: 0 }],
    ["late", clock("breached"), clock(), 50, { kind: "breached", left: 0 }],
    ["answered in time: the other runs", clock("met"), { ...clock(), deadlineAt: 900, riskAt: 800 }, 100, { kind: "runs", left: 800 }],
    ["answered late stays late", clock("breached"), clock("met"), 50, { kind: "breached", left: 0 }],
    ["both kept", clock("met"), clock("met"), 500, null],
  ] as const)("%s", (_, firstResponse, resolution, now, want) => expect(promise({ firstResponse, resolution } as HandoffLine, now)).toEqual(want));
});
