/** What the AI has for the human: from the wire to the desk. */
import { describe, expect, it } from "vitest";
import { DeskCall } from "../app/console/deskcall.ts";
import { Announcer } from "../app/shared/announce.ts";
import { Emitter } from "../sdk/src/emitter.ts";
import { type CallEvents, type RelevoCall } from "../sdk/src/index.ts";
import { CallModel } from "../sdk/src/model.ts";

const envelope = (type: number, data: unknown, seqId: number) => ({ type, data, seqId, epoch: 2 });

describe("2005 and briefs", () => {
  function told(data: unknown): [string, unknown][] {
    const out: [string, unknown][] = [];
    new CallModel((event, payload) => out.push([event, payload])).envelope(envelope(2005, data, 1));
    return out;
  }
  it("tells each kind by its own event", () => {
    expect(told({ kind: "suggestion", seq: 3, replies: [{ text: "Yes.", sources: ["a.md"] }] })).toEqual([["suggestion", { seq: 3, replies: [{ text: "Yes.", sources: ["a.md"] }] }]]);
    expect(told({ kind: "suggestion", seq: 4 })).toEqual([["suggestion", { seq: 4, replies: [] }]]);
    expect(told({ kind: "summary", summary: { matter: "x" } })).toEqual([["summary", { matter: "x" }]]);
    expect(told({ kind: "facts", facts: [{ kind: "name", value: "Kim", confidence: 1 }] })).toEqual([["facts", [{ kind: "name", value: "Kim", confidence: 1 }]]]);
    expect(told({ kind: "watch", reason: "upset" })).toEqual([["watch", { reason: "upset" }]]);
  });
  it.each([null, 5, {}, { kind: "new" }, { kind: "summary" }, { kind: "summary", summary: "x" }])("%o tells nothing", (data) => expect(told(data)).toEqual([]));
  it("drops what is no reply and no fact", () => {
    expect(told({ kind: "suggestion", replies: [{ text: " " }, null, { text: 5 }, "x"] })).toEqual([["suggestion", { seq: undefined, replies: [] }]]);
    expect(told({ kind: "facts", facts: [{ kind: "name" }, 7] })).toEqual([["facts", []]]);
  });
  it("tells a handoff's brief, and none of what is none", () => {
    const events: string[] = [];
    const m = new CallModel((event) => events.push(event));
    m.notification("handoff", { waitedMs: 0, brief: { summary: { matter: "x" }, seq: 1 } });
    m.notification("handoff", { waitedMs: 0, brief: 5 });
    m.notification("handoff", { waitedMs: 0 });
    expect(events).toEqual(["brief", "handoff", "handoff", "handoff"]);
  });
});

class Told extends Emitter<CallEvents> {
  override emit<K extends keyof CallEvents>(event: K, payload: CallEvents[K]): void {
    super.emit(event, payload);
  }
}

/** A call that does nothing but tell. */
function desk() {
  const e = new Told();
  const asked: unknown[] = [];
  const participants = [{ id: "me", identity: "dana", role: "human" as const }];
  const call = {
    on: e.on.bind(e),
    onAny: e.onAny.bind(e),
    me: participants[0],
    participants,
    closed: false,
    model: { participant: (id: string) => participants.find((p) => p.id === id), takeover: null, transcript: { lines: [] } },
    returnToAI: (o: unknown) => Promise.resolve(void asked.push(o)),
  } as unknown as RelevoCall;
  const d = new DeskCall({ id: "c", token: "t", warm: () => true, announcer: new Announcer(), makeCall: () => call });
  const state = (s: "ai" | "pending" | "human" | "returning", holder = "ai") => e.emit("callState", { state: s, epoch: 1, holder });
  return { d, e, state, asked };
}

describe("the desk", () => {
  it("shows suggestions to who holds the call only, and puts one into the box without sending it", () => {
    const { d, e, state } = desk();
    e.emit("suggestion", { replies: [{ text: "Early." }] });
    expect(d.replies.value).toEqual([]);
    state("human", "me");
    e.emit("suggestion", { replies: [1, 2, 3, 4].map((n) => ({ text: `Reply ${n}.` })) });
    expect(d.replies.value.length).toBe(3);
    expect(d.useReply(3)).toBe(false);
    d.draft.value = "Well, ";
    expect(d.useReply(1)).toBe(true);
    expect(d.draft.value).toBe("Well, Reply 2.");
    expect(d.replies.value).toEqual([]);
    expect(d.useReply(0)).toBe(false);
  });
  it("forgets with the return what was for who had the call; the brief stays", async () => {
    const { d, e, state, asked } = desk();
    e.emit("brief", { summary: { matter: "brief" }, facts: [{ kind: "order", value: "1", confidence: 1 }], seq: 1 });
    state("pending");
    expect(d.briefShown.value).toBe(true);
    expect(d.summary.value?.matter).toBe("brief");
    state("human", "me");
    e.emit("summary", { matter: "now" });
    e.emit("facts", [{ kind: "order", value: "2", confidence: 1 }]);
    e.emit("suggestion", { replies: [{ text: "Reply." }] });
    expect([d.summary.value?.matter, d.facts.value[0]?.value]).toEqual(["now", "2"]);
    d.watch.value = true;
    await d.handBack();
    expect(asked).toEqual([{ watch: true }]);
    state("ai");
    expect([d.summary.value?.matter, d.facts.value[0]?.value, d.replies.value.length, d.briefShown.value]).toEqual(["brief", "1", 0, false]);
    e.emit("watch", { reason: "upset" });
    expect(d.problem.value).toBe("The caller is upset");
  });
});
