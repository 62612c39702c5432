// A lost socket, a broken path and a page that is loaded again, before the real
// server: the call goes on.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { eventually, finals, inbound, openBrowser, out, startServer } from "./lib.mjs";
import { silence, writeWav } from "./wav.mjs";

const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");
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

test("the call survives", { timeout: 120_000 }, async (t) => {
  const { page } = caller;
  await page.goto(`${server.url}/`);
  await page.locator('[data-testid="join"]:enabled').click();
  await page.getByTestId("party").waitFor();
  const greeting = await eventually("the greeting", async () => (await finals(page)).find((l) => l.role === "agent"));
  const id = await page.evaluate(() => window.relevo.call.model.callId);

  await t.test("a lost socket is resumed without a new negotiation", async () => {
    const before = await inbound(page);
    await page.evaluate(() => window.relevo.call.dropSocket());
    await eventually("resumed", () => page.evaluate(() => window.relevo.events.some((e) => e.event === "reconnected")));
    await page.evaluate(() => window.relevo.call.sendMessage("What are your opening hours?"));
    await eventually("an answer", async () => (await finals(page)).find((l) => l.role === "agent" && l.seq > greeting.seq));
    assert.equal(await page.evaluate(() => window.relevo.call.negotiations), 1);
    assert.ok((await inbound(page)).packets > before.packets);
    const seqs = (await finals(page)).map((l) => l.seq);
    assert.equal(new Set(seqs).size, seqs.length, "nothing twice");
  });

  await t.test("ICE restarts with the same media", async () => {
    await page.evaluate(() => window.relevo.call.restartIce());
    assert.equal(await page.evaluate(() => window.relevo.call.negotiations), 2);
    const before = await inbound(page);
    await page.evaluate(() => window.relevo.call.sendMessage("How can I pay?"));
    await eventually("the AI is heard", async () => (await inbound(page)).energy > before.energy);
  });

  await t.test("a page that is loaded again goes on in the same call", async () => {
    await page.reload();
    await page.getByTestId("party").waitFor({ timeout: 20_000 });
    assert.equal(await page.evaluate(() => window.relevo.call.model.callId), id);
    await page.evaluate(() => window.relevo.call.sendMessage("Do you ship abroad?"));
    const before = await inbound(page);
    await eventually("the AI is heard", async () => (await inbound(page)).energy > before.energy, 30_000);
  });

  await t.test("what was said before is there again", async () => {
    await eventually("the greeting again", async () => (await finals(page)).some((l) => l.seq === greeting.seq && l.text === greeting.text), 5_000);
  });

  await page.getByTestId("hangup").click();
  await page.getByTestId("again").waitFor();
});
