import { describe, expect, it } from "vitest";
import { decodeEnvelope, decodeMessage, encodeNotification, encodeRequest, SequenceFilter } from "../sdk/src/codec.ts";
import { RpcError, toMediaError } from "../sdk/src/errors.ts";
import { CALLER_SLOTS, CONSOLE_SLOTS, mids, plan, publications } from "../sdk/src/mlines.ts";
import { socketUrl } from "../sdk/src/options.ts";
import { judge, read } from "../sdk/src/quality.ts";
import { IceRestartPolicy, ReconnectPolicy } from "../sdk/src/reconnect.ts";
import { SessionStore } from "../sdk/src/session.ts";

describe("reconnect policy", () => {
  const options = { windowMs: 30_000, baseMs: 250, maxMs: 4_000 };

  it("tries at once, then ever less often, until the place is gone", () => {
    const p = new ReconnectPolicy(0, options, () => 1);
    let now = 0;
    const delays: number[] = [];
    for (let d = p.next(now); d !== null; d = p.next(now)) {
      delays.push(d);
      now += d;
      if (d === 0) break;
    }
    expect(delays.slice(0, 7)).toEqual([100, 250, 500, 1000, 2000, 4000, 4000]);
    expect(now).toBe(30_000);
  });

  it("spreads: never below half of a delay, never above it", () => {
    for (const r of [0, 0.25, 0.5, 0.999]) {
      const p = new ReconnectPolicy(0, options, () => r);
      expect(p.next(0)).toBeLessThan(100);
      for (const full of [250, 500, 1000, 2000, 4000, 4000]) {
        const d = p.next(0)!;
        expect(d).toBeGreaterThanOrEqual(full / 2 - 1);
        expect(d).toBeLessThanOrEqual(full);
      }
    }
  });

  it("gives up at the deadline, not before", () => {
    const p = new ReconnectPolicy(1_000, options, () => 0.5);
    expect(p.deadline).toBe(31_000);
    expect(p.next(30_999)).not.toBeNull();
    expect(p.next(31_000)).toBeNull();
  });

  it("never waits past the deadline", () => {
    const p = new ReconnectPolicy(0, options, () => 1);
    for (let i = 0; i < 6; i++) p.next(0);
    expect(p.next(29_900)).toBe(100);
  });
});

describe("ICE restart policy", () => {
  it("is due at once when failed, after a grace when disconnected", () => {
    const p = new IceRestartPolicy(2_500, 3_000);
    expect(p.due(0)).toBeNull();
    p.observe("connected", 0);
    p.observe("disconnected", 1_000);
    expect(p.due(1_000)).toBe(2_500);
    expect(p.due(3_500)).toBe(0);
    p.observe("failed", 2_000);
    expect(p.due(2_000)).toBe(0);
    p.observe("connected", 2_100);
    expect(p.due(9_000)).toBeNull();
  });

  it("spaces its tries", () => {
    const p = new IceRestartPolicy(2_500, 3_000);
    p.observe("failed", 0);
    p.restarted(0);
    expect(p.due(0)).toBe(3_000);
    p.restarted(3_000);
    expect(p.due(3_000)).toBe(6_000);
    for (let i = 0; i < 9; i++) p.restarted(10_000);
    expect(p.due(10_000)).toBe(12_000);
    p.observe("connected", 12_000);
    expect(p.restarts).toBe(0);
  });
});

describe("codec", () => {
  it("reads results, errors and notifications", () => {
    expect(decodeMessage('{"jsonrpc":"2.0","id":1,"result":{}}')).toEqual({ kind: "result", id: 1, result: {} });
    expect(decodeMessage('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}')).toMatchObject({ kind: "error", id: null, code: -32700 });
    expect(decodeMessage('{"jsonrpc":"2.0","method":"slots","params":{"slots":[]}}')).toMatchObject({ kind: "notification", method: "slots" });
  });

  it.each(["", "null", "[]", "1", '"x"', "{", '{"id":1}', '{"jsonrpc":"1.0","id":1,"result":1}', '{"jsonrpc":"2.0"}', '{"jsonrpc":"2.0","id":1,"error":{}}', '{"jsonrpc":"2.0","id":1,"method":"x"}'])(
    "calls %s invalid",
    (text) => expect(decodeMessage(text).kind).toBe("invalid"),
  );

  it("survives every prefix and every changed byte of a message", () => {
    const good = encodeRequest(7, "join", { token: "t" });
    for (let i = 0; i < good.length; i++) {
      expect(() => decodeMessage(good.slice(0, i))).not.toThrow();
      expect(() => decodeMessage(good.slice(0, i) + "\u0000" + good.slice(i + 1))).not.toThrow();
      expect(() => decodeEnvelope(good.slice(0, i) + "1" + good.slice(i + 1))).not.toThrow();
    }
    expect(JSON.parse(encodeNotification("candidate", {}))).toEqual({ jsonrpc: "2.0", method: "candidate", params: {} });
  });

  it.each(["", "x", "[]", '{"type":"1002"}', '{"type":1002,"seqId":-1,"epoch":1}', '{"type":1.5,"seqId":1,"epoch":1}'])("no envelope: %s", (text) =>
    expect(decodeEnvelope(text)).toBeNull(),
  );

  it("lets each message of a channel through once", () => {
    const f = new SequenceFilter();
    expect([1, 2, 2, 1, 3, 5, 4].map((n) => f.accept(n))).toEqual([true, true, false, false, true, true, false]);
  });
});

