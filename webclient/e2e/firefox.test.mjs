// The caller in Firefox, the human in Chromium, before the real server. Firefox has
// another SDP, other statistics and, on a machine without a sound card, an
// AudioContext that never runs: what is heard is measured without one.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { eventually, finals, heard, inbound, listen, openBrowser, openFirefox, out, record, startServer, takeoverEvents } from "./lib.mjs";
import { beeps, concat, silence, writeWav } from "./wav.mjs";

const HUMAN = 1000;
const CALLER = 700;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");

let server;
let caller;
let desk;

before(async () => {
  const wav = join(out, "firefox-desk.wav");
  writeWav(wav, concat(silence(0.3), beeps(HUMAN, 40)));
  server = await startServer(bin);
  [caller, desk] = await Promise.all([openFirefox(CALLER), openBrowser(wav)]);
});

after(async () => {
  await caller?.page.screenshot({ path: join(out, "firefox-caller.png") }).catch(() => {});
  await Promise.allSettled([caller?.close(), desk?.close()]);
  await server?.stop();
});

const testid = (id) => `[data-testid="${id}"]`;

test("a caller in Firefox", { timeout: 120_000 }, async (t) => {
  const ana = caller.page;
  const dana = desk.page;
  const text = (selector) => ana.$eval(selector, (e) => e.textContent);
  const negotiations = () => ana.evaluate(() => window.relevo.call.negotiations);
  /** Types to whoever has the floor. */
  const type = async (words) => {
    await ana.locator(testid("composer")).fill(words);
    await ana.keyboard.press("Enter");
  };
  t.diagnostic(caller.version);

  await t.test("joins without video and hears the AI, AudioContext or not", async () => {
    await ana.goto(`${server.url}/`);
    await ana.locator(`${testid("join")}:enabled`).click();
    await ana.waitForSelector(testid("party"));
    // The fake microphone is a tone without end; the AI would wait for it to stop.
    await ana.locator(testid("mute")).click();
    t.diagnostic(`AudioContext: ${await ana.evaluate(() => new AudioContext().state)}`);
    await eventually("the greeting is heard", async () => (await inbound(ana)).energy > 0.001);
    await eventually("the greeting is read", async () => (await finals(ana)).some((l) => l.role === "agent"));
    assert.match(await text(testid("party-role")), /AI/);
    assert.ok(await ana.evaluate(() => [...document.querySelectorAll("audio")].every((a) => !a.paused)), "the audio element plays");
    assert.equal(await ana.evaluate(() => window.relevo.call.isOn("camera")), false);
  });

  await t.test("types that they want a human, and waits", async () => {
    await type("i want to talk to a human");
    await ana.waitForSelector(testid("waiting"));
    await eventually("the AI says so", async () => (await finals(ana)).filter((l) => l.role === "agent").length > 1);
  });

  await t.test("a human takes over: other sound in the same stream", async () => {
    await dana.goto(`${server.url}/console`);
    await dana.getByTestId("login").click();
    await dana.locator('[data-call][data-state="pending"]').click();
    await dana.locator('.turn[data-who="caller"]').getByText("i want to talk to a human").waitFor();
    const before = await inbound(ana);
    await dana.getByTestId("takeover").click();
    await dana.getByTestId("handback").waitFor({ timeout: 35_000 });
    await eventually("the caller is told", async () => (await takeoverEvents(ana)).includes("humanTakeoverConnected"));
    const ear = await record(ana, HUMAN, 3_000);
    assert.ok(ear.tone > 10, `the human is heard: ${JSON.stringify(ear)}`);
    const now = await inbound(ana);
    assert.ok(now.packets - before.packets > 100 && now.energy > before.energy, `packets go on: ${JSON.stringify({ before, now })}`);
    assert.equal(now.streams, 1, "one stream");
    assert.equal(await negotiations(), 1);
    assert.equal(await text(testid("party")), "Dana");
    assert.match(await text(testid("party-role")), /Human/);
    for (const page of [ana, dana]) assert.deepEqual(await takeoverEvents(page), ["humanTakeoverWillStart", "humanTakeoverConnected"]);
  });

  await t.test("the human hears the caller once they unmute", async () => {
    await listen(dana, CALLER, "caller");
    await new Promise((r) => setTimeout(r, 500));
    assert.equal((await heard(dana)).tone, 0, "muted is muted");
    await ana.locator(testid("mute")).click();
    await eventually("the caller's tone", async () => (await heard(dana)).tone > 5, 10_000);
    await ana.locator(testid("mute")).click();
  });

  await t.test("turns the camera on and off again: seen at the desk, not negotiated", async () => {
    await ana.locator(testid("camera")).click();
    await eventually("a picture that moves", () =>
      dana.evaluate(() => [...document.querySelectorAll(".tiles video")].some((v) => v.videoWidth > 0 && v.getVideoPlaybackQuality().totalVideoFrames > 5)),
    );
    await ana.locator(testid("camera")).click();
    await eventually("no tile", async () => (await dana.locator(".tiles video").count()) === 0, 5_000);
    assert.equal(await negotiations(), 1);
  });

  await t.test("handed back, the AI answers", async () => {
    await dana.getByTestId("handback").click();
    await eventually("the caller is told", async () => (await takeoverEvents(ana)).includes("humanTakeoverEnded"));
    await eventually("the AI has the floor", async () => /AI/.test(await text(testid("party-role"))));
    const known = (await finals(ana)).at(-1).seq;
    await type("What are your opening hours?");
    const [ear] = await Promise.all([
      record(ana, HUMAN, 6_000),
      eventually("an answer", async () => (await finals(ana)).find((l) => l.role === "agent" && l.seq > known)),
    ]);
    assert.ok(ear.other > 10 && ear.tone === 0, `the AI is heard, the human is not: ${JSON.stringify(ear)}`);
    assert.equal(await negotiations(), 1);
    for (const page of [ana, dana]) assert.deepEqual(await takeoverEvents(page), ["humanTakeoverWillStart", "humanTakeoverConnected", "humanTakeoverEnded"]);
  });

  await t.test("hangs up", async () => {
    await ana.locator(testid("hangup")).click();
    await ana.waitForSelector(testid("again"));
    await dana.locator(".dock").getByText("The call has ended").waitFor();
    assert.deepEqual(caller.errors, []);
    assert.deepEqual(desk.errors, []);
  });
});
