// An agent's whole day by the keyboard alone, before the real server: log in, be
// available, accept what rings, answer with a ready reply and an own one, write a note,
// hand back, wrap up, and log out. No mouse, no focus set from outside.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { callIn, callOf, clean, flawless, handoffsOf, hearing, now, openCast, reads, rest, setting, stateOf, steps, talk } from "./cast.mjs";
import { eventually, startServer } from "./lib.mjs";

const S = 1e9;
const bin = resolve(process.env.RELEVO_BIN ?? "../bin/relevo");

let server;
let cast;

before(async () => {
  server = await startServer(bin, ["--caller-silence", "0,0,0"]);
  await setting(server, "routing", { wrapUp: 600 * S, ring: 60 * S });
  await setting(server, "dispositions", ["Refund", "Question answered"]);
  await setting(server, "tags", ["lamp", "parcel"]);
  cast = await openCast("ana", "dana");
});
after(async () => {
  await cast?.close();
  await server?.stop();
});

test("a day by the keyboard", { timeout: 180_000 }, async (t) => {
  const { ana, dana } = cast;
  const { page } = dana;
  const step = steps(t);
  const press = (...keys) => keys.reduce((p, k) => p.then(() => page.keyboard.press(k)), Promise.resolve());
  const type = (text) => page.keyboard.type(text);
  /** What has the focus, as one sees it; it must be seen. */
  const focus = () =>
    page.evaluate(() => {
      const e = document.activeElement;
      const box = e.getBoundingClientRect();
      const style = getComputedStyle(e);
      return {
        id: e.dataset.testid ?? e.getAttribute("name") ?? e.getAttribute("data-page") ?? "",
        name: e.getAttribute("aria-label") ?? e.textContent?.trim().slice(0, 40) ?? "",
        body: e === document.body,
        seen: e === document.body || (box.width > 0 && box.bottom > 0 && box.top < innerHeight && (style.outlineStyle !== "none" || e.matches("input, select, textarea, [tabindex='-1']"))),
      };
    });
  /** Tabs until the focus is there; all on the way must be seen. */
  const tabTo = async (id, key = "Tab") => {
    const way = [];
    for (let i = 0; i < 90; i++) {
      const f = await focus();
      if (f.id === id) return;
      assert.ok(f.seen, `the focus is seen on ${JSON.stringify(f)}`);
      way.push(f.id || f.name);
      await press(key);
    }
    assert.fail(`the keyboard does not reach ${id}: ${way.join(" > ")}`);
  };
  const composer = () => page.getByTestId("composer").inputValue();

  await step("logs in", async () => {
    await callIn(ana, server.url);
    await page.goto(`${server.url}/console`);
    await page.locator('input[name="username"]').waitFor();
    await clean(dana, "login");
    await tabTo("username");
    await press("Control+a");
    await type("dana");
    await press("Tab");
    await type("dev");
    await press("Enter");
    await page.getByTestId("presence").waitFor();
    await page.locator("[data-call]").waitFor();
  });

  await step("is away, and available again", async () => {
    await tabTo("presence-select");
    await type("Away: lunch");
    await press("Tab");
    await page.locator('[data-testid="presence"][data-presence="away"]').waitFor();
    // Or by the palette, from anywhere.
    await press("Control+k");
    await page.getByTestId("palette").waitFor();
    await type("be available");
    await press("Enter");
    await page.locator('[data-testid="presence"][data-presence="available"]').waitFor();
  });

  await step("sees all keys, and closes them again", async () => {
    await press("?");
    await page.getByRole("dialog").waitFor();
    await clean(dana, "shortcuts");
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  let call;
  await step("saves a ready reply of their own, on the page for it", async () => {
    await tabTo("settings", "Shift+Tab");
    await press("Enter");
    await page.locator("[data-page-title]").waitFor();
    await page.locator('.subnav a[href="#/settings/canned"]').waitFor();
    for (let i = 0; i < 40 && (await page.evaluate(() => document.activeElement.getAttribute("href"))) !== "#/settings/canned"; i++) await press("Tab");
    await press("Enter");
    await page.getByRole("button", { name: "Add a reply" }).waitFor();
    for (let i = 0; i < 40 && (await focus()).name !== "Add a reply"; i++) await press("Tab");
    await press("Enter");
    await page.getByRole("dialog").waitFor();
    for (let i = 0; i < 10 && !(await page.evaluate(() => document.activeElement.matches("dialog input"))); i++) await press("Tab");
    await type("label");
    await press("Tab");
    await type("I have sent you a new label.");
    for (let i = 0; i < 10 && (await focus()).name !== "Save"; i++) await press("Tab");
    await press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByText("I have sent you a new label.").waitFor();
    await tabTo("inbox", "Shift+Tab");
    await press("Enter");
    await page.getByTestId("presence").waitFor();
  });

  await step("it rings: accepts by a key, even while typing", async () => {
    call = await callOf(ana);
    await press("f");
    assert.equal((await focus()).id, "search", "f goes to the search");
    await type("lam");
    await ana.page.getByTestId("ask-human").click();
    await page.getByTestId("offer").waitFor();
    assert.equal(await page.getByTestId("search").inputValue(), "lam", "what rings takes nothing away from who types");
    await clean(dana, "it rings");
    await talk(dana, true);
    const at = await now(ana);
    await press("Alt+a");
    await page.getByTestId("handback").waitFor({ timeout: 40_000 });
    await hearing(ana, "dana", at);
    await clean(dana, "the call is ours");
  });

  await step("mutes and unmutes", async () => {
    await press("Escape"); // out of the search
    await press("m");
    await eventually("muted", () => page.evaluate(() => window.relevo.model.open.value.muted.value));
    await eventually("the caller hears nothing", () => ana.page.evaluate(() => window.__ear.slice(-15).every((s) => s.rms < 0.01)));
    await press("m");
    await hearing(ana, "dana", await now(ana));
  });

  await step("answers: a ready reply by its title, and an own line", async () => {
    await press("/");
    assert.equal((await focus()).id, "composer");
    await type("/lab");
    await page.getByTestId("canned").getByText("I have sent you a new label.").waitFor();
    await clean(dana, "ready replies");
    await press("Enter");
    assert.equal(await composer(), "I have sent you a new label.");
    await press("Enter");
    await reads(ana, "the ready reply", /sent you a new label/, "human");
    await type("It comes on Friday.");
    await press("Enter");
    await reads(ana, "the line", /comes on Friday/, "human");
    await talk(dana, false);
  });

  await step("writes a note for colleagues", async () => {
    await press("Control+k");
    await page.getByTestId("palette").waitFor();
    await type("write a note");
    await press("Enter");
    await eventually("in the note", async () => (await focus()).id === "note");
    await type("Label sent twice.");
    await press("Enter");
    await page.getByTestId("notes").getByText("Label sent twice.").waitFor();
    const { notes } = await rest(server, "GET", `/v1/desk/calls/${call}/notes`);
    assert.deepEqual(notes.map((n) => [n.by, n.text]), [["dana", "Label sent twice."]]);
  });

  await step("hands back", async () => {
    await press("Escape");
    await press("b");
    await eventually("the AI has it", async () => (await stateOf(ana)) === "ai");
    await hearing(ana, "other", await now(ana));
    await page.getByTestId("wrapup").waitFor();
  });

  await step("wraps up", async () => {
    await clean(dana, "wrap-up");
    await tabTo("disposition");
    await type("Refund");
    await press("Tab");
    await type("New label, then a refund.");
    for (let i = 0; i < 6 && (await focus()).name !== "lamp"; i++) await press("Tab");
    await press("Space");
    await page.getByRole("button", { name: "lamp", exact: true, pressed: true }).waitFor();
    await tabTo("wrapup-done");
    await press("Enter");
    await page.getByTestId("wrapup").waitFor({ state: "detached" });
    await page.locator('[data-testid="presence"][data-presence="available"]').waitFor();
    const [h] = await handoffsOf(server, call);
    assert.equal(h.outcome, "resolved");
    const form = await rest(server, "GET", `/v1/desk/handoffs/${h.id}/wrapup`);
    assert.deepEqual([form.disposition, form.tags, form.note, form.by], ["Refund", ["lamp"], "New label, then a refund.", "dana"]);
  });

  await step("leaves the call and logs out", async () => {
    await press("Escape");
    await press("Escape");
    await eventually("the call is closed", () => page.evaluate(() => window.relevo.model.open.value === null));
    await press("Control+k");
    await page.getByTestId("palette").waitFor();
    await type("log out");
    await press("Enter");
    await page.locator('input[name="username"]').waitFor();
    assert.equal(await stateOf(ana), "ai", "the caller's call goes on");
    flawless(ana, dana);
  });
});
