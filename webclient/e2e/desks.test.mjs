// Two humans at two consoles before the real server: one call goes to one of them,
// and the other is told who has it.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { eventually, heard, listen, openPeople, out, startServer, takeoverEvents } from "./lib.mjs";
import { beeps, concat, silence, writeWav } from "./wav.mjs";

const TONE = 1000;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");

let server;
let browser;

before(async () => {
  const wav = join(out, "desks.wav");
  writeWav(wav, concat(silence(0.3), beeps(TONE, 60)));
  server = await startServer(bin, ["--desk-user", "dana:dev", "--desk-user", "eli:second"]);
  browser = await openPeople(wav, 3);
});

after(async () => {
  await browser?.people[2].page.screenshot({ path: join(out, "desks-eli.png") }).catch(() => {});
  await browser?.close();
  await server?.stop();
});

test("two humans, one call", { timeout: 120_000 }, async (t) => {
  const [ana, dana, eli] = browser.people.map((p) => p.page);
  const place = (page) => page.evaluate(() => window.relevo.model.open.value?.place.value);
  const name = (page) => page.evaluate(() => window.relevo.model.session.value.user.name);

  await ana.goto(`${server.url}/`);
  await ana.locator('[data-testid="join"]:enabled').click();
  await ana.getByTestId("party").waitFor();
  // All three have the same microphone; only the desks' matters here.
  await ana.getByTestId("mute").click();
  for (const [page, login, password] of [
    [dana, "dana", "dev"],
    [eli, "eli", "second"],
  ]) {
    await page.goto(`${server.url}/console`);
    await page.locator('input[name="username"]').fill(login);
    await page.locator('input[name="password"]').fill(password);
    await page.getByTestId("login").click();
    await page.locator("[data-call]").first().click();
    await eventually(`${login} listens`, async () => (await place(page)) === "listening" && page.evaluate(() => window.relevo.model.open.value.joined.value));
  }
  assert.deepEqual([await name(dana), await name(eli)], ["Dana", "Eli"]);

  await t.test("the first takes it over, the second sees by whom", async () => {
    await dana.getByTestId("takeover").click();
    await dana.getByTestId("handback").waitFor({ timeout: 35_000 });
    await eli.locator(".dock").getByText("Dana has this call").waitFor();
    assert.equal(await eli.getByTestId("desk-state").textContent(), "With Dana");
    assert.ok(await eli.getByTestId("takeover").isDisabled());
    await eli.locator("[data-call]").getByText("With Dana").waitFor();
    await dana.locator("[data-call]").getByText("With you").waitFor();
    assert.equal(await ana.getByTestId("party").textContent(), "Dana");
  });

  await t.test("a claim that comes too late is refused with the name", async () => {
    const refused = await eli.evaluate(() =>
      window.relevo.call.takeover(1).then(
        () => null,
        (e) => ({ kind: e.kind, name: e.data?.name }),
      ),
    );
    assert.deepEqual(refused, { kind: "conflict", name: "Dana" });
    await eli.evaluate(() => window.relevo.call.setMicrophone(false));
    assert.equal(await place(dana), "holding");
    assert.deepEqual(await takeoverEvents(ana), ["humanTakeoverWillStart", "humanTakeoverConnected"]);
  });

  await t.test("handed back, both reach for it at once: one has it, the other reads who", async () => {
    await dana.getByTestId("handback").click();
    for (const page of [dana, eli]) await eventually("free again", async () => (await place(page)) === "listening" && page.getByTestId("takeover").isEnabled());
    // In both pages in the same moment, as two fingers would.
    const at = Date.now() + 300;
    await Promise.all(
      [dana, eli].map((page) =>
        page.evaluate((when) => new Promise((r) => setTimeout(() => r(document.querySelector("[data-testid=takeover]").click()), when - Date.now())), at),
      ),
    );
    const winner = await eventually("one holds it", async () => {
      for (const page of [dana, eli]) if ((await place(page)) === "holding") return page;
    }, 35_000);
    const loser = winner === dana ? eli : dana;
    const who = await name(winner);
    await loser.locator(".dock").getByText(`${who} has this call`).waitFor();
    assert.equal(await loser.getByTestId("desk-state").textContent(), `With ${who}`);
    const problem = await loser.getByTestId("problem").textContent({ timeout: 2_000 }).catch(() => null);
    // Who was told of the other's claim before the own one went out has no refusal to show.
    if (problem !== null) assert.equal(problem.trim(), `${who} already has this call.`);
    t.diagnostic(`${who} was first; the other read: ${problem?.trim() ?? "no refusal"}`);
    await eventually("the caller is told", async () => (await ana.getByTestId("party").textContent()) === who);
    await listen(ana, TONE);
    await eventually("the caller hears them", async () => (await heard(ana)).tone > 5, 10_000);
    const begun = (await takeoverEvents(ana)).filter((e) => e === "humanTakeoverConnected");
    assert.equal(begun.length, 2, "one takeover each time");
    await eventually("the loser's microphone is given back", () => loser.evaluate(() => window.relevo.model.open.value.microphone.value === null));
  });

  await t.test("the caller hangs up, both are told", async () => {
    await ana.getByTestId("hangup").click();
    for (const page of [dana, eli]) await page.locator(".dock").getByText("The call has ended").waitFor();
    for (const p of browser.people) assert.deepEqual(p.errors, []);
  });
});
