import { describe, expect, it, vi } from "vitest";
import { emailOf, fromFragment, fromObject, refuseQueryToken } from "../app/caller/config.ts";
import { remedy } from "../app/caller/check.ts";
import { party } from "../app/caller/who.ts";
import { readLogin } from "../app/console/desk.ts";
import { command, shortcuts } from "../app/console/shortcuts.ts";
import { toSubscribe } from "../app/console/subscription.ts";
import { callerLabel, factLabel, reasonText, sourceText, takeoverProblem, troubleText } from "../app/console/wording.ts";
import { Announcer } from "../app/shared/announce.ts";
import { clock, initials, spokenDuration } from "../app/shared/format.ts";
import { loudness } from "../app/shared/levels.ts";
import { turns, weave } from "../app/shared/turns.ts";
import { RpcError, sortCalls, type CallSummary, type Line } from "../sdk/src/index.ts";
import { LocalMedia } from "../sdk/src/media.ts";

describe("config", () => {
  it("refuses a token in the query", () => {
    expect(() => refuseQueryToken("?token=x")).toThrow(/not safe/);
    expect(() => refuseQueryToken("?lang=en")).not.toThrow();
  });
  it("takes one from the fragment", () => {
    expect(fromFragment("#token=a.b.c&ws=wss://x/v1/ws")).toEqual({ token: "a.b.c", wsUrl: "wss://x/v1/ws" });
    expect(fromFragment("#token=a")).toEqual({ token: "a", url: "/" });
    expect(fromFragment("#x")).toBeNull();
  });
  it("takes an e-mail address from the query or the fragment", () => {
    expect(emailOf("?email=kim%40example.org", "")).toBe("kim@example.org");
    expect(emailOf("?email=a@b.co", "#token=x&email=kim@example.org")).toBe("kim@example.org");
    expect(fromObject({ token: "a", email: "kim@example.org" })?.email).toBe("kim@example.org");
    for (const bad of ["", "?email=", "?email=kim", "?email=kim@example", "?email=<kim@example.org>", "?email=a b@c.de", `?email=${"a".repeat(250)}@example.org`]) {
      expect(emailOf(bad, "")).toBeUndefined();
    }
  });
  it.each([null, 1, "x", {}, { token: 5 }, { token: "" }])("%o is none", (v) => expect(fromObject(v)).toBeNull());
});

