// Video, a shared screen, selective subscription, and a takeover in the agent's voice, in two
// real browsers before the real server.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { eventually, finals, heard, listen, openBrowser, out, startServer, takeoverEvents } from "./lib.mjs";
import { beeps, concat, silence, speech, writeWav } from "./wav.mjs";

const TONE = 1000;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");
const speechDir = process.env.RELEVO_SPEECH_DIR ?? join(tmpdir(), "relevo-speech");

let server;
let caller;
let desk;

before(async () => {
  const quiet = join(out, "quiet.wav");
  writeWav(quiet, silence(90));
  const deskWav = join(out, "desk-tone.wav");
  writeWav(deskWav, concat(beeps(TONE, 4), silence(2), speech(bin, speechDir, "human-promise", "We will send you a new lamp on Friday.", "slt"), silence(60)));
  server = await startServer(bin);
  [caller, desk] = await Promise.all([openBrowser(quiet), openBrowser(deskWav)]);
});

after(async () => {
  await caller?.page.screenshot({ path: join(out, "modes-caller.png") }).catch(() => {});
  await desk?.page.screenshot({ path: join(out, "modes-desk.png") }).catch(() => {});
  await Promise.allSettled([caller?.close(), desk?.close()]);
  await server?.stop();
});

/** Frames that a page has decoded of what it receives. */
const frames = (page) =>
  page.evaluate(async () => {
    let n = 0;
    for (const [, s] of await window.relevo.call.stats()) if (s.type === "inbound-rtp" && s.kind === "video") n += s.framesDecoded ?? 0;
    return n;
  });

/** The tiles of a desk: what each shows, and how many frames it has shown. */
const tilesOf = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".tiles video")].map((v) => ({
      label: v.getAttribute("aria-label"),
      track: v.srcObject?.getVideoTracks()[0]?.id,
      width: v.videoWidth,
      frames: v.getVideoPlaybackQuality().totalVideoFrames,
    })),
  );
const labels = async (page) => (await tilesOf(page)).map((v) => v.label.split(" ")[0]);

test("video, subscription, the agent's voice", { timeout: 150_000 }, async (t) => {
  const ana = caller.page;
  const dana = desk.page;

  await ana.goto(`${server.url}/`);
  await ana.locator('[data-testid="join"]:enabled').click();
  await ana.getByTestId("party").waitFor();
  await eventually("the greeting", async () => (await finals(ana)).some((l) => l.role === "agent"));
  await listen(ana, TONE);
  await dana.goto(`${server.url}/console`);
  await dana.getByTestId("login").click();
  await dana.locator("[data-call]").first().click();
  await eventually("listening", () => dana.evaluate(() => window.relevo.model.open.value?.place.value === "listening" && window.relevo.model.open.value.joined.value));

  await t.test("the caller's camera is seen at the desk", async () => {
    await ana.getByTestId("camera").click();
    await dana.locator(".tiles video").first().waitFor({ timeout: 15_000 });
    await eventually("frames", async () => (await frames(dana)) > 5);
    await eventually("a picture", () => dana.evaluate(() => [...document.querySelectorAll(".tiles video")].some((v) => v.videoWidth > 0)));
    assert.equal(await ana.evaluate(() => window.relevo.call.negotiations), 1);
  });

  await t.test("what is not wanted does not come, what is wanted again does", async () => {
    await dana.getByRole("button", { name: /^See / }).click();
    await eventually("no tile", async () => (await dana.locator(".tiles video").count()) === 0);
    const still = await frames(dana);
    await new Promise((r) => setTimeout(r, 1_500));
    assert.ok((await frames(dana)) - still < 5, "video stops");
    await dana.getByRole("button", { name: /^See / }).click();
    await dana.locator(".tiles video").first().waitFor({ timeout: 15_000 });
    await eventually("frames again", async () => (await frames(dana)) > still + 5);
  });

  await t.test("the shared screen is seen beside the camera, and goes when it is no longer shared", async () => {
    // Chromium's fake devices have a screen too, and its fake prompt picks it.
    await ana.getByTestId("screen").click();
    await dana.locator(".tiles video").nth(1).waitFor({ timeout: 15_000 });
    assert.deepEqual(await labels(dana), ["Screen", "Camera"]);
    const pictures = await eventually("two pictures that move", async () => {
      const p = await tilesOf(dana);
      return p.length === 2 && p.every((v) => v.width > 0 && v.frames > 5) && p;
    });
    assert.notEqual(pictures[0].track, pictures[1].track);
    await dana.screenshot({ path: join(out, "modes-screen.png") });

    await ana.getByTestId("screen").click();
    await eventually("the screen's tile is gone", async () => (await dana.locator(".tiles video").count()) === 1, 5_000);
    assert.deepEqual(await labels(dana), ["Camera"]);
    const [still] = await tilesOf(dana);
    await eventually("the camera goes on in its tile", async () => {
      const [now] = await tilesOf(dana);
      return now.track === still.track && now.frames > still.frames + 5;
    });

    await ana.getByTestId("screen").click();
    await eventually("shared again", async () => (await tilesOf(dana)).filter((v) => v.width > 0).length === 2, 15_000);
    // Stopped in the browser's own bar: the track ends by itself.
    await ana.evaluate(() => {
      const track = window.relevo.call.localTrack("screen");
      track.stop();
      track.dispatchEvent(new Event("ended"));
    });
    await eventually("gone again", async () => (await dana.locator(".tiles video").count()) === 1, 5_000);
    await ana.getByTestId("camera").click();
    await eventually("no camera", async () => (await dana.locator(".tiles video").count()) === 0, 5_000);
    for (const page of [ana, dana]) assert.equal(await page.evaluate(() => window.relevo.call.negotiations), 1);
  });

  await t.test("guidance is read by the AI, never by the caller", async () => {
    await dana.getByTestId("composer").fill("Offer a discount of ten percent.");
    await dana.keyboard.press("Enter");
    await eventually("at the desk", async () => (await finals(dana)).some((l) => l.private && /discount/.test(l.text)));
    assert.ok(!(await finals(ana)).some((l) => /Offer a discount/.test(l.text)));
  });

  await t.test("in the agent's voice: words come, the human's sound never", async () => {
    await dana.getByRole("radio", { name: "AI’s voice" }).check();
    await dana.getByTestId("takeover").click();
    await dana.getByTestId("handback").waitFor({ timeout: 35_000 });
    const at = await eventually("the caller is told", () => ana.evaluate(() => window.relevo.events.find((e) => e.event === "humanTakeoverConnected")?.at));
    assert.match(await ana.getByTestId("party-role").textContent(), /assistant’s voice/);
    await dana.getByTestId("composer").fill("Your parcel is at the depot.");
    await dana.keyboard.press("Enter");
    await eventually("the caller reads it", async () => (await finals(ana)).some((l) => /depot/.test(l.text)));
    await eventually("the caller hears the agent's voice", async () => (await heard(ana, at)).other > 8);
    // The beeps and the spoken words of the human have passed by now.
    await new Promise((r) => setTimeout(r, 9_000));
    assert.equal((await heard(ana, at)).tone, 0, "the human's own sound does not reach the caller");
    assert.deepEqual(await takeoverEvents(ana), ["humanTakeoverWillStart", "humanTakeoverConnected"]);
  });

  await t.test("hung up at the desk, it ends for both", async () => {
    await dana.getByTestId("desk-hangup").click();
    await dana.getByTestId("desk-hangup-sure").click();
    await ana.getByTestId("again").waitFor();
    assert.deepEqual(caller.errors, []);
    assert.deepEqual(desk.errors, []);
  });
});
