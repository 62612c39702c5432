// Seed 000: a team that switched from an assistant to people kept a shadow copy of the
// conversation for them, and could not give the caller back. Here, before the real
// server: a person takes over, gives back, takes over again, gives back. One call, one
// log, the same for the caller, the desk and the app, and the assistant's next answer
// knows what the person said.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { accept, callIn, callOf, flawless, handoffsOf, hearing, logIn, noWrapUp, now, openCast, reads, rest, say, setting, stateOf, steps, talk, write } from "./cast.mjs";
import { eventually, startServer } from "./lib.mjs";
import { RATE, speech } from "./wav.mjs";

const S = 1e9;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");
const speechDir = process.env.RELEVO_SPEECH_DIR ?? join(tmpdir(), "relevo-speech");

let server;
let cast;
let promise;

before(async () => {
  promise = speech(bin, speechDir, "human-promise", "We will send you a new lamp on Friday.", "slt");
  server = await startServer(bin, ["--caller-silence", "0,0,0"]);
  await setting(server, "routing", { wrapUp: 600 * S, ring: 60 * S });
  cast = await openCast("ana", "dana");
});
after(async () => {
  await cast?.close();
  await server?.stop();
});

test("there and back twice, with one log", { timeout: 180_000 }, async (t) => {
  const { ana, dana } = cast;
  const step = steps(t);
  let call;

  /** A person is asked for, comes, and is heard. */
  const there = async () => {
    await ana.page.getByTestId("ask-human").click();
    await dana.page.getByTestId("offer").waitFor();
    const at = await now(ana);
    await talk(dana, true);
    await accept(dana);
    await hearing(ana, "dana", at);
    await talk(dana, false);
    assert.equal(await ana.page.getByTestId("party").textContent(), "Dana");
  };
  /** The person gives the call back, and the AI is heard. */
  const back = async () => {
    await dana.page.getByTestId("handback").click();
    await eventually("the AI has it", async () => (await stateOf(ana)) === "ai");
    await noWrapUp(dana);
  };
  const log = async () => (await rest(server, "GET", `/v1/calls/${call}/entries?limit=1000`)).entries;
  /** The AI is asked something, and answers with certain words, which are heard to their end: else they are not in the log. */
  const answers = async (question, words) => {
    const at = await now(ana);
    const known = (await log()).at(-1).seq;
    await write(ana, question);
    await eventually(`an answer with ${words}`, async () => (await log()).find((e) => e.seq > known && e.role === "agent" && words.test(e.text ?? "")), 40_000);
    await hearing(ana, "other", at);
  };

  await step("the AI answers first", async () => {
    await Promise.all([callIn(ana, server.url), logIn(dana, server.url)]);
    call = await callOf(ana);
    await answers("What are your opening hours?", /nine in the morning/i);
  });

  await step("there: a person promises something, in speech", async () => {
    await there();
    await say(dana, promise, RATE);
    await reads(ana, "the promise", /lamp|friday/, "human");
  });

  await step("and back: the AI knows what the person said", async () => {
    await back();
    await answers("What did the human say?", /lamp|friday/i);
  });

  await step("there again: the same person sees all of it, also what the AI said meanwhile", async () => {
    await there();
    await reads(dana, "the AI's answer of before the second time", /lamp|friday/, "agent");
    await write(dana, "The number of your parcel is 4711.");
    await reads(ana, "the number", /4711/, "human");
    await write(ana, "Thank you, that helps.");
    await reads(dana, "the thanks", /that helps/, "caller");
  });

  await step("and back again: it knows the newest, too", async () => {
    await back();
    await answers("What did the human say?", /4711|parcel/i);
  });

  await step("one log: gapless, in order, there and back twice", async () => {
    const { entries } = await rest(server, "GET", `/v1/calls/${call}/entries?limit=1000`);
    assert.deepEqual(entries.map((e) => e.seq), entries.map((_, i) => i + 1), "gapless");
    const handing = entries.map((e) => e.event).filter((e) => ["request", "willStart", "human", "returning", "ai"].includes(e));
    const once = ["request", "willStart", "human", "returning", "ai"];
    assert.deepEqual(handing, [...once, ...once]);
    // Who spoke when: the words are between the events where they belong.
    const at = (test) => entries.find(test)?.seq ?? assert.fail(`no entry: ${test}`);
    const said = (role, words, from = 0) => at((e) => e.seq > from && e.role === role && words.test(e.text ?? ""));
    const changes = entries.filter((e) => e.event === "human" || e.event === "ai").map((e) => e.seq);
    const hours = said("agent", /nine in the morning/i);
    const lamp = said("human", /lamp|friday/i);
    const told = said("agent", /lamp|friday/i, changes[1]);
    const parcel = said("human", /4711/);
    const toldAgain = said("agent", /4711|parcel/i, changes[3]);
    assert.deepEqual([hours, changes[0], lamp, changes[1], told, changes[2], parcel, changes[3], toldAgain], [hours, changes[0], lamp, changes[1], told, changes[2], parcel, changes[3], toldAgain].toSorted((a, b) => a - b));

    // No shadow copy: both pages show the log, each line under its own number.
    const text = new Map(entries.filter((e) => e.text && !e.event).map((e) => [e.seq, e.text]));
    for (const p of [ana, dana]) {
      const lines = await p.page.evaluate(() => window.relevo.call.model.transcript.lines.filter((l) => l.final && l.text && l.kind !== "event" && !l.private).map((l) => ({ seq: l.seq, text: l.text })));
      assert.equal(new Set(lines.map((l) => l.seq)).size, lines.length, `${p.name}: nothing twice`);
      assert.deepEqual(lines.map((l) => l.seq), lines.map((l) => l.seq).toSorted((a, b) => a - b), `${p.name}: in order`);
      for (const l of lines) assert.equal(l.text, text.get(l.seq), `${p.name}, entry ${l.seq}`);
      for (const words of [/nine in the morning/i, /lamp|friday/i, /4711/, /that helps/]) assert.ok(lines.some((l) => words.test(l.text)), `${p.name} has ${words}`);
      assert.equal(await p.page.evaluate(() => window.relevo.call.negotiations), 1, `${p.name}: one negotiation`);
    }
    const list = await handoffsOf(server, call);
    assert.deepEqual(list.map((h) => [h.outcome, h.agent]), [["resolved", "dana"], ["resolved", "dana"]]);
  });

  await step("what is left of it is the same log", async () => {
    await ana.page.getByTestId("hangup").click();
    await ana.page.getByTestId("again").waitFor();
    const shown = ana.page.locator(".ended-transcript");
    for (const words of ["What are your opening hours?", "The number of your parcel is 4711."]) await shown.getByText(words).first().waitFor();
    const text = await (await fetch(`${server.url}/v1/calls/${call}/transcript.txt`, { headers: { Authorization: `Basic ${btoa("devkey:devsecret")}` } })).text();
    assert.ok(text.indexOf("opening hours") < text.search(/lamp|Friday/i) && text.search(/lamp|Friday/i) < text.indexOf("4711"), text);
    flawless(ana, dana);
  });
});
