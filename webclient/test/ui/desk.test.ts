/** The desk in every look: inbox, what rings, wrap-up, dialogs, the caller's wait; and ten thousand lines. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HandoffLine } from "../../sdk/src/deskwire.ts";
import { FakeDesk } from "../fakedesk.ts";
import { FakeServer } from "../fakeserver.ts";
import { context, dist, launch, look, LOOKS, open } from "./browser.ts";

let browser: Browser;
let server: FakeServer;
let base: string;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});

const only = process.env["LOOK"]?.split(",");
const looks = [...LOOKS.filter((l) => l.name !== "rtl" && l.name !== "wide"), { name: "he", width: 1280, height: 800, scheme: "light" as const, lang: "he" }, { name: "he-phone", width: 360, height: 740, scheme: "dark" as const, lang: "he" }].filter(
  (l) => !only || only.includes(l.name),
);

let seq = 0;
const handoff = (id: string, call: string, o: Partial<HandoffLine> = {}): HandoffLine => ({
  id, call, state: "pending", priority: 3, rank: o.priority ?? 3, seq: ++seq, enteredAt: Date.now() - 70_000, pendingAt: Date.now() - 70_000, ...o,
});
const clock = (fromNow: number, o = {}) => ({ startAt: Date.now() - 70_000, riskAt: Date.now() + fromNow - 10_000, deadlineAt: Date.now() + fromNow, ...o });
const AGENTS = [
  { identity: "dana", name: "Dana Reyes", presence: "available" as const, load: 0, capacity: 2, since: Date.now() },
  { identity: "sam", name: "Sam Okafor", presence: "busy" as const, load: 1, capacity: 2 },
  { identity: "noa", name: "נועה לוי", presence: "available" as const, load: 0, capacity: 1 },
  { identity: "kim", name: "Kim Full", presence: "busy" as const, load: 1, capacity: 1 },
];

/** A call of yesterday, from the AI to a person and back. */
const PAST = (
  [
    ["agent", "Hello, this is Ava from the Relevo shop. How can I help you?"],
    ["caller", "My lamp came in two pieces. I would like my money back."],
    ["agent", "I am sorry. Let me get a colleague who can refund it."],
    ["human", "Hi Lee, Sam here. I have sent the refund; it is with you in two days."],
    ["caller", "Perfect, thank you."],
    ["agent", "Is there anything else I can do for you?"],
  ] as const
).map(([role, text], i) => ({ seq: i + 1, time: Date.now() - 3_600_000 + i * 9_000, kind: "sentence", role, speakerId: role, name: role === "human" ? "Sam Okafor" : role === "agent" ? "Ava" : "Lee Park", text }));

/** A long one of the day before, in which one line is searched for. */
const GONE = Array.from({ length: 150 }, (_, i) => ({
  seq: i + 1, time: Date.now() - 90_000_000 + (i - 31) * 8_000, kind: "sentence", role: i % 2 ? "agent" : "caller", speakerId: i % 2 ? "a" : "c", name: i % 2 ? "Ava" : "Ines Duarte",
  text: i === 30 ? "The lamp came damaged, and nobody answers my mails about the lamp." : i % 2 ? "Let me look that up for you." : "I have the number here somewhere, one moment please.",
}));