describe("shortcuts", () => {
  const key = (k: string, o = {}) => ({ key: k, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...o });
  it("acts on keys, but not while somebody types or with a modifier", () => {
    expect(command(key("t"), false, false)).toBe("takeover");
    expect(command(key("T", { shiftKey: true }), false, false)).toBe("takeoverAgentVoice");
    expect(command(key("t"), true, false)).toBeNull();
    expect(command(key("t", { ctrlKey: true }), false, false)).toBeNull();
    expect(command(key("ArrowDown"), false, false)).toBeNull();
    expect(command(key("ArrowDown"), false, true)).toBe("next");
  });
  it("suggestions are taken by their number", () => {
    expect(command(key("2"), false, false)).toBe("use2");
    expect(command(key("2"), true, false)).toBeNull();
    expect(command(key("4"), false, false)).toBeNull();
  });
  it("the help names each command once", () => {
    const all = shortcuts.map((s) => s.command);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("who am I talking to", () => {
  const base = { takeover: null, agentState: "thinking" as const, humanSpeaks: false };
  it.each([
    ["ai", null, { who: "agent", doing: "Thinking" }],
    ["pending", null, { who: "agent" }],
    ["willStart", { uid: "u", mode: 1, name: "Dana", connected: false }, { who: "agent" }],
    ["human", { uid: "u", mode: 1, name: "Dana", connected: true }, { who: "human", name: "Dana", role: "Human agent" }],
    ["human", { uid: "u", mode: 0, name: "Dana", connected: true }, { who: "human", role: "Human agent, in the assistant’s voice" }],
    ["returning", { uid: "u", mode: 1, name: "Dana", connected: true }, { who: "human" }],
  ] as const)("%s with %o", (state, takeover, want) =>
    expect(party({ ...base, state: { state, epoch: 1 }, takeover: takeover as never })).toMatchObject(want),
  );
});

describe("lines", () => {
  const line = (o: Partial<Line>): Line => ({ key: "k", kind: "sentence", role: "agent", speakerId: "a", text: "x", final: true, cut: false, private: false, time: 0, seq: 0, backlog: false, rev: 0, ...o });
  it("gathers one speaker's lines to a turn", () => {
    const t = turns([line({ key: "1" }), line({ key: "2" }), line({ key: "3", role: "caller", speakerId: "c" }), line({ key: "4", text: "" })], () => null);
    expect(t.map((x) => x.lines.length)).toEqual([2, 1]);
  });
  it("puts milestones where they happened, once", () => {
    const lines = [line({ key: "1", time: 10 }), line({ key: "2", time: 20 })];
    const marks = [
      { event: "request", time: 15, after: "1" },
      { event: "human", time: 30, after: "2" },
      { event: "early", time: 5, after: null },
      { event: "lateBacklog", time: 15, after: null },
    ];
    expect(weave(lines, marks).map((l) => l.event ?? l.key)).toEqual(["early", "1", "request", "lateBacklog", "2", "human"]);
    const told = line({ key: "e", kind: "event", event: "request", time: 16 });
    expect(weave([...lines, told], marks).filter((l) => l.event === "request")).toEqual([told]);
  });
  it("a milestone from before the backlog stands before a later one", () => {
    const lines = [line({ key: "1", time: 1_000 }), line({ key: "2", time: 2_000 })];
    const marks = [
      { event: "human", time: 90_000, after: null },
      { event: "ai", time: 95_000, after: "2" },
    ];
    expect(weave(lines, marks).map((l) => l.event ?? l.key)).toEqual(["1", "2", "human", "ai"]);
  });
  it("leaves out “is joining” when they have joined", () => {
    const ev = (event: string) => line({ key: event, kind: "event", event });
    expect(turns([ev("request"), ev("willStart"), ev("human")], (l) => l.event!).map((t) => t.text)).toEqual(["request", "human"]);
  });
});

describe("desk", () => {
  const p = (id: string) => ({ id, identity: id, role: "caller" as const });
  const all = { audio: true, video: true, transcripts: true };
  const none = { audio: false, video: false, transcripts: false };
  it("subscribes in as few words as possible", () => {
    expect(toSubscribe([p("a"), p("b")], {}, all)).toEqual({ mode: "all" });
    expect(toSubscribe([p("a")], { a: all }, all)).toEqual({ mode: "all" });
    expect(toSubscribe([p("a")], {}, none)).toEqual({ mode: "none" });
    expect(toSubscribe([p("a"), p("b")], { a: none }, all)).toEqual({ mode: "some", participants: [{ id: "a", ...none }, { id: "b", ...all }] });
    expect(toSubscribe([p("a")], { a: all }, none)).toEqual({ mode: "some", participants: [{ id: "a", ...all }] });
  });
  it("lists who waits first, longest wait first", () => {
    const c = (id: string, state: CallSummary["state"], stateAt: number): CallSummary => ({ id, state, stateAt, epoch: 1, createdAt: 0 });
    expect(sortCalls([c("h", "human", 1), c("a", "ai", 1), c("p2", "pending", 9), c("p1", "pending", 3)]).map((x) => x.id)).toEqual(["p1", "p2", "a", "h"]);
  });
  it("calls callers by name, or tells them apart", () => {
    expect(callerLabel("Ana")).toBe("Ana");
    expect(callerLabel("caller-5ylpl5itsdfm5cw7")).toBe("Caller 5CW7");
    expect(callerLabel(undefined, "caller-5ylpl5itsdfm5cw7")).toBe("Caller 5CW7");
    expect(callerLabel(undefined, "ana@example.com")).toBe("Caller");
  });
  it("names who was first", () => {
    expect(takeoverProblem(new RpcError(-32009, "taken", { name: "Sam" }))).toBe("Sam already has this call.");
    expect(takeoverProblem(new RpcError(-32009, "returning"))).toBe("returning");
    expect(takeoverProblem(new RpcError(-32010, "x"))).toBe("The call has ended.");
  });
  it("reads the login's answer", () => {
    expect(readLogin("dana", { token: "t", identity: "dana", name: "Dana Reyes" }).user).toEqual({ identity: "dana", name: "Dana Reyes", avatar: undefined });
    expect(() => readLogin("dana", {})).toThrow();
  });
});

describe("small things", () => {
  it("formats", () => {
    expect([0, 59_999, 60_000, 3_661_000].map(clock)).toEqual(["0:00", "0:59", "1:00", "1:01:01"]);
    expect(spokenDuration(61_000)).toBe("1 minute 1 second");
    expect([initials("Dana Reyes"), initials(" ana "), initials(undefined), initials("Ó Dálaigh")]).toEqual(["DR", "A", "", "ÓD"]);
    expect(loudness(new Float32Array(100))).toBe(0);
    expect(loudness(new Float32Array(100).fill(0.5))).toBe(1);
  });
  it.each(["denied", "dismissed", "notFound", "inUse", "insecure", "unsupported", "failed"])("%s has a remedy", (code) =>
    expect(remedy({ device: "microphone", code }, "Chrome").steps.length).toBeGreaterThan(0),
  );
  it("announces what comes together as one message, and forgets what is old", () => {
    vi.useFakeTimers();
    const a = new Announcer(300);
    for (let i = 0; i < 9; i++) a.say(`m${i}.`);
    expect(a.text.value).toBe("");
    vi.advanceTimersByTime(300);
    expect(a.text.value).toBe("m5. m6. m7. m8.");
    vi.useRealTimers();
  });
});

describe("local media", () => {
  it("works towards the newest wish and skips those between", async () => {
    const opened: string[] = [];
    const sent: (string | null)[] = [];
    const stopped: string[] = [];
    let release = () => {};
    const media = new LocalMedia(
      { track: (_s, t) => Promise.resolve(void sent.push(t?.id ?? null)), ended: () => {} },
      async (_s, id) => {
        opened.push(id ?? "");
        if (opened.length === 1) await new Promise<void>((r) => (release = r));
        return { id: id ?? "any", stop: () => stopped.push(id ?? "any") } as unknown as MediaStreamTrack;
      },
    );
    const first = media.set("camera", { on: true, deviceId: "1" });
    void media.set("camera", { on: false });
    void media.set("camera", { on: true, deviceId: "2" });
    const last = media.set("camera", { on: true, deviceId: "3" });
    release();
    await Promise.all([first, last]);
    expect(opened).toEqual(["1", "3"]);
    expect(sent.at(-1)).toBe("3");
    expect(stopped).toEqual(["1"]);
  });

  it("goes back to what is true when a device can not be had", async () => {
    const media = new LocalMedia({ track: () => Promise.resolve(), ended: () => {} }, () => Promise.reject(new Error("no")));
    await expect(media.set("microphone", { on: true })).rejects.toThrow("no");
    expect(media.isOn("microphone")).toBe(false);
  });
});

describe("words of the copilot", () => {
  it("says what is known in words and leaves the rest as it is", () => {
    expect(reasonText("callerAsked")).toBe("The caller asked for a person");
    expect(reasonText("lowConfidence")).toBe("The AI did not know the answer");
    expect(reasonText("Wants a refund")).toBe("Wants a refund");
    expect(reasonText("toString")).toBe("toString");
    expect(reasonText("")).toBeNull();
    expect(factLabel("order")).toBe("Order number");
    expect(factLabel("vin")).toBe("vin");
    expect(troubleText("upset")).toBe("The caller is upset");
    expect(sourceText("products/acmetron.md#acmetron-price")).toBe("products, acmetron, acmetron price");
  });
});
