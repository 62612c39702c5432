/** What calls the operator, how they want it, and where a call went wrong. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Attention, PATIENCE_MS, WARNING_MS } from "../app/console/attention.ts";
import { DeskCall } from "../app/console/deskcall.ts";
import { matchingRows, rows } from "../app/console/inbox.ts";
import { Notifier } from "../app/console/notify.ts";
import { PrefsModel } from "../app/console/prefs.ts";
import { Announcer } from "../app/shared/announce.ts";
import { RelevoCall, type AgentLine, type DeskAlert, type Entry, type HandoffLine } from "../sdk/src/index.ts";

const handoff = (id: string, o: Partial<HandoffLine> = {}): HandoffLine => ({ id, call: `call-${id}`, state: "pending", priority: 3, rank: 3, seq: 1, enteredAt: 0, caller: id, ...o });
const me = (o: Partial<AgentLine> = {}): AgentLine => ({ identity: "dana", presence: "available", load: 0, capacity: 1, ...o });

function make() {
  const told: string[] = [];
  const notifier = new Notifier({ chime: () => undefined, show: (title) => (told.push(title), () => undefined) }, () => ({ sound: true, desktop: true, badge: true }));
  return { told, notifier, attention: new Attention(notifier, new Announcer()) };
}

describe("who waits with nobody asked", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("calls whoever has room, until it is seen, once for each", () => {
    const { told, notifier, attention } = make();
    attention.line([handoff("Ana")], me(), false);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(PATIENCE_MS);
    expect(told).toEqual(["Ana asks for a person."]);
    expect(notifier.urgent.value).toBe(true);
    notifier.seen();
    attention.line([handoff("Ana")], me(), false);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(1);
    attention.line([handoff("Ana"), handoff("Ben")], me(), false);
    vi.advanceTimersByTime(PATIENCE_MS);
    expect(told.at(-1)).toBe("Ben asks for a person.");
    attention.line([], me(), false);
    expect(notifier.urgent.value).toBe(false);
  });
  it.each([
    ["it is offered to somebody", [handoff("Ana", { state: "offered", offeredTo: "sam" })], me(), false],
    ["one is away", [handoff("Ana")], me({ presence: "away" }), false],
    ["one has no room", [handoff("Ana")], me({ presence: "busy", load: 1 }), false],
    ["one is wrapping up", [handoff("Ana")], me({ presence: "wrapUp" }), false],
    ["another rings here", [handoff("Ana")], me({ presence: "ringing" }), true],
    ["one only looks", [handoff("Ana")], null, false],
    ["nobody waits", [handoff("Ana", { state: "connected" })], me(), false],
  ] as const)("is silent where %s", (_, line, who, rings) => {
    const { told, attention } = make();
    attention.line(line, who, rings);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });
  it("who was offered here, and was declined, is not called for again", () => {
    const { told, attention } = make();
    attention.offer({ offer: 1, kind: "routed", untilAt: 0, handoff: handoff("Ana", { state: "offered" }) });
    attention.line([handoff("Ana")], me(), false);
    vi.advanceTimersByTime(PATIENCE_MS * 2);
    expect(told.filter((x) => x.includes("asks for"))).toEqual([]);
  });
  it("what is offered within moments does not ring twice", () => {
    const { told, attention } = make();
    attention.line([handoff("Ana")], me(), false);
    vi.advanceTimersByTime(PATIENCE_MS - 1);
    attention.line([handoff("Ana", { state: "offered", offeredTo: "sam" })], me(), false);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });
});

describe("deadlines", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const alert = (kind: DeskAlert["kind"], id = "h"): DeskAlert => ({ handoff: id, call: "c", goal: "firstResponse", kind, dueAt: 0, caller: "Ana", priority: 1 });
  const kinds = (a: Attention) => a.alerts.value.map((x) => x.kind);

  it("a warning goes by itself, a breach when it is seen or its handoff is over", () => {
    const { attention } = make();
    attention.alert(alert("atRisk"));
    expect(kinds(attention)).toEqual(["atRisk"]);
    attention.alert(alert("breached"));
    expect(kinds(attention)).toEqual(["breached"]); // instead of the warning
    attention.alert(alert("atRisk", "other"));
    vi.advanceTimersByTime(WARNING_MS);
    expect(kinds(attention)).toEqual(["breached"]);
    attention.dismiss(attention.alerts.value[0]!.key);
    expect(kinds(attention)).toEqual([]);
    attention.alert(alert("breached"));
    attention.ended(handoff("h"));
    expect(kinds(attention)).toEqual([]);
  });
  it("told again, it is one; of many the newest are in sight", () => {
    const { attention } = make();
    for (let i = 0; i < 20; i++) {
      attention.alert(alert("breached", `h${i}`));
      attention.alert(alert("breached", `h${i}`));
    }
    expect(attention.alerts.value.map((a) => a.handoff)).toEqual(["h16", "h17", "h18", "h19"]);
  });
});

describe("how one wants to be called", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal("localStorage", { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) });
  });
  afterEach(() => void vi.unstubAllGlobals());

  it("the operator's setting holds until one chooses, also for who comes again", () => {
    const p = new PrefsModel();
    expect(p.all.value).toMatchObject({ sound: true, desktop: true, badge: true });
    p.operator({ sound: false, desktop: false, badge: true });
    expect(p.all.value).toMatchObject({ sound: false, desktop: false, badge: true });
    p.set({ sound: true });
    p.operator({ sound: false, desktop: true, badge: false });
    expect(p.all.value).toMatchObject({ sound: true, desktop: true, badge: false });
    const later = new PrefsModel();
    later.operator({ sound: false, desktop: false, badge: false });
    expect(later.all.value).toMatchObject({ sound: true, desktop: false, badge: false });
  });
  it.each(["{", "null", "[]", '{"sound":"yes","__proto__":{"keys":false},"other":true}'])("what is kept may be anything: %s", (text) => {
    kept.set("relevo.console.prefs", text);
    expect(new PrefsModel().all.value).toEqual({ sound: true, desktop: true, badge: true, warm: false, keys: true });
  });
});

it("live calls are found by who calls, what it is about and what was said", () => {
  const all = rows({
    calls: [
      { id: "a", state: "ai", epoch: 1, createdAt: 0, stateAt: 0, caller: "Ana Ruiz", brief: { matter: "a broken lamp" } },
      { id: "b", state: "human", epoch: 1, createdAt: 0, stateAt: 0, caller: "Ben", human: "Sam", lastLine: { role: "caller", text: "The LAMP is late", end: true } },
    ],
    handoffs: [],
    me: { identity: "dana", name: "Dana" },
  });
  const found = (q: string) => matchingRows(all, q).map((r) => r.id).sort();
  expect([found("lamp"), found("lamp late"), found("ana"), found("sam"), found("  "), found("nothing")]).toEqual([["a", "b"], ["b"], ["a"], ["b"], [], []]);
});

it("one goes from failure to failure, the last first, and round again", () => {
  const call = new RelevoCall({ token: "t", call: "c", wsUrl: "ws://127.0.0.1:1/" });
  const desk = new DeskCall({ id: "c", token: "t", warm: () => false, announcer: new Announcer(), makeCall: () => call });
  const entry = (seq: number, o: Partial<Entry>): Entry => ({ seq, time: seq * 1_000, kind: "sentence", role: "agent", speakerId: "ai", text: "said", ...o }) as Entry;
  const all = call.model.transcript;
  all.entry(entry(1, {}));
  all.entry(entry(2, { text: "a guess", data: { confidence: 0.3 } } as never));
  all.entry(entry(3, { text: "sure", data: { confidence: 0.9 } } as never));
  all.entry(entry(4, { kind: "event", text: "", event: "engineFailed" } as never));
  all.entry(entry(5, { role: "caller", text: "not an AI's", data: { confidence: 0.1 } } as never));
  desk.lines.value = all.lines;
  const keys = desk.failures.value;
  expect(keys).toHaveLength(2);
  const gone = [1, 2, 3, 4].map(() => {
    desk.toFailure();
    return desk.jump.value;
  });
  expect(gone).toEqual([keys[1], keys[0], keys[1], keys[0]]);
});
