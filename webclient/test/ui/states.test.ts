/** Every state of both pages, in every look: pictures in test/out, no finding of axe. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeServer } from "../fakeserver.ts";
import { context, dist, launch, look, LOOKS, open } from "./browser.ts";

let browser: Browser;
let server: FakeServer;
let base: string;

beforeAll(async () => {
  browser = await launch();
  server = new FakeServer({ dist });
  base = await server.listen();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const only = process.env["LOOK"]?.split(",");
const looks = LOOKS.filter((l) => !only || only.includes(l.name));

function newest() {
  return [...server.calls.values()].at(-1)!;
}

describe.each(looks)("$name", (l) => {
  it("caller page", async () => {
    const errors: string[] = [];
    const ctx = await context(browser, l);
    const page = await open(ctx, `${base}/`, errors);
    await page.getByTestId("join").waitFor();
    await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>("[data-testid=join]")!.disabled);
    await look(page, `${l.name}-caller-1-check`);

    await page.getByTestId("join").click();
    await page.getByTestId("party").waitFor();
    const call = newest();
    await page.waitForFunction(() => (window as never as { relevo: { call: { model: { slots: unknown[] } } } }).relevo.call.model.slots.length > 0);
    await expect.poll(() => call.members[0]?.channel?.readyState).toBe(1);
    call.say("agent", "Hello, this is Ava from the Relevo shop. How can I help you today?");
    call.say("caller", "Hi, my order should have been here on Monday and it still has not arrived.");
    call.say("agent", "I am sorry to hear that. I can look it up for you.");
    call.typed(call.members[0]!.participant, "Order number 48-2210", false);
    call.say("agent", "Thank you. I see that the parcel left our warehouse on", { end: false });
    call.toAll(1001, { state: 3 });
    await page.getByText("left our warehouse").waitFor();
    await look(page, `${l.name}-caller-2-ai`);

    await page.getByTestId("ask-human").click();
    await page.getByTestId("waiting").waitFor();
    await look(page, `${l.name}-caller-3-waiting`);

    const dana = { id: "h-dana", identity: "dana", role: "human" as const, name: "Dana Reyes" };
    const uid = call.startTakeover(dana, 1);
    await page.getByText("Dana Reyes is joining", { exact: true }).first().waitFor();
    await look(page, `${l.name}-caller-4-joining`);

    call.connectTakeover(dana, uid);
    call.say("human", "Hi Ana, this is Dana. I have read what you told Ava, so no need to repeat it.");
    call.say("human", "The parcel is at the depot in Leeds, and I can have it", { end: false });
    await page.getByText("at the depot").waitFor();
    expect(await page.getByTestId("party").textContent()).toBe("Dana Reyes");
    await look(page, `${l.name}-caller-5-human`);

    await page.getByTestId("camera").click();
    call.slots(call.members[0]!, [{ mid: "4", kind: "video", participantId: "h-dana", source: "camera" }]);
    await page.locator(".stage-video video").waitFor();
    await page.locator(".selves video").waitFor();
    await page.getByTestId("mute").click();
    await page.waitForTimeout(400);
    await look(page, `${l.name}-caller-6-video`);

    server.refuseSockets = true;
    call.members[0]!.ws!.terminate();
    await page.getByText("Reconnecting").first().waitFor();
    await look(page, `${l.name}-caller-7-reconnecting`);
    server.refuseSockets = false;
    await page.getByText("Reconnecting").first().waitFor({ state: "hidden", timeout: 10_000 });

    await page.getByRole("button", { name: "Sound and camera settings" }).click();
    await page.getByRole("dialog").waitFor();
    await look(page, `${l.name}-caller-8-settings`);
    await page.keyboard.press("Escape");

    await page.getByTestId("hangup").click();
    await page.getByTestId("again").waitFor();
    await look(page, `${l.name}-caller-9-ended`);
    expect(errors).toEqual([]);
    await ctx.close();
  });

  it("caller page without a microphone", async () => {
    const errors: string[] = [];
    const ctx = await context(browser, l, { deny: true });
    const page = await open(ctx, `${base}/`, errors);
    await page.getByRole("alert").waitFor();
    await look(page, `${l.name}-caller-0-denied`);
    expect(errors).toEqual([]);
    await ctx.close();
  });

  it("console", async () => {
    for (const c of server.calls.values()) c.state = "ended";
    const errors: string[] = [];
    const { call } = server.createCall("Anastasia Silva-Montgomery");
    const second = server.createCall("Tomasz Nowak").call;
    second.setState("pending", undefined, "asked in speech");
    second.reason = "callerAsked";
    second.brief = { matter: "I want a refund for a lamp that came damaged.", mood: "upset" };
    second.lastLine = { role: "agent", text: "A person will be with you soon. In the meantime, could you tell me when the lamp arrived?", end: false };
    const third = server.createCall("Priya Raman").call;
    third.human = "Sam Okafor";
    const fourth = server.createCall("Lee Park").call;
    fourth.watch = { identity: "dana", reason: "repeats", time: 1 };
    fourth.lastLine = { role: "caller", text: "I said the blue one.", end: true };
    third.setState("human", "h-sam");
    third.lastLine = { role: "human", name: "Sam", text: "I have sent you the label by e-mail.", end: true };
    const caller = { id: `${call.id}-caller`, identity: "ana", role: "caller" as const, name: "Anastasia Silva-Montgomery" };
    call.add(caller, null as never);
    call.video = true;
    call.say("agent", "Hello, this is Ava from the Relevo shop. How can I help you today?");
    call.say("caller", "Hi, my order should have been here on Monday and it still has not arrived.");
    call.say("agent", "I am sorry to hear that. Could you", { cut: "give me the order number, please?" });
    call.say("caller", "It is forty eight, twenty two ten.");
    call.say("agent", "Thank you. I see that the parcel left our warehouse on Friday.");

    const ctx = await context(browser, l);
    const page = await open(ctx, `${base}/console/`, errors);
    await page.getByTestId("login").waitFor();
    await look(page, `${l.name}-console-1-login`);
    await page.getByTestId("login").click();
    await page.locator(".call-row").first().waitFor();
    await look(page, `${l.name}-console-2-list`);

    await page.locator(`[data-call="${call.id}"]`).click();
    await page.locator(".turn").getByText("left our warehouse").waitFor();
    call.setState("pending");
    call.say("caller", "Can I talk to a", { end: false });
    const me = call.members.find((m) => m.participant.role === "human")!;
    await page.getByTestId("composer").fill("Offer her a replacement");
    await page.keyboard.press("Enter");
    await page.getByText("Offer her a replacement").waitFor();
    call.slots(me, [
      { mid: "7", kind: "video", participantId: caller.id, source: "camera" },
      { mid: "8", kind: "video", participantId: caller.id, source: "screen" },
    ]);
    const facts = [
      { kind: "name", value: "Anastasia Silva-Montgomery", confidence: 1 },
      { kind: "order", value: "482210", role: "caller", seq: 4, time: Date.now(), confidence: 0.8 },
      { kind: "email", value: "anastasia.silva-montgomery@mail.example.org", role: "caller", seq: 5, time: Date.now(), confidence: 0.55 },
      { kind: "phone", value: "+442079460123", role: "caller", seq: 6, time: Date.now(), confidence: 0.9, confirmed: true },
    ];
    const brief = {
      reason: "callerAsked", detail: "The caller said: can I talk to a person", mood: "tense", seq: 7, facts,
      summary: { who: "Ana", matter: "My order should have been here on Monday and it still has not arrived.", tried: "I see that the parcel left our warehouse on Friday.", open: "When does it come?" },
    };
    call.notifyAll("handoff", { waitedMs: 0, reason: "callerAsked", brief });
    await page.getByTestId("brief").waitFor();
    await page.waitForTimeout(300);
    await look(page, `${l.name}-console-3-listening`);
    if (l.width < 1200) {
      await page.getByRole("button", { name: "Details" }).click();
      await look(page, `${l.name}-console-3b-details`);
      await page.getByRole("button", { name: "Conversation" }).click();
    }

    call.takeoverMs = 800;
    await page.getByTestId("takeover").click();
    await page.getByText("Connecting you").waitFor();
    await look(page, `${l.name}-console-4-connecting`);
    await page.getByTestId("handback").waitFor();
    call.say("human", "Hi Ana, this is Dana. I have read everything, so you need not repeat it.", { speakerId: "h-dana" });
    call.say("caller", "Oh, that is nice.");
    await page.locator(".turn").getByText("that is nice").waitFor();
    const summary = { who: "Ana", matter: "My order should have been here on Monday and it still has not arrived.", tried: "The parcel left our warehouse on Friday.", open: "When does it come?" };
    call.notifyAll("handoff", { waitedMs: 0, reason: "callerAsked", brief: { ...brief, unspoken: "and should be with you tomorrow before noon.", seq: 9 } });
    call.toAll(2005, { kind: "summary", summary });
    call.toAll(2005, { kind: "facts", facts });
    call.toAll(2005, { kind: "suggestion", seq: 9, replies: [
      { text: "Offer a refund: the parcel is four days late.", sources: ["returns.md#refunds"] },
      { text: "I can have a new one sent to you today, and you keep the other if it comes.", sources: ["shipping.md#lost-parcels", "returns.md#exchange"] },
      { text: "May I check your address?" },
    ] });
    await page.getByTestId("suggestion").waitFor();
    await look(page, `${l.name}-console-5-holding`);
    if (await page.getByTestId("brief").evaluate((d) => (d as HTMLDetailsElement).open)) await page.getByTestId("brief").locator("summary").click();
    await look(page, `${l.name}-console-5b-folded`);
    if (l.width < 1200) {
      await page.getByRole("button", { name: "Details" }).click();
      await look(page, `${l.name}-console-5c-details`);
      await page.getByRole("button", { name: "Conversation" }).click();
    }
    await page.getByTestId("composer").blur();
    await page.keyboard.press("3");
    expect(await page.getByTestId("composer").inputValue()).toBe("May I check your address?");
    await page.getByTestId("composer").fill("");
    call.toAll(2005, { kind: "suggestion", seq: 10, replies: [{ text: "Offer a refund: the parcel is four days late." }] });
    await page.getByTestId("suggestion").waitFor();
    await page.getByTestId("use-suggestion").click();
    await page.getByTestId("suggestion").waitFor({ state: "detached" });
    expect(await page.getByTestId("composer").inputValue()).toBe("Offer a refund: the parcel is four days late.");
    expect(await page.getByTestId("composer").evaluate((e) => e === document.activeElement)).toBe(true);
    await page.getByTestId("composer").fill("");
    await page.getByTestId("composer").blur();
    await page.keyboard.press("Shift+?");
    await page.getByRole("dialog").waitFor();
    await look(page, `${l.name}-console-6-help`);
    await page.keyboard.press("Escape");

    await page.getByTestId("handback").click();
    await page.getByTestId("takeover").waitFor();
    call.state = "ai";
    server.failures.set("takeover", { code: -32009, message: "another human has the call", data: { name: "Sam Okafor" } });
    await page.getByTestId("takeover").click();
    await page.getByTestId("problem").waitFor();
    expect(await page.getByTestId("problem").textContent()).toBe("Sam Okafor already has this call.");
    await look(page, `${l.name}-console-7-conflict`);

    await page.getByTestId("desk-hangup").click();
    await page.getByTestId("desk-hangup-sure").waitFor();
    await look(page, `${l.name}-console-8-hangup`);
    await page.getByTestId("desk-hangup-sure").click();
    await page.locator(".dock").getByText("The call has ended").waitFor();
    await look(page, `${l.name}-console-9-ended`);
    expect(errors).toEqual([]);
    await ctx.close();
  });
});
