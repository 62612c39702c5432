import { describe, expect, it, vi } from "vitest";
import { actions, matching } from "../app/console/actions.ts";
import { cannedFor, DeskApi, names } from "../app/console/api.ts";
import { choices, filtered, hasRoom, NO_FILTERS, ofView, rows, slaLook } from "../app/console/inbox.ts";
import { DEBOUNCE_MS, InboxModel } from "../app/console/inboxmodel.ts";
import { ConsoleModel } from "../app/console/model.ts";
import { Notifier, RINGS } from "../app/console/notify.ts";
import { command } from "../app/console/shortcuts.ts";
import { isOver, problems, restBase, roughly } from "../app/caller/waiting.ts";
import { Heights, TwoHeights } from "../app/shared/virtual.ts";
import { setLanguage } from "../app/shared/i18n.ts";
import type { CallSummary, HandoffLine } from "../sdk/src/index.ts";

const me = { identity: "dana", name: "Dana" };
let n = 0;
const call = (id: string, o: Partial<CallSummary> = {}): CallSummary => ({ id, state: "ai", epoch: 1, createdAt: 0, stateAt: ++n, caller: id, ...o });
const handoff = (call: string, o: Partial<HandoffLine> = {}): HandoffLine => ({ id: `h-${call}`, call, state: "pending", priority: 3, rank: 3, seq: ++n, enteredAt: n, ...o });

describe("rows of two heights", () => {
  it("each row is where those before it end, and the window holds what is in view", () => {
    for (const [count, tall] of [[0, 0], [5, 5], [7, 0], [40, 3], [2_000, 900]] as const) {
      const r = new TwoHeights(count, tall, { tall: 124, low: 96 });
      let y = 0;
      for (let i = 0; i < count; i++) {
        expect(r.top(i)).toBe(y);
        y += r.of(i);
      }
      expect(r.total).toBe(y);
      for (let top = 0; top <= y; top += Math.max(1, y / 23)) {
        const w = r.window(top, 500, 0);
        expect(w.before).toBeLessThanOrEqual(top);
        expect(y - w.after).toBeGreaterThanOrEqual(Math.min(y, top + 500));
        expect(w.to - w.from).toBeLessThanOrEqual(8);
      }
    }
  });
});

describe("rows of the inbox", () => {
  const calls = [call("ai", { language: "fr" }), call("late", { state: "pending", language: "en" }), call("urgent", { state: "pending" }), call("mine", { state: "human", human: "Dana" }), call("sams", { state: "human", human: "Sam" }), call("bare", { state: "pending" })];
  const handoffs = [
    handoff("late", { reason: "callerAsked", languages: [{ name: "de" }] }),
    handoff("urgent", { rank: 1, priority: 1, skills: [{ name: "billing" }], firstResponse: { startAt: 0, riskAt: 80, deadlineAt: 100, atRisk: true } }),
    handoff("mine", { state: "connected", agent: "dana" }),
    handoff("sams", { state: "consulting", agent: "sam", consult: "noa" }),
  ];
  const all = rows({ calls, handoffs, me });
  const ids = (r: readonly { id: string }[]) => r.map((x) => x.id);
  it("who waits first, as in the line; then one's own; then the others", () => expect(ids(all)).toEqual(["urgent", "late", "bare", "mine", "ai", "sams"]));
  it("the views", () => {
    expect(ids(ofView(all, "line"))).toEqual(["urgent", "late", "bare"]);
    expect(ids(ofView(all, "mine"))).toEqual(["mine"]);
    expect(ids(ofView(all, "callbacks"))).toEqual([]);
  });
  it("a colleague who is asked has it among theirs", () => expect(ids(ofView(rows({ calls, handoffs, me: { identity: "noa", name: "Noa" } }), "mine"))).toEqual(["sams"]));
  it("a call that a person has does not ask, though the record is late", () => {
    const r = rows({ calls: [call("x", { state: "human", human: "Dana" })], handoffs: [handoff("x", { state: "offered" })], me });
    expect(r[0]!.asks).toBe(false);
  });
  it("a handoff whose call is not listed is shown all the same", () => expect(ids(rows({ calls: [], handoffs: [handoff("z")], me }))).toEqual(["z"]));
  it.each([
    [{ priority: 1 }, ["urgent"]],
    [{ language: "de" }, ["late"]],
    [{ language: "fr" }, ["ai"]],
    [{ language: "en" }, []],
    [{ skill: "billing" }, ["urgent"]],
    [{ reason: "callerAsked" }, ["late"]],
    [{ sla: "atRisk" as const }, ["urgent"]],
    [{ sla: "breached" as const }, []],
    [{ state: "human" as const }, ["mine", "sams"]],
    [{ state: "ai" as const }, ["ai"]],
    [{ state: "waiting" as const, priority: 3 }, ["late"]],
  ])("filter %o", (f, want) => expect(ids(filtered(all, { ...NO_FILTERS, ...f }))).toEqual(want));
  it("only what there is can be chosen", () => expect(choices(all)).toEqual({ reasons: ["callerAsked"], languages: ["de", "fr"], skills: ["billing"] }));
});

