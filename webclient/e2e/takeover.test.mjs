// The story of the issue, in two real browsers before the real server:
// an AI answers, the caller asks for a human in speech, a human takes over,
// gives it back, and the AI knows what the human said.
//
//   RELEVO_BIN=../bin/relevo RELEVO_SPEECH_DIR=/tmp/speech npm run e2e
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { eventually, finals, heard, inbound, listen, openBrowser, out, speak, startServer, takeoverEvents } from "./lib.mjs";
import { beeps, concat, RATE, silence, speech, writeWav } from "./wav.mjs";

const TONE = 1000;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");
const speechDir = process.env.RELEVO_SPEECH_DIR ?? join(tmpdir(), "relevo-speech");

let server;
let caller;
let desk;
let question;

before(async () => {
  const please = speech(bin, speechDir, "human-please", "I want to talk to a human agent.", "rms");
  const promise = speech(bin, speechDir, "human-promise", "We will send you a new lamp on Friday.", "slt");
  question = speech(bin, speechDir, "what-was-said", "Can you tell me what the human said?", "rms");
  // The file starts when the microphone is opened, before the call: leave time to join and for the greeting.
  const callerWav = join(out, "caller.wav");
  writeWav(callerWav, concat(silence(14), please, silence(1)));
  // Opened at the takeover: first beeps that no AI voice could be, then words to be remembered.
  const deskWav = join(out, "desk.wav");
  writeWav(deskWav, concat(silence(0.3), beeps(TONE, 5), silence(2), promise, silence(1)));
  server = await startServer(bin);
  [caller, desk] = await Promise.all([openBrowser(callerWav), openBrowser(deskWav)]);
});

after(async () => {
  await caller?.page.screenshot({ path: join(out, "caller-last.png") }).catch(() => {});
  await desk?.page.screenshot({ path: join(out, "desk-last.png") }).catch(() => {});
  await Promise.allSettled([caller?.close(), desk?.close()]);
  await server?.stop();
});