describe("m-lines", () => {
  it("plans publications first, then slots, audio before video", () => {
    expect(plan(CALLER_SLOTS).map((l) => `${l.kind} ${l.source ?? "slot"}`)).toEqual([
      "audio microphone",
      "video camera",
      "video screen",
      "audio slot",
      "audio slot",
      "audio slot",
      "video slot",
      "video slot",
    ]);
    expect(plan(CONSOLE_SLOTS).filter((l) => l.direction === "recvonly")).toHaveLength(8);
  });

  it("names publications by the offer's own mids", () => {
    const sdp = "v=0\r\nm=audio 9 x\r\na=mid:a0\r\nm=video 9 x\r\na=mid:7\r\nm=video 9 x\r\na=mid:z\r\nm=audio 9 x\r\na=mid:3\r\nm=application 9 x\r\na=mid:d\r\n";
    expect(mids(sdp)).toEqual(["a0", "7", "z", "3", "d"]);
    expect(publications(sdp, plan({ audio: 1, video: 0 }))).toEqual([
      { mid: "a0", source: "microphone" },
      { mid: "7", source: "camera" },
      { mid: "z", source: "screen" },
    ]);
  });
});

describe("quality", () => {
  const reading = (o: object) => ({ atMs: 0, rttMs: 20, jitterMs: 2, received: 0, lost: 0, concealed: 0, samples: 0, ...o });
  it.each([
    ["good", { received: 100 }],
    ["fair", { received: 97, lost: 3 }],
    ["poor", { received: 90, lost: 10 }],
    ["poor", { received: 100, rttMs: 600 }],
    ["fair", { received: 100, jitterMs: 60 }],
    ["unknown", { rttMs: null }],
  ] as const)("%s for %o", (level, now) => expect(judge(reading({}), reading(now)).level).toBe(level));

  it("judges what is new, not the whole call", () => {
    expect(judge(reading({ received: 1000, lost: 500 }), reading({ received: 1100, lost: 500 })).level).toBe("good");
  });

  it("reads a report", () => {
    const r = read(
      new Map<string, unknown>([
        ["a", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.05 }],
        ["b", { type: "inbound-rtp", kind: "audio", packetsReceived: 10, packetsLost: 1, jitter: 0.004, totalSamplesReceived: 960 }],
        ["c", { type: "inbound-rtp", kind: "video", packetsReceived: 99 }],
      ]),
      1,
    );
    expect(r).toMatchObject({ rttMs: 50, received: 10, lost: 1, jitterMs: 4, samples: 960 });
  });
});

describe("errors, addresses, sessions", () => {
  it.each([
    ["NotAllowedError", "Permission denied", "denied"],
    ["NotAllowedError", "Permission dismissed", "dismissed"],
    ["NotFoundError", "", "notFound"],
    ["NotReadableError", "", "inUse"],
    ["OverconstrainedError", "", "notFound"],
    ["NotSupportedError", "", "unsupported"],
    ["WeirdError", "boo", "failed"],
  ])("%s %s is %s", (name, message, code) => expect(toMediaError("camera", { name, message }).code).toBe(code));

  it("knows when trying again is useless", () => {
    expect(new RpcError(-32001, "").fatal).toBe(true);
    expect(new RpcError(-32010, "").kind).toBe("gone");
    expect(new RpcError(-32053, "").fatal).toBe(false);
  });

  it.each([
    [{ url: "https://x.example" }, "wss://x.example/v1/ws"],
    [{ url: "http://x.example:8080/" }, "ws://x.example:8080/v1/ws"],
    [{ wsUrl: "wss://x.example/v1/ws?token=secret#y" }, "wss://x.example/v1/ws"],
  ])("address of %o", (o, want) => expect(socketUrl(o)).toBe(want));

  it("gives a saved place once, and only while it is fresh", () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k) };
    const s = new SessionStore("k", storage);
    const place = { url: "ws://x", call: "c", resume: "r", savedAt: 1_000 };
    s.save(place);
    expect(s.peek(30_999)).toBe(true);
    expect(s.take(2_000)).toEqual(place);
    expect(s.take(2_000)).toBeNull();
    s.save(place);
    expect(s.take(31_000)).toBeNull();
    kept.set("k", "{broken");
    expect(s.peek(0)).toBe(false);
    expect(s.take(0)).toBeNull();
  });
});