describe("deadlines", () => {
  const clock = { startAt: 0, riskAt: 80, deadlineAt: 100 };
  it.each([
    [{ firstResponse: clock }, 50, "firstResponse", "runs", 50],
    [{ firstResponse: clock }, 80, "firstResponse", "atRisk", 20],
    [{ firstResponse: { ...clock, atRisk: true } }, 50, "firstResponse", "atRisk", 50],
    [{ firstResponse: clock }, 101, "firstResponse", "breached", -1],
    [{ firstResponse: { ...clock, outcome: "breached" } }, 150, "firstResponse", "breached", -50],
    [{ firstResponse: { ...clock, outcome: "met" }, resolution: { ...clock, deadlineAt: 200, riskAt: 180 } }, 150, "resolution", "runs", 50],
  ] as const)("%o at %d", (h, now, goal, kind, leftMs) => expect(slaLook(handoff("x", h), now)).toEqual({ goal, kind, leftMs }));
  it("none, or all met: nothing is told", () => {
    expect(slaLook(undefined, 0)).toBeNull();
    expect(slaLook(handoff("x", { firstResponse: { ...clock, outcome: "met" } }), 0)).toBeNull();
  });
});

describe("long lists", () => {
  it("10,000 turns of many heights: what is in view is there, the rest is room, against a naive sum", () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => `k${i}`);
    const true_ = keys.map((_, i) => 40 + ((i * 7919) % 160));
    const h = new Heights();
    h.layout(keys);
    for (let i = 0; i < 10_000; i += 3) h.measure(keys[i]!, true_[i]!);
    h.layout(keys);
    const typical = h.typical;
    const tops = [0];
    for (let i = 0; i < keys.length; i++) tops.push(tops[i]! + (i % 3 === 0 ? true_[i]! : typical));
    expect(h.total).toBeCloseTo(tops.at(-1)!, 3);
    for (let y = 0; y < h.total; y += 4_321) {
      const i = h.at(y);
      expect(tops[i]!).toBeLessThanOrEqual(y + 0.001);
      expect(tops[i + 1]!).toBeGreaterThan(y);
      const w = h.window(y, 800);
      expect(w.to - w.from).toBeLessThan(50);
      expect(w.before).toBeLessThanOrEqual(y);
      expect(h.total - w.after).toBeGreaterThanOrEqual(Math.min(h.total, y + 800) - 0.001);
    }
    expect(h.measure("k0", 40)).toBe(false);
    expect(h.measure("k0", 90)).toBe(true);
  });
});

describe("what calls for attention", () => {
  const make = (prefs = { sound: true, desktop: true, badge: true }) => {
    vi.useFakeTimers();
    const told: string[] = [];
    const notifier = new Notifier({ chime: (l) => told.push(`chime ${l}`), show: (title) => (told.push(title), () => told.push("closed")) }, () => prefs);
    return { told, notifier };
  };
  it("grows until it is seen", () => {
    const { told, notifier } = make();
    notifier.ring("Ana", "why");
    expect(notifier.urgent.value).toBe(true);
    for (const ms of RINGS) vi.advanceTimersByTime(ms);
    expect(told).toEqual(["Ana", "chime 0", "chime 1", "chime 2", "chime 3", "closed", "Ana", "chime 3"]);
    notifier.seen();
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(8);
    expect(notifier.urgent.value).toBe(false);
    notifier.stop();
    expect(told.at(-1)).toBe("closed");
    vi.useRealTimers();
  });
  it("each can be switched off", () => {
    const { told, notifier } = make({ sound: false, desktop: false, badge: false });
    notifier.ring("Ana", "");
    vi.advanceTimersByTime(20_000);
    notifier.once("x", "");
    notifier.stop();
    expect(told).toEqual([]);
    vi.useRealTimers();
  });
});