test("an AI answers, a human takes over, hands back, and the AI knows", { timeout: 180_000 }, async (t) => {
  const ana = caller.page;
  const dana = desk.page;

  await t.test("the caller joins and hears the AI", async () => {
    await ana.goto(`${server.url}/`);
    await ana.locator('[data-testid="join"]:enabled').click();
    await ana.getByTestId("party").waitFor();
    await eventually("media connected", () => ana.evaluate(() => window.relevo.events.some((e) => e.event === "mediaHealth" && e.payload === "connected")));
    await listen(ana, TONE);
    await eventually("the greeting is heard", async () => (await heard(ana)).other > 5);
    await eventually("the greeting is read", async () => (await finals(ana)).some((l) => l.role === "agent"));
    assert.equal((await heard(ana)).tone, 0, "no tone while the AI has the floor");
    assert.match(await ana.getByTestId("party-role").textContent(), /AI/);
  });

  await t.test("the caller asks for a human in speech; the text shows on both pages", async () => {
    await dana.goto(`${server.url}/console`);
    await dana.getByTestId("login").click();
    await dana.locator("[data-call]").first().waitFor();
    await eventually("the caller's words are recognised", async () => (await finals(ana)).find((l) => l.role === "caller" && /human|agent|person/i.test(l.text)), 40_000);
    await ana.locator('.turn[data-who="caller"]').getByText(/human|agent|person/i).first().waitFor();
    await ana.getByTestId("waiting").waitFor({ timeout: 15_000 });
    await dana.locator('[data-call][data-state="pending"]').waitFor();
    assert.equal(await dana.getByTestId("waiting-count").textContent(), "1");
    await dana.locator("[data-call]").first().click();
    await dana.locator('.turn[data-who="caller"]').getByText(/human|agent|person/i).first().waitFor();
  });

  await t.test("the backlog equals what the caller saw", async () => {
    const cursor = await eventually("the backlog's end", () => dana.evaluate(() => window.relevo.model.open.value.backlogCursor.value));
    const pick = (lines) => lines.filter((l) => l.seq <= cursor && !l.private).map(({ seq, kind, role, text, cut }) => ({ seq, kind, role, text, cut }));
    const atDesk = await finals(dana);
    assert.ok(atDesk.some((l) => l.backlog && l.role === "agent"), "the AI's words came with the backlog");
    assert.ok(atDesk.some((l) => l.backlog && l.role === "caller"), "the caller's words came with the backlog");
    assert.deepEqual(pick(atDesk), pick(await finals(ana)));
    assert.equal(new Set(atDesk.map((l) => l.seq)).size, atDesk.length, "no sentence twice");
  });

  let connectedAt = 0;
  await t.test("the human takes over: the received audio changes from the AI to the human", async () => {
    const before = await inbound(ana);
    await dana.getByTestId("takeover").click();
    await dana.getByTestId("handback").waitFor({ timeout: 35_000 });
    connectedAt = await eventually("the caller is told", () =>
      ana.evaluate(() => window.relevo.events.find((e) => e.event === "humanTakeoverConnected")?.at),
    );
    await eventually("the human's tone is heard", async () => (await heard(ana, connectedAt)).tone >= 10, 10_000);
    assert.equal((await heard(ana, 0, connectedAt - 500)).tone, 0, "the human was not heard before the cut");
    const after = await inbound(ana);
    assert.ok(after.packets > before.packets && after.energy > before.energy, `audio goes on: ${JSON.stringify({ before, after })}`);
    assert.equal(await ana.getByTestId("party").textContent(), await dana.evaluate(() => window.relevo.model.session.value.user.name));
    assert.match(await ana.getByTestId("party-role").textContent(), /Human/);
    for (const page of [ana, dana]) assert.deepEqual(await takeoverEvents(page), ["humanTakeoverWillStart", "humanTakeoverConnected"]);
    await ana.screenshot({ path: join(out, "caller-human.png") });
    await dana.screenshot({ path: join(out, "desk-holding.png") });
  });

  await t.test("what the human says is transcribed on both pages, and the AI is silent", async () => {
    await eventually("the human's words on the caller's page", async () => (await finals(ana)).find((l) => l.role === "human" && /lamp|friday|send/i.test(l.text)), 30_000);
    await eventually("the human's words on the desk", async () => (await finals(dana)).find((l) => l.role === "human" && /lamp|friday|send/i.test(l.text)));
    const agentLines = await ana.evaluate((at) => window.relevo.events.filter((e) => e.event === "agentSubtitleNotify" && e.at > at + 1000 && !e.payload.end).length, connectedAt);
    assert.equal(agentLines, 0, "no word of the AI after the cut");
  });

  await t.test("handed back, the AI answers with knowledge of what the human said", async () => {
    await dana.getByTestId("handback").click();
    const backAt = await eventually("the caller is told", () => ana.evaluate(() => window.relevo.events.find((e) => e.event === "humanTakeoverEnded")?.at));
    await eventually("the AI has the floor", async () => /AI/.test(await ana.getByTestId("party-role").textContent()));
    // Let the AI say that it is back, if it does.
    await new Promise((r) => setTimeout(r, 3_000));
    const known = (await finals(ana)).at(-1).seq;
    await speak(ana, question, RATE);
    const answer = await eventually(
      "an answer with the human's words",
      async () => (await finals(ana)).find((l) => l.role === "agent" && l.seq > known && /lamp|friday/i.test(l.text)),
      40_000,
    );
    assert.ok(answer);
    const ear = await heard(ana, backAt + 500);
    assert.ok(ear.other > 5, `the AI is heard again: ${JSON.stringify(ear)}`);
    for (const page of [ana, dana]) {
      assert.deepEqual(await takeoverEvents(page), ["humanTakeoverWillStart", "humanTakeoverConnected", "humanTakeoverEnded"]);
      assert.equal(await page.evaluate(() => window.relevo.call.negotiations), 1, "one negotiation in the whole call");
    }
  });

  await t.test("the caller hangs up and the desk is told", async () => {
    await ana.getByTestId("hangup").click();
    await ana.getByTestId("again").waitFor();
    await dana.locator(".dock").getByText("The call has ended").waitFor();
    assert.deepEqual(caller.errors, []);
    assert.deepEqual(desk.errors, []);
  });
});
