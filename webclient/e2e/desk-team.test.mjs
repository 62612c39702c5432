// A team at the desk, before the real server: a call that one declines rings at the next;
// a colleague is consulted, whispers, and gets it; it is transferred back; a supervisor
// looks at the wallboard, listens, whispers, barges in and assigns; a browser dies; calls are missed.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { accept, be, callIn, callOf, clean, deaf, flawless, handoffsOf, hearing, hears, logIn, noWrapUp, now, openCast, openMortal, presenceOf, rest, setting, stateOf, steps, talk } from "./cast.mjs";
import { eventually, startServer } from "./lib.mjs";

const S = 1e9;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");
const PASSWORD = "a long password";
// A browser is dead after 10 s; the rest does not come in between.
const routing = { heartbeatWithin: 10 * S, wrapUp: 600 * S, ring: 60 * S, retryAfter: 600 * S };

let server;
let cast;
let eli;

before(async () => {
  server = await startServer(bin, ["--caller-silence", "0,0,0"]);
  await setting(server, "routing", routing);
  for (const [identity, name, role] of [["eli", "Eli", "agent"], ["sam", "Sam", "supervisor"]]) {
    await rest(server, "POST", "/v1/desk/accounts", { identity, name, role, password: PASSWORD, capacity: 1 });
  }
  [cast, eli] = await Promise.all([openCast("ana", "ben", "dana", "sam"), openMortal("eli")]);
});
after(async () => {
  await Promise.allSettled([cast?.close(), eli?.close()]);
  await server?.stop();
});