describe("search", () => {
  it("waits until one has typed, asks once, and forgets what is no longer asked", async () => {
    vi.useFakeTimers();
    const asked: string[] = [];
    const api = new DeskApi(
      () => "T",
      async (path, init) => {
        asked.push(path);
        expect(new Headers(init.headers).get("Authorization")).toBe("Bearer T");
        return new Response(JSON.stringify({ hits: [{ callId: "c", entry: { seq: 1, time: 1, text: "a lamp" } }] }));
      },
    );
    const m = new InboxModel(api);
    for (const q of ["l", "la", "lam", "lamp"]) m.search(q);
    expect(m.searching.value).toBe(true);
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS + 1);
    expect(asked).toEqual(["/v1/desk/search?q=lamp"]);
    expect(m.hits.value).toHaveLength(1);
    m.search("");
    expect([m.hits.value, m.searching.value]).toEqual([null, false]);
    vi.useRealTimers();
  });
});

describe("small parts", () => {
  const replies = [
    { id: "1", title: "label", text: "I have sent you a new label.", version: 1 },
    { id: "2", title: "thanks", text: "Thank you. The label is on its way.", version: 1 },
  ];
  it.each([
    ["/", ["label", "thanks"]],
    ["/lab", ["label", "thanks"]],
    ["/tha", ["thanks"]],
    ["/zzz", []],
    ["hello /lab", null],
    ["", null],
  ])("ready replies for %o", (draft, want) => expect(cannedFor(draft, replies)?.map((r) => r.title) ?? null).toEqual(want));
  it("names in settings of any shape", () => {
    expect(names(["a", { name: "b" }, { label: "c" }, 5, null])).toEqual(["a", "b", "c"]);
    expect(names({ items: ["x"] })).toEqual(["x"]);
    expect(names(undefined)).toEqual([]);
  });
  it("the palette has what can be done now, in the language shown", async () => {
    const m = new ConsoleModel();
    m.me.value = { identity: "dana", presence: "away", load: 0, capacity: 2 };
    expect(matching(actions(m), "avail").map((a) => a.id)).toEqual(["available"]);
    expect(actions(m).some((a) => a.id === "handback" || a.id === "accept")).toBe(false);
    m.offer.value = { offer: 1, kind: "routed", untilAt: 0, handoff: handoff("x") };
    expect(matching(actions(m), "acc")[0]?.id).toBe("accept");
    await setLanguage("he", false);
    expect(matching(actions(m), "להיות זמין")).toHaveLength(1);
    await setLanguage("en", false);
  });
  it("an offer is answered while one types, by Alt; the palette opens anywhere", () => {
    const key = (o: object) => ({ key: "å", code: "", shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...o });
    expect(command(key({ altKey: true, code: "KeyA" }), true, false)).toBe("accept");
    expect(command(key({ key: "d", altKey: true, code: "KeyD" }), true, false)).toBe("decline");
    expect(command(key({ key: "a" }), true, false)).toBeNull();
    expect(command(key({ key: "k", metaKey: true }), true, false)).toBe("palette");
  });
  it("room at the desk", () => {
    const a = { identity: "x", load: 1, capacity: 2 };
    expect(hasRoom({ ...a, presence: "busy" })).toBe(true);
    expect(hasRoom({ ...a, presence: "busy", load: 2 })).toBe(false);
    expect(hasRoom({ ...a, presence: "away" })).toBe(false);
  });
});

describe("the caller's wait", () => {
  it.each([
    [{ phone: "", email: "", note: "" }, ["form"]],
    [{ phone: "+49 (30) 123-4567", email: "", note: "" }, []],
    [{ phone: "1234", email: "", note: "" }, ["phone"]],
    [{ phone: "call me", email: "", note: "" }, ["phone"]],
    [{ phone: "", email: "kim@example.org", note: "" }, []],
    [{ phone: "", email: "kim@example", note: "" }, ["email"]],
    [{ phone: "", email: "a b@c.de", note: "" }, ["email"]],
  ])("call-back %o", (c, want) => expect(Object.keys(problems(c))).toEqual(want));
  it("what ends a request, and what only says how it stands", () => {
    expect(isOver({ waitedMs: 0, reason: "outOfHours", reply: "Nine", callBack: true })).toBe(true);
    expect(isOver({ waitedMs: 5, position: 2 })).toBe(false);
    expect(isOver({ waitedMs: 5, question: "keepWaiting" })).toBe(false);
  });
  it("a likely wait is said roughly", () => expect([4_000, 40_000, 70_000, 250_000].map(roughly)).toEqual([30_000, 30_000, 60_000, 240_000]));
  it("REST is where the socket is", () => {
    expect(restBase({ wsUrl: "wss://calls.example.org/v1/ws" })).toBe("https://calls.example.org");
    expect(restBase({ url: "http://127.0.0.1:8080" })).toBe("http://127.0.0.1:8080");
  });
});
