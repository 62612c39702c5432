// The desk's admin pages, before the real server: what a form changes is in force, and the
// audit log says so; people are made, and their sessions ended; the public link; a report
// with the call in it, and its files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { accept, be, callIn, callOf, clean, flawless, hearing, logIn, now, openCast, presenceOf, rest, steps, talk } from "./cast.mjs";
import { eventually, startServer } from "./lib.mjs";

const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");
const PASSWORD = "a long password";
// The smallest PNG that is a picture: one red point.
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==", "base64");

let server;
let cast;

before(async () => {
  server = await startServer(bin, ["--caller-silence", "0,0,0"]);
  cast = await openCast("ana", "dana", "eli");
});
after(async () => {
  await cast?.close();
  await server?.stop();
});

test("the admin pages", { timeout: 240_000 }, async (t) => {
  const { ana, dana, eli } = cast;
  const { page } = dana;
  const step = steps(t);
  const to = async (hash) => {
    await page.evaluate((h) => (location.hash = h), hash);
    await page.locator("[data-page-title]").waitFor();
  };
  const saved = async () => {
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator(".save-bar").getByText("Saved").waitFor();
  };

  await step("a person is made, with a skill, and logs in as what they are", async () => {
    await logIn(dana, server.url);
    await to("/people");
    await page.getByRole("button", { name: "Add a person" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Login name").fill("eli");
    await form.getByLabel("Name", { exact: true }).fill("Eli");
    await form.getByLabel("Role").selectOption("agent");
    await form.getByLabel("Skills").fill("billing");
    await page.keyboard.press("Enter");
    await form.getByLabel("Level of billing").selectOption("4");
    await form.getByLabel("Password").fill(PASSWORD);
    await clean(dana, "add a person");
    await form.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row").filter({ hasText: "Eli" }).getByText("level 4").waitFor();
    await clean(dana, "people");
    await logIn(eli, server.url, PASSWORD);
    assert.deepEqual(await eli.page.locator(".rail a").evaluateAll((all) => all.map((a) => a.dataset.page)), ["inbox", "wallboard", "settings", "profile"]);
    const refused = await eli.page.evaluate(async () => {
      const r = await fetch("/v1/desk/settings/tags", { method: "POST", headers: { Authorization: `Bearer ${window.relevo.model.session.value.token}`, "Content-Type": "application/json", "Idempotency-Key": "e2e-1" }, body: '{"value":[],"version":0}' });
      return r.status;
    });
    assert.equal(refused, 403, "an agent changes no setting, with or without a form");
  });

  await step("a picture and a name: the profile", async () => {
    await eli.page.evaluate(() => (location.hash = "/profile"));
    await eli.page.locator(".profile-who").waitFor();
    await eli.page.locator('input[type="file"]').setInputFiles({ name: "me.png", mimeType: "image/png", buffer: PICTURE });
    await eli.page.locator('.profile-picture img[src^="/v1/avatars/"]').waitFor();
    await eli.page.getByLabel("Name", { exact: true }).fill("Eli Stern");
    await eli.page.getByRole("button", { name: "Save", exact: true }).click();
    await eli.page.locator(".profile-who").getByText("Saved").waitFor();
    await clean(eli, "profile");
    await eli.page.evaluate(() => (location.hash = "/"));
  });

  await step("routing, deadlines, tags: what is wrong is said as one types, what is right is in force", async () => {
    await to("/settings/routing");
    const ring = page.getByLabel("How long it rings", { exact: true });
    await ring.fill("0.1");
    await page.locator(".field-problem").first().waitFor();
    assert.ok(await page.getByRole("button", { name: "Save", exact: true }).isDisabled());
    await clean(dana, "settings, a field is wrong");
    await ring.fill("90");
    await page.locator('.field[data-bad]').waitFor({ state: "detached" });
    await page.getByLabel("Time for wrapping up", { exact: true }).fill("9");
    await page.getByRole("combobox", { name: /Time for wrapping up/ }).selectOption("m");
    await saved();
    const { value } = await rest(server, "GET", "/v1/desk/settings/routing");
    assert.deepEqual([value.ring, value.wrapUp], [90e9, 9 * 60e9]);
    await to("/settings/sla");
    await page.locator(".duration").first().waitFor();
    await clean(dana, "settings, deadlines");
    await to("/settings/tags");
    const tags = page.locator(".words input");
    await tags.fill("lamp");
    await page.keyboard.press("Enter");
    await tags.fill("parcel");
    await page.keyboard.press("Enter");
    await saved();
    await to("/settings/dispositions");
    await page.locator(".words input").fill("Refund");
    await page.keyboard.press("Enter");
    await saved();
    await clean(dana, "settings, dispositions");
    await to("/settings/rules");
    await page.getByRole("button", { name: "Add a rule" }).click();
    await page.getByLabel("Name", { exact: true }).fill("VIP");
    await page.getByLabel("Customer segment is one of").fill("vip");
    await page.keyboard.press("Enter");
    await page.getByLabel("Priority").selectOption("1");
    await saved();
    await clean(dana, "settings, rules");
  });

  let link;
  await step("the public link: anybody who has it calls, while it is switched on", async () => {
    await to("/settings/public");
    await page.getByLabel("The link works").check();
    await saved();
    link = await page.locator(".public-link").getAttribute("href");
    await clean(dana, "settings, public link");
    await callIn(ana, link);
    await hearing(ana, "other", 0);
    await clean(ana, "caller by the public link");
  });

  const call = await callOf(ana).catch(() => "");
  await step("a request goes to who is there: their picture is at the caller, the tags are in the form", async () => {
    await page.evaluate(() => (location.hash = "/"));
    await be(dana, "away:break");
    await ana.page.getByTestId("ask-human").click();
    await eli.page.getByTestId("offer").waitFor();
    const left = await eli.page.evaluate(() => window.relevo.model.offer.value.untilAt - Date.now());
    assert.ok(left > 25_000, `it rings longer than the standard: ${left}`);
    const at = await now(ana);
    await talk(eli, true);
    await accept(eli);
    await hearing(ana, "eli", at);
    await talk(eli, false);
    assert.equal(await ana.page.getByTestId("party").textContent(), "Eli Stern");
    const face = ana.page.locator('.stage img[src*="/v1/avatars/"]');
    await face.waitFor();
    assert.ok(await face.evaluate((i) => i.naturalWidth === 256), "the picture is there");
    await eli.page.getByTestId("handback").click();
    await eli.page.getByTestId("wrapup").waitFor();
    await eli.page.getByRole("button", { name: "lamp", exact: true }).click();
    await eli.page.getByTestId("disposition").fill("Refund");
    assert.deepEqual(await eli.page.locator("#dispositions option").evaluateAll((o) => o.map((x) => x.value)), ["Refund"]);
    await eli.page.getByTestId("wrapup-done").click();
    await eli.page.getByTestId("wrapup").waitFor({ state: "detached" });
    await ana.page.getByTestId("hangup").click();
    await ana.page.getByTestId("again").waitFor();
  });

  await step("hours: closed by the form, and a caller is told", async () => {
    await to("/settings/hours");
    await page.getByRole("button", { name: "Add a date" }).click();
    await page.getByLabel("Closed all day").check();
    await page.getByLabel("What callers are told").fill("Today we are at the fair.");
    await saved();
    await clean(dana, "settings, hours");
    const status = await (await fetch(`${server.url}/v1/desk/status`)).json();
    assert.deepEqual([status.service, status.reason, status.reply], ["unavailable", "closed", "Today we are at the fair."]);
  });

  await step("the link is switched off: who follows it is told so", async () => {
    await to("/settings/public");
    await page.getByLabel("The link works").uncheck();
    await saved();
    await ana.page.goto(link);
    await ana.page.locator('[data-testid="join"]:enabled').click();
    await ana.page.getByRole("alert").getByText(/does not work/).waitFor();
    await clean(ana, "caller, the public link is off");
  });

  await step("the audit log has all of it", async () => {
    await to("/audit");
    await page.locator(".audit-entry").first().waitFor();
    const told = await page.locator(".audit-entry").evaluateAll((all) => all.map((e) => e.textContent));
    for (const what of [/Account made eli\s*dana/, / routing\s*dana/, / hours\s*dana/, / public\s*dana/, / tags\s*dana/, / rules\s*dana/]) assert.ok(told.some((x) => what.test(x)), `${what} in ${JSON.stringify(told)}`);
    const routing = page.locator(".audit-entry").filter({ hasText: / routing\s*dana/ });
    await routing.locator("summary").click();
    await routing.getByText("90000000000").waitFor();
    await clean(dana, "audit log");
  });

  await step("the report has the call, and so have its files", async () => {
    await to("/reports");
    await page.locator(".chart").first().waitFor();
    const agents = page.getByRole("group", { name: "By agent" });
    await agents.getByText("Eli Stern").waitFor();
    await clean(dana, "reports");
    const { total } = await rest(server, "GET", `/v1/desk/reports?from=${Date.now() - 3_600_000}&to=${Date.now() + 1000}&tz=UTC`);
    assert.deepEqual([total.handoffs, total.answered, total.takeovers, total.returns], [1, 1, 1, 1]);
    for (const [table, words] of [["by agent", /eli/], ["by day", /20\d\d-\d\d-\d\d/], ["by reason", /,1,/]]) {
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: `Download CSV: ${table}` }).last().click();
      const file = await download;
      const text = readFileSync(await file.path(), "utf8");
      assert.match(file.suggestedFilename(), /\.csv$/);
      assert.ok(text.trim().split("\n").length >= 2 && words.test(text), text);
    }
  });

  await step("a session is ended: that page is logged out at once, with the reason", async () => {
    await to("/people");
    const row = page.getByRole("row").filter({ hasText: "eli" }).filter({ has: page.getByRole("button", { name: /^End the session of eli/ }) });
    await row.getByRole("button").click();
    await eli.page.locator('input[name="username"]').waitFor();
    await eli.page.getByRole("alert").waitFor();
    await clean(eli, "logged out by an admin");
    await eli.page.locator('input[name="username"]').fill("eli");
    await eli.page.locator('input[name="password"]').fill("a wrong password");
    await eli.page.getByTestId("login").click();
    await eli.page.getByRole("alert").getByText(/wrong|not right|password/i).waitFor();
    await logIn(eli, server.url, PASSWORD);
    assert.notEqual(await presenceOf(eli), "offline");
  });

  await step("in Hebrew, from right to left", async () => {
    await to("/profile");
    await page.locator("select").filter({ has: page.locator('option[value="he"]') }).selectOption("he");
    await eventually("turned", () => page.evaluate(() => document.documentElement.dir === "rtl" && document.documentElement.lang === "he"));
    await page.evaluate(() => (location.hash = "/"));
    await page.getByTestId("presence").waitFor();
    await clean(dana, "inbox, Hebrew");
    flawless(ana, dana, eli);
  });
});