test("a team at the desk", { timeout: 240_000 }, async (t) => {
  const { ana, ben, dana, sam } = cast;
  const step = steps(t);
  const nameOf = { dana: "Dana", eli: "Eli", sam: "Sam" };
  const party = (p, name) => eventually(`${p.name} is told that it is ${name}`, async () => (await p.page.getByTestId("party").textContent()) === name);
  let call;
  let holder;
  let other;

  await step("it rings at one of them, who declines; then at the other, who accepts", async () => {
    await Promise.all([callIn(ana, server.url), logIn(dana, server.url), logIn(eli, server.url, PASSWORD), logIn(sam, server.url, PASSWORD)]);
    call = await callOf(ana);
    await be(sam, "away:training");
    await ana.page.getByTestId("ask-human").click();
    const rings = (p) => p.page.getByTestId("offer").isVisible();
    const first = await eventually("it rings", async () => ((await rings(dana)) ? dana : (await rings(eli)) ? eli : null));
    holder = first === dana ? eli : dana;
    other = first;
    assert.equal(await rings(holder), false, "at one of them only");
    assert.equal(await presenceOf(first), "ringing");
    await first.page.getByTestId("decline").click();
    await holder.page.getByTestId("offer").waitFor();
    await first.page.getByTestId("offer").waitFor({ state: "detached" });
    const at = await now(ana);
    await talk(holder, true);
    await accept(holder);
    await hearing(ana, holder.name, at);
    await party(ana, nameOf[holder.name]);
  });

  await step("a colleague is consulted: they whisper, the caller hears nothing of it", async () => {
    await holder.page.getByTestId("consult").click();
    await holder.page.getByTestId("people").waitFor();
    await clean(holder, "whom to consult");
    await holder.page.locator(`[data-agent="${other.name}"]`).click();
    await other.page.getByTestId("offer").waitFor();
    await clean(other, "a colleague asks");
    await other.page.getByTestId("accept").click();
    await holder.page.getByTestId("hand-over").and(holder.page.locator(":enabled")).waitFor({ timeout: 30_000 });
    await eventually("the colleague whispers", () => other.page.evaluate(() => window.relevo.model.open.value.audience.value === "humans"));
    const at = await now(ana);
    await talk(other, true);
    await hearing(holder, other.name, at);
    await hearing(ana, holder.name, at);
    await deaf(ana, other.name, at);
    await clean(holder, "consulting");
    await clean(other, "whispering");
  });

  await step("and gets the call: the caller hears them, and the first no more", async () => {
    const at = await now(ana);
    await holder.page.getByTestId("hand-over").click();
    await hearing(ana, other.name, at);
    await party(ana, nameOf[other.name]);
    await other.page.getByTestId("handback").waitFor();
    const since = await now(ana);
    await hearing(ana, other.name, since + 200);
    await deaf(ana, holder.name, since + 200);
    const list = await handoffsOf(server, call);
    assert.equal(list.length, 1, "the same request all the time");
    assert.equal(list[0].agent, other.name);
    [holder, other] = [other, holder];
    await talk(other, false);
    await noWrapUp(other);
  });

  await step("a transfer: the AI keeps the caller company until the colleague answers", async () => {
    const at = await now(ana);
    await holder.page.getByTestId("transfer").click();
    await holder.page.locator(`[data-agent="${other.name}"]`).click();
    await talk(holder, false);
    await other.page.getByTestId("offer").waitFor();
    await other.page.getByText("Transferred by a colleague").waitFor();
    await hearing(ana, "other", at, 30_000);
    await talk(other, true);
    const then = await now(ana);
    await accept(other);
    await hearing(ana, other.name, then);
    await party(ana, nameOf[other.name]);
    [holder, other] = [other, holder];
    if ((await presenceOf(other)) === "wrapUp") await noWrapUp(other);
  });

  await step("the supervisor's wallboard: who waits, who talks, the live list", async () => {
    await sam.page.locator('.rail a[data-page="wallboard"]').click();
    await sam.page.locator(".wall-tiles").waitFor();
    const live = sam.page.getByRole("row").filter({ hasText: `With ${nameOf[holder.name]}` });
    await live.waitFor();
    await sam.page.locator('.wall-presence [data-presence="busy"]').getByText(nameOf[holder.name]).waitFor();
    assert.doesNotMatch(await sam.page.locator("body").innerText(), /caller-[a-z0-9]{8}/, "who gave no name is told apart as in the inbox");
    await clean(sam, "wallboard");
    await live.getByRole("button", { name: /^Listen/ }).click();
    await sam.page.getByTestId("whisper").waitFor();
    const at = await now(sam);
    await hearing(sam, holder.name, at);
    assert.equal(await ana.page.evaluate(() => window.relevo.call.participants.some((p) => p.name === "Sam")), false, "the caller does not see who listens");
  });

  await step("whispers: the agent hears it, the caller does not", async () => {
    await sam.page.locator('.rail a[data-page="wallboard"]').click();
    await sam.page.getByRole("button", { name: /^Whisper/ }).click();
    await eventually("whispers", () => sam.page.evaluate(() => window.relevo.model.open.value?.audience.value === "humans"));
    const at = await now(ana);
    await talk(sam, true);
    await hearing(holder, "sam", at);
    await hearing(ana, holder.name, at);
    await deaf(ana, "sam", at);
    await clean(sam, "supervisor whispers");
  });

  await step("barges in: the caller hears both", async () => {
    const at = await now(ana);
    await sam.page.getByTestId("barge-in").click();
    await hearing(ana, "sam", at);
    await hearing(ana, holder.name, at);
    await hearing(holder, "sam", at);
    await clean(sam, "supervisor barges in");
    await clean(ana, "caller with two people");
    await talk(sam, false);
    await sam.page.getByTestId("barge-in").click();
    await eventually("listens again", () => sam.page.evaluate(() => window.relevo.model.open.value.audience.value === "nobody"));
    assert.deepEqual(await ana.page.evaluate(() => window.relevo.call.negotiations), 1, "one negotiation in all of it");
  });

  await step("given back; the supervisor assigns the next request, past who would be asked", async () => {
    await talk(holder, false);
    await holder.page.getByTestId("handback").click();
    await eventually("the AI has it", async () => (await stateOf(ana)) === "ai");
    await noWrapUp(holder);
    for (const p of [dana, eli]) await be(p, "away:break");
    await ana.page.getByTestId("ask-human").click();
    await be(eli, "away:break");
    await sam.page.locator('.rail a[data-page="wallboard"]').click();
    const row = sam.page.getByRole("row").filter({ hasText: "Wants a person" });
    await row.waitFor();
    assert.equal(await eli.page.getByTestId("offer").isVisible(), false, "who is away is not rung");
    // Manual pull would do for who is available; only who is there can be assigned to.
    await setting(server, "routing", { ...routing, mode: "manual" });
    await be(eli, "available");
    assert.equal(await eli.page.getByTestId("offer").isVisible(), false, "by hand: nothing rings by itself");
    await row.getByRole("combobox").selectOption("eli");
    await row.getByRole("button", { name: /^Assign/ }).click({ timeout: 3_000 }).catch(() => {});
    await eli.page.getByText("Assigned to you by a supervisor").waitFor();
    const at = await now(ana);
    await talk(eli, true);
    await accept(eli);
    await hearing(ana, "eli", at);
    [holder, other] = [eli, dana];
  });

  await step("a browser dies: the AI speaks at once, and the call is first in line before who waited longer", async () => {
    await setting(server, "routing", routing);
    await callIn(ben, server.url);
    await ben.page.getByTestId("ask-human").click();
    await ben.page.getByTestId("waiting").waitFor();
    const line = () => dana.page.evaluate(() => window.relevo.model.waiting.value.map((r) => r.id));
    const bens = await callOf(ben);
    await eventually("ben waits", async () => (await line()).join() === bens);
    const at = await now(ana);
    await eli.kill();
    await eventually("ana waits again, before ben", async () => (await line()).join() === [call, bens].join(), 60_000);
    await hearing(ana, "other", at, 30_000);
    await ana.page.getByTestId("waiting").waitFor();
    await dana.page.locator("[data-call]").first().getByText("back in line").waitFor();
    await clean(dana, "inbox, back in line");
    await dana.page.getByTestId("presence-select").selectOption("available"); // and it rings
    await dana.page.getByTestId("offer").waitFor();
    assert.equal(await dana.page.evaluate(() => window.relevo.model.offer.value.handoff.call), call);
    await talk(dana, true);
    const then = await now(ana);
    await accept(dana);
    await hearing(ana, "dana", then);
    await party(ana, "Dana");
    assert.equal((await hears(ben, then)).dana ?? 0, 0);
  });

  await step("who does not answer twice is set away, and told so; free again, the next one rings at once", async () => {
    await ana.page.getByTestId("hangup").click();
    await ana.page.getByTestId("again").waitFor();
    await setting(server, "routing", { ...routing, ring: S, retryAfter: S });
    await noWrapUp(dana);
    await dana.page.locator('[data-testid="presence"][data-presence="away"]').waitFor({ timeout: 40_000 });
    await dana.page.getByTestId("desk-problem").getByText(/missed two calls in a row/).waitFor();
    const missed = await dana.page.evaluate(() => window.relevo.events.filter((e) => e.event === "desk.offerGone" && e.payload.why === "unanswered").length);
    assert.equal(missed, 2);
    await clean(dana, "inbox, calls missed");
    assert.equal(await stateOf(ben), "pending", "ben is not forgotten");
    await setting(server, "routing", { ...routing, mode: "manual" });
    await be(dana, "available");
    assert.equal(await dana.page.getByTestId("offer").isVisible(), false);
    await talk(dana, true);
    const at = await now(ben);
    await dana.page.getByTestId("take-next").click();
    await dana.page.getByTestId("handback").waitFor({ timeout: 40_000 });
    await hearing(ben, "dana", at);
    await party(ben, "Dana");
  });

  await step("nothing went wrong on any page", async () => {
    await ben.page.getByTestId("hangup").click();
    await ben.page.getByTestId("again").waitFor();
    flawless(ana, ben, dana, sam);
  });
});