async function start() {
  server = new FakeServer({ dist });
  base = await server.listen();
  const desk = new FakeDesk();
  const docs = (method: string, path: string, query: URLSearchParams) => {
    if (path === "/v1/desk/search")
      return { status: 200, value: { hits: [{ callId: "call-gone", entry: { seq: 31, time: Date.now() - 90_000_000, role: "caller", name: "Ines Duarte", text: "The lamp came damaged, and nobody answers my mails about the lamp." } }] } };
    if (path === "/v1/desk/callbacks")
      return { status: 200, value: { callBacks: [
        { id: "cb1", call: "c1", phone: "+49 30 1234567", note: "after four, about the invoice", state: "open", createdAt: Date.now() - 3_600_000, updatedAt: 0, version: 1 },
        { id: "cb2", call: "c2", email: "kim@example.org", state: "done", by: "sam", createdAt: Date.now() - 9_000_000, updatedAt: 0, version: 2 },
      ] } };
    if (path === "/v1/calls/call-gone/entries") return { status: 200, value: { entries: GONE, next: GONE.length } };
    if (path === "/v1/calls/call-e/entries") return { status: 200, value: { entries: PAST, next: PAST.length } };
    if (path.endsWith("/notes")) return { status: 200, value: { notes: [{ id: "n1", by: "sam", text: "Called on Monday too; promised a label.", createdAt: Date.now() - 86_400_000 }] } };
    if (path.endsWith("/wrapup")) return { status: 200, value: method === "GET" ? (path.includes("/e1/") ? { disposition: "Refund", tags: ["lamp"], note: "Refunded in full.", version: 1 } : { disposition: "", version: 0 }) : { disposition: "Refund", tags: ["lamp"], version: 1 } };
    if (path === "/v1/calls/call-e/entries")
      return { status: 200, value: { next: 3, entries: query.get("after") !== "0" ? [] : [
        { seq: 1, time: Date.now() - 180_000, kind: "sentence", role: "caller", name: "Lee Park", text: "My lamp came broken, I want my money back.", epoch: 0 },
        { seq: 2, time: Date.now() - 170_000, kind: "event", event: "human", name: "Sam Okafor", epoch: 1 },
        { seq: 3, time: Date.now() - 160_000, kind: "sentence", role: "human", name: "Sam Okafor", text: "You have it back by Monday.", epoch: 1 },
      ] } };
    if (path === "/v1/desk/settings/tags") return { status: 200, value: { key: "tags", value: ["lamp", "refund", "late parcel"], version: 1 } };
    if (path === "/v1/desk/handoffs") return { status: 200, value: { handoffs: [handoff("e1", "call-e", { state: "ended", outcome: "resolved", name: "Sam Okafor", caller: "Lee Park", endedAt: Date.now() - 60_000, reason: "callerAsked", brief: "a refund" })], next: 0 } };
    return null;
  };
  server.rest = (m, p, q, b) => docs(m, p, q) ?? desk.handle(m, p, q, b);
  server.agents = AGENTS;
  const names = ["Anastasia Silva-Montgomery", "Tomasz Nowak", "Priya Raman", "Lee Park"];
  const calls = names.map((n) => server.createCall(n).call);
  const [ana, tomasz, priya, lee] = calls as [(typeof calls)[0], (typeof calls)[0], (typeof calls)[0], (typeof calls)[0]];
  for (const c of [ana, tomasz]) {
    c.state = "pending";
    c.reason = "callerAsked";
  }
  ana.lastLine = { role: "caller", text: "I have told you twice now that it is broken.", end: true };
  ana.brief = { matter: "A lamp that came damaged", mood: "upset" };
  tomasz.lastLine = { role: "agent", text: "A person will be with you soon.", end: false };
  priya.human = "Sam Okafor";
  priya.state = "human";
  priya.lastLine = { role: "human", name: "Sam", text: "I have sent you the label.", end: true };
  lee.lastLine = { role: "agent", text: "Your order left our warehouse on Friday.", end: true };
  const waits = handoff("h1", ana.id, { priority: 1, caller: names[0], reason: "callerAsked", firstResponse: clock(-25_000, { atRisk: true, outcome: "breached" }), languages: [{ name: "en" }], skills: [{ name: "returns" }] });
  server.handoffs = [
    waits,
    handoff("h2", tomasz.id, { priority: 2, caller: names[1], reason: "lowConfidence", firstResponse: clock(8_000, { atRisk: true }), languages: [{ name: "pl" }] }),
    handoff("h3", priya.id, { state: "connected", agent: "sam", name: "Sam Okafor", resolution: clock(600_000) }),
  ];
  return { ana, tomasz, priya, lee, waits };
}

async function login(page: Page) {
  await page.locator("input[name=username]").fill("dana");
  await page.locator("input[name=password]").fill("dev");
  await page.getByTestId("login").click();
  await page.locator(".call-row").first().waitFor();
}

