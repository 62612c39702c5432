import { describe, expect, it } from "vitest";
import { TakeoverLedger, type TakeoverEvent } from "../sdk/src/takeovers.ts";

const start = (uid: string): TakeoverEvent => ({ kind: "willStart", uid, mode: 1 });
const connected = (uid: string): TakeoverEvent => ({ kind: "connected", uid });
const ended = (uid: string): TakeoverEvent => ({ kind: "ended", uid, reason: "returned" });
const failed = (uid: string): TakeoverEvent => ({ kind: "failed", uid, reason: "timeout" });

const story = [start("a"), connected("a"), ended("a"), start("b"), failed("b"), start("c"), connected("c"), ended("c")];
const tell = (e: TakeoverEvent) => `${e.uid}.${e.kind}`;

describe("takeover ledger", () => {
  it("lets each event through once, in order, however two tellings are mixed", () => {
    // The data channel tells only willStart and connected; each telling keeps its own order.
    const channel = story.filter((e) => e.kind === "willStart" || e.kind === "connected");
    let seed = 1;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let round = 0; round < 2_000; round++) {
      const l = new TakeoverLedger(1_000);
      const a = [...story];
      const b = [...channel];
      const out: TakeoverEvent[] = [];
      while (a.length + b.length > 0) {
        const from = b.length === 0 || (a.length > 0 && random() < 0.5) ? a : b;
        out.push(...l.push(from.shift()!, 0));
      }
      expect(out.map(tell)).toEqual(story.map(tell));
      expect(l.nextDeadline).toBeNull();
    }
  });

  it("waits for willStart, but not for ever", () => {
    const l = new TakeoverLedger(1_000);
    expect(l.push(connected("a"), 0)).toEqual([]);
    expect(l.nextDeadline).toBe(1_000);
    expect(l.flush(999)).toEqual([]);
    expect(l.flush(1_000).map(tell)).toEqual(["a.connected"]);
    expect(l.push(start("a"), 1_100)).toEqual([]); // too late to be told in order
  });

  it("does not wait for the willStart of before one's own join", () => {
    const l = new TakeoverLedger(1_000);
    l.joinedInside = true;
    expect(l.push(connected("a"), 0).map(tell)).toEqual(["a.connected"]);
    expect(l.push(ended("a"), 0).map(tell)).toEqual(["a.ended"]);
    expect(l.push(connected("b"), 0)).toEqual([]);
  });

  it("holds the next takeover until the one before is over", () => {
    const l = new TakeoverLedger(1_000);
    l.push(start("a"), 0);
    l.push(connected("a"), 0);
    expect(l.push(start("b"), 0)).toEqual([]);
    expect(l.push(ended("a"), 10).map(tell)).toEqual(["a.ended", "b.willStart"]);
  });

  it("drops what comes for a takeover that is over", () => {
    const l = new TakeoverLedger(1_000);
    l.push(start("a"), 0);
    l.push(failed("a"), 0);
    expect(l.push(connected("a"), 0)).toEqual([]);
    expect(l.nextDeadline).toBeNull();
  });
});
