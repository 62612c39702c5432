/** The form after a call: with the desk's clock, without it, and when the clock is over. */
import { signal } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { DeskApi } from "../app/console/api.ts";
import { WrapUpModel } from "../app/console/wrapupmodel.ts";
import type { AgentLine, HandoffLine } from "../sdk/src/index.ts";

const ended = (id: string, o: Partial<HandoffLine> = {}): HandoffLine => ({ id, call: `c-${id}`, state: "ended", outcome: "resolved", priority: 3, rank: 3, seq: 1, enteredAt: 0, agent: "dana", caller: `Caller of ${id}`, ...o });

function make(first: Partial<AgentLine> = {}) {
  const me = signal<AgentLine | null>({ identity: "dana", presence: "busy", load: 1, capacity: 2, ...first });
  const stored = new Map<string, Record<string, unknown>>();
  const asked: string[] = [];
  const answer = (status: number, value: unknown) => new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
  const api = new DeskApi(
    () => "t",
    async (path, init) => {
      const of = /handoffs\/([^/]+)\/wrapup/.exec(path)?.[1];
      if (!of) return answer(200, { value: ["a", "b"] });
      if (init.method !== "POST") return answer(200, stored.get(of) ?? { disposition: "", version: 0 });
      const form = { ...(JSON.parse(String(init.body)) as Record<string, unknown>), version: Number(stored.get(of)?.["version"] ?? 0) + 1 };
      stored.set(of, form);
      return answer(200, form);
    },
  );
  const w = new WrapUpModel(api, me, async (f) => {
    await f({ wrapUpDone: async () => void asked.push("done"), wrapUpMore: async (s: number) => void asked.push(`more ${s}`) } as never);
    return true;
  });
  const be = (o: Partial<AgentLine>) => (me.value = { ...me.value!, wrapUp: undefined, wrapUpAt: undefined, ...o });
  return { w, be, stored, asked };
}

describe("the form after a call", () => {
  it("has the desk's clock, is saved by Done, and gone with it", async () => {
    const { w, be, stored, asked } = make();
    be({ presence: "wrapUp", wrapUp: "h1", wrapUpAt: 5_000 });
    w.ended(ended("h1"));
    expect([w.handoff.value, w.until.value, w.late.value, w.callers.value.get("h1")]).toEqual(["h1", 5_000, null, "Caller of h1"]);
    await w.begin("h1");
    w.change({ disposition: "Refund" });
    await w.done();
    expect(asked).toEqual(["done"]);
    be({ presence: "available" });
    expect(w.handoff.value).toBeNull();
    expect(stored.get("h1")).toMatchObject({ disposition: "Refund", version: 1 });
  });
  it.each(["away", "busy", "available"] as const)("is there without a clock for who is %s when it ends", async (presence) => {
    const { w, asked, stored, be } = make({ presence });
    w.ended(ended("h1"));
    expect([w.handoff.value, w.until.value]).toEqual(["h1", 0]);
    await w.begin("h1");
    w.change({ note: "Sent the label." });
    await w.done();
    expect([w.handoff.value, asked]).toEqual([null, []]); // there is no clock to be ended
    expect(stored.get("h1")).toMatchObject({ note: "Sent the label." });
    be({ presence: "wrapUp", wrapUp: "h2", wrapUpAt: 9 });
    be({ presence: "available" });
    expect(w.handoff.value).toBeNull();
  });
  it("is not there for a colleague's call", () => {
    const { w } = make();
    w.ended(ended("h1", { agent: "sam" }));
    w.ended(ended("h2", { agent: undefined, outcome: "cancelled" }));
    expect([w.handoff.value, w.callers.value.size]).toEqual([null, 0]);
  });
  it("that is told before the clock begins is one form, and goes with the clock", async () => {
    const { w, be } = make();
    w.ended(ended("h1"));
    be({ presence: "wrapUp", wrapUp: "h1", wrapUpAt: 5_000 });
    await w.begin("h1");
    expect(w.until.value).toBe(5_000);
    be({ presence: "available" });
    expect(w.handoff.value).toBeNull();
  });
  it("half written when the time is over, stays until it is saved or closed", async () => {
    const { w, be, stored } = make();
    be({ presence: "wrapUp", wrapUp: "h1", wrapUpAt: 5_000 });
    await w.begin("h1");
    w.change({ note: "She wants" });
    be({ presence: "available" });
    expect([w.handoff.value, w.until.value, w.form.value.note]).toEqual(["h1", 0, "She wants"]);
    w.dismiss();
    expect([w.handoff.value, w.changed, stored.size]).toEqual([null, false, 0]);
  });
  it("half written when the next call ends, is saved, and the next form is empty", async () => {
    const { w, be, stored } = make();
    be({ presence: "wrapUp", wrapUp: "h1", wrapUpAt: 5_000 });
    await w.begin("h1");
    w.change({ note: "first" });
    be({ presence: "wrapUp", wrapUp: "h2", wrapUpAt: 9_000 });
    await w.begin("h2");
    await expect.poll(() => stored.get("h1")).toMatchObject({ note: "first" });
    expect([w.handoff.value, w.form.value.note, w.form.value.version]).toEqual(["h2", "", 0]);
    await w.done();
    be({ presence: "available" });
    expect(w.handoff.value).toBeNull();
  });
});
