// An agent's ways with a call, before the real server: is called for attention until it
// is seen, claims, replies, is taken back from by the caller; writes to a caller whom the
// AI has; guides the AI; takes a call over in the AI's voice; hands back; looks at what is
// over and finds it again by its words.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { accept, be, callIn, callOf, clean, flawless, handoffsOf, hearing, logIn, noWrapUp, now, openCast, reads, rest, setting, stateOf, steps, talk, write } from "./cast.mjs";
import { eventually, startServer, takeoverEvents } from "./lib.mjs";

const S = 1e9;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");

let server;
let cast;

before(async () => {
  server = await startServer(bin, ["--caller-silence", "0,0,0"]);
  await setting(server, "routing", { wrapUp: 600 * S, ring: 120 * S });
  await setting(server, "rules", [{ name: "Urgent words", words: ["refund"], priority: 1 }]);
  cast = await openCast("ana", "dana");
});
after(async () => {
  await cast?.close();
  await server?.stop();
});

test("an agent's ways with a call", { timeout: 180_000 }, async (t) => {
  const { ana, dana } = cast;
  const step = steps(t);
  let call;

  await step("is called for attention: sound that goes on, notification, title, icon", async () => {
    await Promise.all([callIn(ana, server.url), logIn(dana, server.url)]);
    call = await callOf(ana);
    await write(ana, "I want my refund.");
    await reads(ana, "an answer", /./, "agent");
    await ana.page.getByTestId("ask-human").click();
    await dana.page.getByTestId("offer").waitFor();
    await eventually("it rings again and again", () => dana.page.evaluate(() => window.__chimes >= 6), 30_000);
    assert.equal(await dana.page.getByTestId("offer").getAttribute("data-urgent"), "true");
    assert.match(await dana.page.title(), /^☎/);
    assert.equal(await dana.page.locator('link[rel="icon"]').getAttribute("href"), "/favicon-alert.svg");
    const shown = await dana.page.evaluate(() => window.__notifications);
    assert.ok(shown.length >= 1, "a notification of the system");
    // A rule of the desk has read what was said: P1.
    await dana.page.getByTestId("offer").locator('[data-priority="1"]').waitFor();
    await dana.page.mouse.click(640, 300); // seen, wherever one clicks
    await eventually("seen: no longer urgent", async () => (await dana.page.getByTestId("offer").getAttribute("data-urgent")) === "false");
    const chimes = await dana.page.evaluate(() => window.__chimes);
    await accept(dana);
    assert.equal(await dana.page.evaluate(() => window.__chimes), chimes, "and silent");
    await eventually("title and icon are as before", async () => !(await dana.page.title()).startsWith("☎"));
  });

  await step("claims and replies: heard, read, and answered", async () => {
    const at = await now(ana);
    await talk(dana, true);
    await hearing(ana, "dana", at);
    await talk(dana, false);
    await write(dana, "I look at it right now.");
    await reads(ana, "the reply", /look at it right now/, "human");
    await write(ana, "My order is A-1001.");
    await reads(dana, "the answer", /A-1001/, "caller");
    assert.deepEqual(await takeoverEvents(ana.page), ["humanTakeoverWillStart", "humanTakeoverConnected"]);
    await dana.page.getByTestId("copilot").or(dana.page.getByTestId("brief")).first().waitFor();
  });

  await step("the caller ends the live chat: the AI is heard, the desk wraps up", async () => {
    const at = await now(ana);
    await ana.page.getByTestId("end-live").click();
    await eventually("the AI has it", async () => (await stateOf(ana)) === "ai");
    await hearing(ana, "other", at);
    await dana.page.getByTestId("wrapup").waitFor();
    await noWrapUp(dana);
    const [h] = await handoffsOf(server, call);
    assert.deepEqual([h.outcome, h.agent, h.priority], ["resolved", "dana", 1]);
  });

  await step("with sound, notifications and badge switched off, it rings on the page only", async () => {
    await dana.page.getByRole("button", { name: "Notifications and sound" }).or(dana.page.getByRole("button", { name: "Notifications" })).first().click();
    const sheet = dana.page.getByRole("dialog");
    await clean(dana, "notifications");
    for (const box of await sheet.getByRole("checkbox").all()) await box.uncheck();
    await dana.page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    const before = await dana.page.evaluate(() => [window.__chimes, window.__notifications.length]);
    await ana.page.getByTestId("ask-human").click();
    await dana.page.getByTestId("offer").waitFor();
    assert.doesNotMatch(await dana.page.title(), /^[☎(]/);
    assert.equal(await dana.page.locator('link[rel="icon"]').getAttribute("href"), "/favicon.svg");
    await ana.page.getByTestId("cancel-request").click();
    await dana.page.getByTestId("offer").waitFor({ state: "detached" });
    assert.deepEqual(await dana.page.evaluate(() => [window.__chimes, window.__notifications.length]), before, "no sound, no notification");
  });

  await step("guides the AI: it knows, the caller never reads it", async () => {
    await dana.page.getByTestId("composer").fill("Offer a discount of ten percent.");
    await dana.page.getByTestId("guide").waitFor();
    await clean(dana, "to guide or to write to the caller");
    await dana.page.getByTestId("guide").click();
    await eventually("at the desk", () => dana.page.evaluate(() => window.relevo.call.model.transcript.lines.some((l) => l.private && /discount/.test(l.text))));
    assert.equal(await stateOf(ana), "ai");
    await eventually("it has got there", async () => (await rest(server, "GET", `/v1/calls/${call}/entries?limit=1000`)).entries.some((e) => /discount/.test(e.text ?? "")));
    assert.equal(await ana.page.evaluate(() => window.relevo.call.model.transcript.lines.some((l) => /Offer a discount/.test(l.text))), false);
  });

  await step("writes to a caller whom the AI has: the first message takes the call, and the AI is silent", async () => {
    await dana.page.getByTestId("composer").fill("Here is Dana. I have your refund.");
    await dana.page.getByTestId("to-caller").click();
    await reads(ana, "the message", /I have your refund/, "human");
    assert.equal(await stateOf(ana), "human");
    await eventually("it is Dana's", async () => (await ana.page.getByTestId("party").textContent()) === "Dana");
    await eventually("the AI stops", () => ana.page.evaluate(() => window.__ear.slice(-12).every((s) => s.rms < 0.01)));
    const at = await now(ana);
    await write(ana, "What are your opening hours?");
    await reads(dana, "the question", /opening hours/, "caller");
    // What the AI would answer is asked again below: it did not answer here.
    await dana.page.getByTestId("handback").click();
    await eventually("the AI has it", async () => (await stateOf(ana)) === "ai");
    const early = await ana.page.evaluate((since) => window.relevo.events.filter((e) => e.event === "agentSubtitleNotify" && e.at > since && /nine in the morning/.test(JSON.stringify(e.payload))).length, at);
    assert.equal(early, 0, "not an AI's word while a person has the call");
    await noWrapUp(dana);
  });

  await step("takes one from the line in the AI's voice: words come, the own sound never", async () => {
    await be(dana, "away:meeting");
    await ana.page.getByTestId("ask-human").click();
    await dana.page.locator('[data-call][data-state="pending"]').click();
    await dana.page.getByRole("radio", { name: "AI’s voice" }).check();
    const at = await now(ana);
    await dana.page.getByTestId("takeover").click();
    await dana.page.getByTestId("handback").waitFor({ timeout: 40_000 });
    assert.match(await ana.page.getByTestId("party-role").textContent(), /assistant’s voice/);
    await clean(dana, "in the AI's voice");
    await clean(ana, "caller, a person in the AI's voice");
    await talk(dana, true);
    await eventually("the own voice is at the server", () => dana.page.evaluate(async () => [...(await window.relevo.call.stats()).values()].some((s) => s.type === "outbound-rtp" && s.kind === "audio" && s.packetsSent > 100)));
    const then = await now(ana);
    await write(dana, "Your parcel is at the depot.");
    await reads(ana, "the words", /at the depot/);
    await hearing(ana, "other", then);
    const h = await ana.page.evaluate((since) => window.__ear.filter((s) => s.at > since && s.tones.dana > 0.05 && s.tones.dana > 0.6 * s.rms).length, at);
    assert.equal(h, 0, "the own sound never");
    await talk(dana, false);
    await dana.page.getByTestId("handback").click();
    await eventually("the AI has it", async () => (await stateOf(ana)) === "ai");
    await eventually("the request is done", async () => (await handoffsOf(server, call)).every((x) => x.state === "ended"));
  });

  await step("ends it for everybody, and finds it again by its words", async () => {
    await dana.page.getByTestId("desk-hangup").click();
    await clean(dana, "hang up for everybody?");
    await dana.page.getByTestId("desk-hangup-sure").click();
    await ana.page.getByTestId("again").waitFor();
    await dana.page.locator(".dock").getByText("The call has ended").waitFor();
    await clean(dana, "a call that has ended");
    await dana.page.getByTestId("search").fill("depot");
    const hit = dana.page.getByTestId("hits").locator(".call-row");
    await hit.locator("mark").first().waitFor();
    await clean(dana, "found");
    await hit.first().click();
    await dana.page.getByRole("dialog").getByText("Your parcel is at the depot.").waitFor();
    await clean(dana, "what was said in a call that is over");
    flawless(ana, dana);
  });
});
