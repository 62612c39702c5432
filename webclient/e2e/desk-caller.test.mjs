// A caller's ways at the desk, before the real server: asked for a person, told the place
// in the line, asked whether to wait on, waits on, gives up; finds nobody there and leaves
// a number; is left alone by a person and has the AI back.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { be, callIn, callOf, clean, flawless, handoffsOf, hearing, hears, logIn, now, openCast, accept, reads, rest, setting, stateOf, steps, talk, write } from "./cast.mjs";
import { eventually, startServer } from "./lib.mjs";

const S = 1e9;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");
const clocks = { firstResponse: 5 * S, resolution: 3600 * S };

let server;
let cast;

before(async () => {
  // A silent caller is taken back after 4 s instead of three minutes; the AI asks nobody who is silent.
  server = await startServer(bin, ["--session-timeout", "4s", "--caller-silence", "0,0,0"]);
  await setting(server, "routing", { askEvery: 5 * S, sla: { targets: [clocks, clocks, clocks, clocks], riskAt: 40 } });
  cast = await openCast("ana", "dana");
});
after(async () => {
  await cast?.close();
  await server?.stop();
});

test("a caller's ways at the desk", { timeout: 240_000 }, async (t) => {
  const { ana, dana } = cast;
  const step = steps(t);
  const page = ana.page;
  const ask = () => page.getByTestId("ask-human").click();
  const question = () => page.getByTestId("keep-waiting").waitFor({ timeout: 40_000 });

  await step("before the call and in it", async () => {
    await page.goto(`${server.url}/`);
    await page.locator('[data-testid="join"]:enabled').waitFor();
    await clean(ana, "caller before the call");
    await callIn(ana, `${server.url}/`);
    await hearing(ana, "other", 0);
    await clean(ana, "caller with the AI");
    await logIn(dana, server.url);
    await be(dana, "away:lunch");
    await dana.page.locator('[data-call][data-state="ai"]').waitFor();
  });
  const call = await callOf(ana);

  await step("asks for a person, and reads and hears the place in the line", async () => {
    const at = await now(ana);
    await ask();
    await page.getByTestId("waiting").getByText("You are next").waitFor();
    await reads(ana, "the place", /number 1 in line|you are next/, "agent");
    await hearing(ana, "other", at);
    await clean(ana, "caller waits");
    await dana.page.locator('[data-call][data-state="pending"] .asks').waitFor();
    assert.equal(await dana.page.getByTestId("waiting-count").textContent(), "1");
    assert.match(await dana.page.title(), /^\(1\)/);
  });

  await step("the desk sees the deadline come and pass, each told once", async () => {
    await dana.page.locator('[data-call] [data-sla="breached"]').waitFor({ timeout: 30_000 });
    const alerts = () => dana.page.evaluate(() => window.relevo.events.filter((e) => e.event === "desk.alert").map((e) => e.payload.kind));
    await eventually("both alerts", async () => (await alerts()).length === 2);
    assert.deepEqual(await alerts(), ["atRisk", "breached"]);
    await clean(dana, "inbox, one waits too long");
  });

  await step("is asked whether to wait on, by text, button and voice; waits on", async () => {
    await question();
    await page.getByTestId("waiting").getByText("Do you want to keep waiting?").waitFor();
    const { seq } = await reads(ana, "the question", /keep waiting/, "agent");
    assert.ok(seq > 0);
    await clean(ana, "caller is asked");
    const at = await now(ana);
    await page.getByTestId("keep-waiting").click();
    await page.getByTestId("keep-waiting").waitFor({ state: "detached" });
    assert.equal(await stateOf(ana), "pending");
    // Asked again after a while, which is heard.
    await question();
    await hearing(ana, "other", at, 30_000);
  });

  await step("says in words that they wait on, and the next time that they do not", async () => {
    await eventually("the question is said", () => page.evaluate(() => window.relevo.call.model.agentState === "listening"));
    await write(ana, "yes please");
    await page.getByTestId("keep-waiting").waitFor({ state: "detached" });
    assert.equal(await stateOf(ana), "pending");
    await question();
    await eventually("the question is said", () => page.evaluate(() => window.relevo.call.model.agentState === "listening"));
    await write(ana, "no thank you");
    await page.getByTestId("ask-human").waitFor({ timeout: 20_000 });
    assert.equal(await stateOf(ana), "ai");
    await dana.page.locator('[data-call][data-state="ai"]').waitFor();
  });

  await step("asks again, and ends the request by its button", async () => {
    await ask();
    await page.getByTestId("waiting").waitFor();
    await question();
    await page.getByTestId("cancel-request").click();
    await page.getByTestId("ask-human").waitFor();
    const ends = await eventually("both records have ended", async () => {
      const list = await handoffsOf(server, call);
      return list.length === 2 && list.every((h) => h.state === "ended") && list;
    });
    assert.deepEqual(ends.map((h) => h.outcome), ["cancelled", "cancelled"]);
    await dana.page.getByTestId("view-ended").click();
    await eventually("the desk sees that both gave up", async () => (await dana.page.getByText("Cancelled").count()) === 2);
    await clean(dana, "inbox, what has ended");
    await dana.page.getByTestId("view-all").click();
  });

  await step("a person who says nothing more is followed by the AI, by itself", async () => {
    await be(dana, "available");
    await ask();
    await dana.page.getByTestId("offer").waitFor();
    const at = await now(ana);
    await accept(dana);
    await talk(dana, true);
    await hearing(ana, "dana", at);
    assert.equal(await page.getByTestId("party").textContent(), "Dana");
    await clean(ana, "caller with a person");
    await talk(dana, false);
    const back = await eventually("the AI is back", () => page.evaluate(() => window.relevo.events.find((e) => e.event === "humanTakeoverEnded")?.at), 60_000);
    await eventually("it has the call", async () => (await stateOf(ana)) === "ai");
    assert.ok(back > at);
    await dana.page.getByTestId("wrapup").waitFor();
    await dana.page.getByTestId("wrapup-done").click();
    await be(dana, "away:lunch");
  });

  await step("out of hours: the reply is read and heard, and a number is left", async () => {
    const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    // Open on one day only, which is neither today nor tomorrow anywhere.
    const open = days[(new Date().getUTCDay() + 2) % 7];
    await setting(server, "hours", { timeZone: "UTC", periods: [{ kind: "weekly", days: [open], from: "09:00", to: "17:00" }], reply: "Our people are back in a few days." });
    const status = await (await fetch(`${server.url}/v1/desk/status`)).json();
    assert.equal(status.service, "unavailable");
    assert.equal(status.reason, "closed");
    const at = await now(ana);
    await ask();
    await page.getByTestId("over").waitFor();
    assert.equal(await page.getByTestId("reply").textContent(), "Our people are back in a few days.");
    await page.getByTestId("over").getByText("09:00").waitFor();
    await reads(ana, "the reply", /back in a few days/, "agent");
    await hearing(ana, "other", at);
    assert.equal(await stateOf(ana), "ai");
    await page.getByTestId("callback-phone").fill("12");
    await page.locator("#wrong-phone").waitFor();
    await clean(ana, "caller out of hours");
    await page.getByTestId("callback-phone").fill("+49 30 1234567");
    await page.getByTestId("callback-send").click();
    await page.getByTestId("callback-left").waitFor();
    assert.equal((await handoffsOf(server, call))[0].outcome, "outOfHours");
  });

  await step("the desk finds the number, and has called back", async () => {
    await dana.page.getByTestId("view-callbacks").click();
    const row = dana.page.locator(".callback");
    await row.getByText("+49 30 1234567").waitFor();
    await clean(dana, "inbox, call-backs");
    await row.getByRole("button", { name: "Done" }).click();
    await dana.page.locator('.callback[data-state="done"]').waitFor();
    const { callBacks } = await rest(server, "GET", "/v1/desk/callbacks");
    assert.deepEqual(callBacks.map((c) => [c.call, c.state, c.by]), [[call, "done", "dana"]]);
  });

  await step("hangs up: what was said stays", async () => {
    await page.getByTestId("hangup").click();
    await page.getByTestId("again").waitFor();
    await clean(ana, "caller after the call");
    const { entries } = await rest(server, "GET", `/v1/calls/${call}/entries`);
    assert.deepEqual(entries.map((e) => e.seq), entries.map((_, i) => i + 1), "one log without a gap");
    flawless(ana, dana);
  });
});