describe.each(looks)("$name", (l) => {
  it("the desk", async () => {
    const errors: string[] = [];
    const { ana, lee, priya, waits } = await start();
    const ctx = await context(browser, l);
    const page = await open(ctx, `${base}/console/`, errors);
    await login(page);
    expect(await page.locator("[data-call]").evaluateAll((all) => all.map((e) => e.getAttribute("data-call")))).toEqual([waits.call, server.handoffs[1]!.call, lee.id, priya.id]);
    await look(page, `${l.name}-desk-1-inbox`);
    await page.getByTestId("filters").click();
    await page.getByTestId("filter-priority").selectOption("1");
    await expect.poll(() => page.locator("[data-call]").count()).toBe(1);
    await look(page, `${l.name}-desk-2-filters`);
    await page.getByTestId("filter-priority").selectOption("0");
    await page.getByTestId("filters").click();
    await page.getByTestId("view-callbacks").click();
    await page.getByTestId("callbacks").waitFor();
    await look(page, `${l.name}-desk-3-callbacks`);
    await page.getByTestId("search").fill("lamp");
    await page.getByTestId("hits").locator("mark").first().waitFor();
    await look(page, `${l.name}-desk-4-search`);
    await page.getByTestId("hits").getByText("Ines Duarte").click();
    const found = page.getByRole("dialog").locator('[data-marked="true"]');
    await found.waitFor();
    await expect.poll(() => found.evaluate((e) => e.matches(":focus"))).toBe(true);
    await expect.poll(() => found.evaluate((e) => { const a = e.getBoundingClientRect(), b = e.closest(".transcript-scroll")!.getBoundingClientRect(); return a.top >= b.top - 1 && a.bottom <= b.bottom + 1; })).toBe(true);
    await look(page, `${l.name}-desk-4b-found`);
    await page.keyboard.press("Escape");
    await page.getByTestId("search").fill("");
    await page.getByTestId("view-ended").click();
    await page.getByText("Lee Park").waitFor();
    await look(page, `${l.name}-desk-5-ended`);
    await page.getByText("Lee Park").click();
    await page.getByTestId("past-notes").waitFor();
    await look(page, `${l.name}-desk-5b-past`);
    await page.keyboard.press("Escape");
    await page.getByTestId("view-line").click();

    server.tell("deskOffer", { offer: 7, kind: "routed", untilAt: Date.now() + 14_000, handoff: { ...waits, state: "offered" } });
    await page.getByTestId("offer").waitFor();
    await look(page, `${l.name}-desk-6-offer`);
    expect(await page.title()).toMatch(/^☎ \(2\)/);
    expect(await page.locator('link[rel="icon"]').getAttribute("href")).toBe("/favicon-alert.svg");
    // A claim: the call comes by itself, and is ours as soon as it is heard.
    ana.add({ id: `${ana.id}-caller`, identity: "ana", role: "caller", name: "Anastasia Silva-Montgomery" }, null as never);
    for (let i = 0; i < 6; i++) ana.say(i % 2 ? "agent" : "caller", i % 2 ? "I am sorry to hear that." : "The lamp is broken, and nobody calls me back.");
    const uid = ana.startTakeover({ id: "h-dana", identity: "dana", role: "human", name: "Dana Reyes" }, 1);
    const asked: string[] = [];
    server.onDesk = (m) => {
      asked.push(m);
      if (m !== "accept") return;
      server.tell("deskOfferGone", { offer: 7, why: "accepted" });
      server.tell("deskChanged", { handoffs: [{ ...waits, state: "connected", agent: "dana" }] });
      server.tell("deskClaim", { handoff: "h1", call: ana.id });
    };
    await page.keyboard.press("a");
    await page.getByTestId("offer").waitFor({ state: "detached" });
    expect(asked).toEqual(["accept"]);
    await expect.poll(() => ana.members.some((m) => m.participant.identity === "dana")).toBe(true);
    ana.connectTakeover({ id: "h-dana", identity: "dana", role: "human", name: "Dana Reyes" }, uid);
    await page.getByTestId("handback").waitFor();
    await expect.poll(() => page.evaluate(() => (window as never as { relevo: { call: { isOn(s: string): boolean } } }).relevo.call.isOn("microphone"))).toBe(true);
    await look(page, `${l.name}-desk-7-mine`);
    await page.getByTestId("composer").fill("/");
    await page.getByTestId("canned").waitFor();
    await look(page, `${l.name}-desk-8-canned`);
    await page.keyboard.press("Enter");
    expect(await page.getByTestId("composer").inputValue()).toMatch(/new label/);
    await page.getByTestId("composer").fill("");
    await page.getByTestId("composer").blur();
    await page.keyboard.press("c");
    await page.getByTestId("people").waitFor();
    await look(page, `${l.name}-desk-9-consult`);
    await page.locator('[data-agent="noa"]').click();
    await page.getByTestId("people").waitFor({ state: "detached" });
    expect(asked).toContain("consult");
    server.tell("deskChanged", { handoffs: [{ ...waits, state: "consulting", agent: "dana", consult: "noa" }] });
    await page.getByTestId("hand-over").waitFor();
    await look(page, `${l.name}-desk-10-consulting`);
    server.tell("deskAlert", { handoff: "h2", call: server.handoffs[1]!.call, goal: "firstResponse", kind: "breached", dueAt: Date.now(), caller: "Tomasz Nowak", priority: 2 });
    server.tell("deskSettings", { notifications: { sound: false, desktop: true, badge: false } });
    await page.getByTestId("alerts").waitFor();
    await expect.poll(() => page.title()).not.toMatch(/\(/); // the operator wants no badge
    await look(page, `${l.name}-desk-10b-alert`);
    await page.getByTestId("alerts").getByRole("button").last().click();
    await page.getByTestId("alerts").waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    await page.getByTestId("palette").waitFor();
    await look(page, `${l.name}-desk-11-palette`);
    await page.keyboard.press("Escape");
    ana.returnToAI();
    server.tell("deskChanged", { handoffs: [{ ...waits, state: "ended", outcome: "resolved" }], agents: [{ ...AGENTS[0]!, presence: "wrapUp", wrapUpAt: Date.now() + 28_000, wrapUp: "h1" }] });
    await page.getByTestId("wrapup").waitFor();
    await page.getByTestId("disposition").fill("Refund");
    await page.getByRole("button", { name: "lamp", exact: true }).click();
    await look(page, `${l.name}-desk-12-wrapup`);
    await page.getByTestId("wrapup-done").click();
    await expect.poll(() => asked).toContain("wrapUpDone");
    server.tell("deskChanged", { agents: [AGENTS[0]!] });
    await page.getByTestId("wrapup").waitFor({ state: "detached" });
    // What is typed into an AI's call is the AI's, unless one chooses otherwise.
    await page.getByTestId("composer").fill("I can refund it today.");
    await page.getByTestId("to-caller").waitFor();
    await look(page, `${l.name}-desk-13-choice`);
    await page.getByTestId("to-caller").click();
    await page.getByTestId("handback").waitFor();
    await expect.poll(() => ana.log.some((s) => (s.data as { text?: string; private?: boolean }).text === "I can refund it today." && !s.private)).toBe(true);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByTestId("palette").fill(l.lang ? "התראות וצליל" : "notifications");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await look(page, `${l.name}-desk-14-notifications`);
    await page.keyboard.press("Escape");
    expect(errors).toEqual([]);
    await ctx.close();
    await server.close();
  });

  it("a colleague's call: listen, whisper, join in", async () => {
    const errors: string[] = [];
    const { priya, tomasz } = await start();
    const asked: unknown[] = [];
    server.onDesk = (m, p) => asked.push([m, p]);
    priya.holder = "h-sam";
    priya.add({ id: "h-sam", identity: "sam", role: "human", name: "Sam Okafor" }, null as never);
    const ctx = await context(browser, l);
    const page = await open(ctx, `${base}/console/`, errors);
    await login(page);
    // Who waits: a supervisor gives them to somebody who has room.
    await page.locator(`[data-call="${tomasz.id}"]`).click();
    if (l.width < 1200) await page.locator(".tabs .btn").last().click();
    await page.getByTestId("assign-to").selectOption("noa");
    await look(page, `${l.name}-desk-17-waiting`);
    await page.getByTestId("assign").click();
    await expect.poll(() => asked).toContainEqual(["assign", { handoff: "h2", agent: "noa" }]);
    if (l.width < 800) await page.locator(".back").click();
    await page.locator(`[data-call="${priya.id}"]`).click();
    await page.getByTestId("whisper").click();
    await expect.poll(() => server.requests.find((r) => r.method === "speakTo")?.params).toEqual({ to: "humans" });
    await look(page, `${l.name}-desk-15-whisper`);
    // Who has gone away before the call ended writes it down all the same, with no clock.
    const mine = handoff("h9", "call-over", { state: "connected", agent: "dana", caller: "Lee Park" });
    const away = { ...AGENTS[0]!, presence: "away" as const, why: "training" };
    server.tell("deskChanged", { handoffs: [mine], agents: [{ ...away, load: 1 }] });
    server.tell("deskChanged", { handoffs: [{ ...mine, state: "ended", outcome: "resolved" }], agents: [away] });
    await page.getByTestId("wrapup").getByText("Lee Park").waitFor();
    expect(await page.getByTestId("wrapup-more").count()).toBe(0);
    await look(page, `${l.name}-desk-16-late`);
    await page.getByTestId("wrapup-dismiss").click();
    await page.getByTestId("wrapup").waitFor({ state: "detached" });
    expect(errors).toEqual([]);
    await ctx.close();
    await server.close();
  });

  it("the caller waits, is asked, and finds nobody", async () => {
    const errors: string[] = [];
    await start();
    const ctx = await context(browser, l);
    const page = await open(ctx, `${base}/`, errors);
    await page.waitForFunction(() => document.querySelector<HTMLButtonElement>("[data-testid=join]")?.disabled === false);
    await page.getByTestId("join").click();
    await page.getByTestId("ask-human").click();
    await page.getByTestId("waiting").waitFor();
    const call = [...server.calls.values()].at(-1)!;
    call.notifyAll("handoff", { position: 3, waitedMs: 9_000, likelyMs: 130_000 });
    await expect.poll(() => page.locator("[aria-live]").first().textContent()).toMatch(/3/);
    await look(page, `${l.name}-wait-1-place`);
    call.notifyAll("handoff", { position: 2, waitedMs: 60_000, question: "keepWaiting" });
    await page.getByTestId("keep-waiting").waitFor();
    await look(page, `${l.name}-wait-2-question`);
    await page.getByTestId("keep-waiting").click();
    await expect.poll(() => server.requests.some((r) => r.method === "keepWaiting")).toBe(true);
    call.setState("ai");
    call.notifyAll("handoff", { waitedMs: 0, reason: "outOfHours", reply: "Our people are here from nine to five, Monday to Friday.", opensAt: Date.now() + 40_000_000, callBack: true });
    await page.getByTestId("callback-phone").fill("12");
    await look(page, `${l.name}-wait-3-over`);
    const left: unknown[] = [];
    const rest = server.rest!;
    server.rest = (m, p, q, b) => (p.endsWith("/callback") ? (left.push(b), { status: 201, value: {} }) : rest(m, p, q, b));
    await page.getByTestId("callback-send").click();
    expect(left).toEqual([]);
    await page.getByTestId("callback-phone").fill("+44 20 7946 0123");
    await page.getByTestId("callback-send").click();
    await page.getByTestId("callback-left").waitFor();
    expect(left).toEqual([{ phone: "+44 20 7946 0123" }]);
    expect(errors).toEqual([]);
    await ctx.close();
    await server.close();
  });
});

describe("many", () => {
  it("10,000 entries and 2,000 calls: what is not in view is not in the document", async () => {
    const errors: string[] = [];
    const { lee } = await start();
    for (let i = 0; i < 2_000; i++) server.createCall(`Caller ${String(i).padStart(4, "0")}`);
    for (let i = 1; i <= 10_000; i++) {
      const who = i % 2 ? "caller" : "agent";
      lee.log.push(
        i === 5_000
          ? { type: 2004, seq: i, data: { text: "in the middle", speakerId: "agent", role: "agent", time: i * 1_000 } }
          : { type: who === "caller" ? 1003 : 1002, seq: i, data: { text: `Line ${i}. ${"and some more words ".repeat(i % 7)}`, sentenceId: `b${i}`, speakerId: who, time: i * 1_000 } },
      );
    }
    const ctx = await context(browser, LOOKS[0]!);
    const page = await open(ctx, `${base}/console/`, errors);
    await login(page);
    expect(await page.locator(".call-row").count()).toBeLessThan(30);
    await page.locator("[data-call-list]").evaluate((e) => (e.scrollTop = e.scrollHeight));
    await page.locator('[aria-posinset="2004"]').waitFor();
    expect(await page.locator(".call-row").count()).toBeLessThan(30);
    await page.locator("[data-call-list]").evaluate((e) => (e.scrollTop = 0));
    await page.evaluate((id) => void (window as never as { relevo: { model: { openCall(id: string): void } } }).relevo.model.openCall(id), lee.id);
    const at = Date.now();
    await page.getByText("Line 10000.").waitFor({ timeout: 30_000 });
    console.log(`10,000 entries shown after ${Date.now() - at} ms`);
    const nodes = () => page.locator(".transcript *").count();
    const scroll = page.locator(".transcript-scroll");
    for (const share of [1, 0.5, 0.25, 0, 0.9]) {
      await scroll.evaluate((e, s) => (e.scrollTop = e.scrollHeight * s), share);
      await page.waitForTimeout(120);
      expect(await nodes()).toBeLessThan(700);
      const inView = await scroll.evaluate((e) => {
        const box = e.getBoundingClientRect();
        return [...e.querySelectorAll("[data-key]")].filter((x) => x.getBoundingClientRect().bottom > box.top && x.getBoundingClientRect().top < box.bottom).length;
      });
      expect(inView, `at ${share} there is something to read`).toBeGreaterThan(2);
    }
    // New lines do not move who reads; one goes to them by a button.
    await scroll.evaluate((e) => (e.scrollTop = e.scrollHeight / 2));
    await page.waitForTimeout(200);
    const top = await scroll.evaluate((e) => e.scrollTop);
    lee.say("caller", "Are you still there?");
    await page.getByTestId("unread").waitFor();
    expect(Math.abs((await scroll.evaluate((e) => e.scrollTop)) - top)).toBeLessThan(4);
    await page.getByTestId("unread").click();
    await page.locator(".turn").getByText("Are you still there?").waitFor();
    expect(errors).toEqual([]);
    await ctx.close();
    await server.close();
  });
});
