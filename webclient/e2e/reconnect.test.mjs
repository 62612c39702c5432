// A lost socket, a broken path and a page that is loaded again, before the real
// server: the call goes on.
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

/** Waits until the AI has said all: what is heard after that is something new. */
const quiet = (page) =>
  eventually("silence", () =>
    page.evaluate(() => window.relevo.call.model.agentState === "listening" && window.__ear.slice(-14).every((s) => s.rms < 0.003) && window.__ear.length > 14),
  );

/**
 * Asks the AI in silence and hears its answer: from its first word on, packets come,
 * and what they decode to is loud for more than half a second. meanwhile is done while
 * it speaks, and only what is heard after that counts.
 */
async function answered(page, question, words, meanwhile) {
  await quiet(page);
  const asked = Date.now();
  await page.evaluate((text) => window.relevo.call.sendMessage(text), question);
  await eventually("the first word of the answer", () =>
    page.evaluate((since) => window.relevo.events.some((e) => e.event === "agentSubtitleNotify" && e.at >= since), asked),
  );
  await meanwhile?.();
  const at = Date.now();
  const before = await inbound(page);
  await eventually("the answer is heard", async () => (await heard(page, at)).other > 10, 10_000);
  const now = await inbound(page);
  assert.ok(now.packets - before.packets > 20 && now.energy - before.energy > 0.0005, `audio comes: ${JSON.stringify({ before, now })}`);
  await eventually("the answer is read", async () => (await finals(page)).some((l) => l.role === "agent" && words.test(l.text)));
}

/** The path that media takes: this client's ICE user name, and how much came by the pair in use. */
const path = (page) =>
  page.evaluate(async () => {
    const stats = new Map(await window.relevo.call.stats());
    const transport = [...stats.values()].find((s) => s.type === "transport");
    const pair = stats.get(transport?.selectedCandidatePairId);
    const local = stats.get(pair?.localCandidateId);
    return { user: local?.usernameFragment, bytes: pair?.bytesReceived ?? 0 };
  });

test("the call survives", { timeout: 120_000 }, async (t) => {
  const { page } = caller;
  await page.goto(`${server.url}/`);
  await page.locator('[data-testid="join"]:enabled').click();
  await page.getByTestId("party").waitFor();
  const greeting = await eventually("the greeting", async () => (await finals(page)).find((l) => l.role === "agent"));
  await listen(page, TONE);
  const id = await page.evaluate(() => window.relevo.call.model.callId);

  await t.test("a lost socket is resumed without a new negotiation", async () => {
    const before = await inbound(page);
    await page.evaluate(() => window.relevo.call.dropSocket());
    await eventually("resumed", () => page.evaluate(() => window.relevo.events.some((e) => e.event === "reconnected")));
    await answered(page, "How can I pay?", /pay|card/i);
    assert.equal(await page.evaluate(() => window.relevo.call.negotiations), 1);
    assert.ok((await inbound(page)).packets > before.packets);
    const seqs = (await finals(page)).map((l) => l.seq);
    assert.equal(new Set(seqs).size, seqs.length, "nothing twice");
  });

  await t.test("ICE restarts while the AI speaks, with the same media", async () => {
    const old = await path(page);
    assert.ok(old.user);
    let fresh;
    await answered(page, "What are your opening hours?", /nine in the morning/i, async () => {
      await page.evaluate(() => window.relevo.call.restartIce());
      fresh = await eventually("the new path", async () => {
        const p = await path(page);
        return p.user && p.user !== old.user && p;
      });
    });
    assert.equal(await page.evaluate(() => window.relevo.call.negotiations), 2);
    const used = await path(page);
    assert.equal(used.user, fresh.user);
    assert.ok(used.bytes - fresh.bytes > 2_000, `the answer came by the new path: ${JSON.stringify({ fresh, used })}`);
  });

  await t.test("a page that is loaded again goes on in the same call", async () => {
    await page.getByTestId("mute").click();
    await page.reload();
    await page.getByTestId("party").waitFor({ timeout: 20_000 });
    assert.equal(await page.evaluate(() => window.relevo.call.model.callId), id);
    assert.equal(await page.evaluate(() => window.relevo.call.isMuted()), true, "muted before, muted after");
    assert.equal(await page.getByTestId("mute").textContent(), "Unmute");
    await page.getByTestId("mute").click();
    await listen(page, TONE);
    await answered(page, "Do you ship abroad?", /abroad|countries|ship|deliver/i);
  });

  await t.test("what was said before is there again", async () => {
    await eventually("the greeting again", async () => (await finals(page)).some((l) => l.seq === greeting.seq && l.text === greeting.text), 5_000);
  });

  await page.getByTestId("hangup").click();
  await page.getByTestId("again").waitFor();
});
