// kill -9 of the real server while a browser is in a call, and another in its place.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { eventually, finals, heard, inbound, listen, openBrowser, out, startServer } from "./lib.mjs";
import { silence, writeWav } from "./wav.mjs";

const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");
const TONE = 1000; // nobody makes it here: all that is heard is the AI
let server;
let caller;

before(async () => {
  const wav = join(out, "quiet.wav");
  writeWav(wav, silence(60));
  server = await startServer(bin);
  caller = await openBrowser(wav);
});
after(async () => {
  await caller?.close();
  await server?.stop();
});

test("a call survives kill -9 of the server", { timeout: 120_000 }, async () => {
  const { page } = caller;
  await page.goto(`${server.url}/`);
  await page.locator('[data-testid="join"]:enabled').click();
  await page.getByTestId("party").waitFor();
  await eventually("the greeting", async () => (await finals(page)).some((l) => l.role === "agent"));
  const before = await page.evaluate(() => ({ id: window.relevo.call.model.callId, me: window.relevo.call.me.id, tracks: [...window.relevo.call.audioTracks.values()].map((t) => t.id) }));
  const lines = await finals(page);

  await server.kill();
  await eventually("the page tries again", () => page.evaluate(() => window.relevo.events.filter((e) => e.event === "reconnecting").length > 2));
  server = await startServer(bin, [], server);
  await eventually("resumed", () => page.evaluate(() => window.relevo.events.some((e) => e.event === "reconnected")), 30_000);
  await eventually("new media", () => page.evaluate(() => window.relevo.call.negotiations === 1 && window.relevo.events.filter((e) => e.event === "mediaHealth").at(-1)?.payload === "connected"), 20_000).catch(
    async (error) => {
      throw new Error(`${error.message}: ${JSON.stringify(await page.evaluate(() => window.relevo.events.slice(-30)))}`);
    },
  );

  const now = await page.evaluate(() => ({
    id: window.relevo.call.model.callId,
    me: window.relevo.call.me.id,
    tracks: [...window.relevo.call.audioTracks.values()].map((t) => t.id),
    played: [...document.querySelectorAll("audio[data-relevo-slot]")].flatMap((a) => a.srcObject.getTracks().map((t) => t.id)),
  }));
  assert.equal(now.id, before.id);
  assert.equal(now.me, before.me);
  assert.equal(now.tracks.length, before.tracks.length);
  assert.deepEqual([...now.played].sort(), [...now.tracks].sort(), "what is played are the new tracks");

  await listen(page, TONE);
  await eventually("the AI says why it was silent", async () => (await finals(page)).some((l) => /cut off for a moment/i.test(l.text)), 20_000);
  await page.evaluate(() => window.relevo.call.sendMessage("How can I pay?"));
  const asked = Date.now();
  await eventually("the answer is heard", async () => (await heard(page, asked)).other > 10, 30_000);
  await eventually("the answer is read", async () => (await finals(page)).some((l) => l.role === "agent" && /pay|card/i.test(l.text)), 20_000);
  assert.ok((await inbound(page)).packets > 20);

  const after = await finals(page);
  for (const l of lines) assert.ok(after.some((m) => m.seq === l.seq && m.text === l.text), `"${l.text}" is still there`);
  const seqs = after.map((l) => l.seq);
  assert.equal(new Set(seqs).size, seqs.length, "nothing twice");
  assert.deepEqual(
    caller.errors.filter((e) => !/WebSocket|ERR_CONNECTION/.test(e)),
    [],
  );
  await page.getByTestId("hangup").click();
  await page.getByTestId("again").waitFor();
});
