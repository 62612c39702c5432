/** Desk and DeskState before the scripted server, in Node. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { byLine, Desk, DeskState, type DeskEvents, type HandoffLine, type WatchDeskResult } from "../sdk/src/index.ts";
import { WebSocket as NodeWebSocket } from "ws";
import { FakeServer } from "./fakeserver.ts";

Object.assign(globalThis, { WebSocket: NodeWebSocket });

let server: FakeServer;
let base: string;
let desks: Desk[];
beforeEach(async () => {
  server = new FakeServer();
  base = await server.listen();
  desks = [];
});
afterEach(async () => {
  for (const d of desks) d.close();
  await server.close();
});

let seq = 0;
function handoff(id: string, o: Partial<HandoffLine> = {}): HandoffLine {
  return { id, call: `call-${id}`, state: "pending", priority: 3, rank: o.priority ?? 3, seq: ++seq, enteredAt: 1_000, pendingAt: 1_000, ...o };
}

function open(o: { away?: boolean } = {}): { desk: Desk; told: [keyof DeskEvents, unknown][] } {
  const desk = new Desk({ url: base, token: "desk-dana", ...o });
  const told: [keyof DeskEvents, unknown][] = [];
  desk.onAny((e, p) => told.push([e, p]));
  desks.push(desk);
  desk.start();
  return { desk, told };
}
/** What was told, but for the state as a whole and the operator's settings, which come on every entering. */
const names = (told: [keyof DeskEvents, unknown][]) => told.map(([e]) => e).filter((e) => e !== "changed" && e !== "settings");

describe("DeskState", () => {
  const empty: WatchDeskResult = { role: "agent", handoffs: null, agents: null, calls: null, board: { waiting: [0, 0, 0, 0], ringing: 0, active: 0, atRisk: 0, breached: 0, agents: {}, places: 0, free: 0, service: "available" } };
  it("the line: front first, then rank, then who came first", () => {
    const s = new DeskState();
    const a = handoff("a", { rank: 3 });
    const b = handoff("b", { rank: 1 });
    const c = handoff("c", { rank: 3 });
    const d = handoff("d", { rank: 4, front: true });
    const e = handoff("e", { rank: 1, state: "connected" });
    s.reset({ ...empty, handoffs: [c, a, e, d, b] });
    expect(s.line.map((h) => h.id)).toEqual(["d", "b", "a", "c"]);
    expect([a, b, c, d].sort(byLine)).toEqual(s.line);
  });
  it("tells what has ended and who has begun to wait, each once", () => {
    const s = new DeskState();
    s.reset(empty);
    expect(s.changed({ handoffs: [handoff("a")] })).toMatchObject({ asked: [{ id: "a" }], ended: [] });
    expect(s.changed({ handoffs: [handoff("a", { state: "offered" })] })).toMatchObject({ asked: [], ended: [] });
    s.changed({ handoffs: [handoff("a", { state: "connected" })] });
    expect(s.changed({ handoffs: [handoff("a")] }).asked).toHaveLength(1); // it waits again
    expect(s.changed({ handoffs: [handoff("a", { state: "ended" })] }).ended).toHaveLength(1);
    expect(s.changed({ handoffs: [handoff("a", { state: "ended" })] }).ended).toHaveLength(0);
    expect(s.handoffs).toEqual([]);
  });
  it("an offer that is gone is not the one that rings", () => {
    const s = new DeskState();
    s.reset(empty);
    s.ringing({ offer: 2, kind: "routed", untilAt: 1, handoff: handoff("a") });
    expect(s.rungOut({ offer: 1, why: "unanswered" })).toBe(false);
    expect(s.offer?.offer).toBe(2);
    expect(s.rungOut({ offer: 2, why: "unanswered" })).toBe(true);
    expect(s.offer).toBeNull();
  });
});

describe("Desk", () => {
  it("tells what the operator has set, on entering and when it changes", async () => {
    server.settings = { notifications: { sound: false, desktop: true, badge: true } };
    const { told } = open();
    const set = () => told.filter(([e]) => e === "settings").map(([, p]) => (p as DeskEvents["settings"]).notifications.sound);
    await expect.poll(set).toEqual([false]);
    server.tell("deskSettings", { notifications: { sound: true, desktop: true, badge: true } });
    await expect.poll(set).toEqual([false, true]);
  });
  it("enters, tells who waits, rings, and passes on what is asked", async () => {
    server.createCall("Ana", "call-a");
    server.handoffs = [handoff("a")];
    const { desk, told } = open();
    await expect.poll(() => names(told)).toEqual(["asked", "online"]);
    expect(desk.state.me?.presence).toBe("available");
    expect(desk.state.calls.map((c) => c.id)).toEqual(["call-a"]);
    server.tell("deskOffer", { offer: 7, kind: "routed", untilAt: 5, handoff: handoff("a", { state: "offered" }) });
    await expect.poll(() => desk.state.offer?.offer).toBe(7);
    const asked: [string, unknown][] = [];
    server.onDesk = (m, p) => asked.push([m, p]);
    await desk.accept(7);
    await desk.transfer("a", { skills: [{ name: "billing" }] });
    await desk.amend("a", { priority: 1 });
    await desk.presence("away", "lunch");
    await desk.presence("available");
    expect(asked).toEqual([
      ["accept", { offer: 7 }],
      ["transfer", { handoff: "a", skills: [{ name: "billing" }] }],
      ["amend", { handoff: "a", priority: 1 }],
      ["presence", { presence: "away", why: "lunch" }],
      ["presence", { presence: "available" }],
    ]);
    server.tell("deskOfferGone", { offer: 7, why: "accepted" });
    server.tell("deskClaim", { handoff: "a", call: "call-a" });
    await expect.poll(() => names(told)).toEqual(["asked", "online", "offer", "offerGone", "claim"]);
    server.failures.set("take", { code: -32009, message: "Sam has it" });
    await expect(desk.take("a")).rejects.toMatchObject({ kind: "conflict", message: "Sam has it" });
  });

  it("comes back, says what rang meanwhile, and stays away where it was away", async () => {
    const { desk, told } = open();
    await expect.poll(() => names(told)).toEqual(["online"]);
    server.tell("deskOffer", { offer: 1, kind: "routed", untilAt: 5, handoff: handoff("a") });
    server.tell("deskPresence", { presence: "away", why: "missed" });
    await expect.poll(() => desk.state.me?.presence).toBe("away");
    server.offer = { offer: 2, kind: "assigned", untilAt: 9, handoff: handoff("b") };
    server.requests.length = 0;
    server.dropSockets();
    await expect.poll(() => desk.state.offer?.offer, { timeout: 5_000 }).toBe(2);
    expect(names(told)).toEqual(["online", "offer", "presence", "online", "offerGone", "offer", "online"]);
    expect(told.filter(([e]) => e === "online").map(([, p]) => p)).toEqual([true, false, true]);
    expect(server.requests[0]).toMatchObject({ method: "watchDesk", params: { away: true } });
  });

  it("a token that is no longer good ends it", async () => {
    server.failures.set("watchDesk", { code: -32001, message: "log in" });
    const { desk, told } = open();
    await expect.poll(() => names(told)).toEqual(["unauthorized"]);
    await expect(desk.takeNext()).rejects.toMatchObject({ code: "socket" });
  });
});
