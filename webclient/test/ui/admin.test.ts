/** The console's pages beside the inbox: pictures in test/out, no finding of axe, the keyboard reaches everything. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeDesk } from "../fakedesk.ts";
import { FakeServer } from "../fakeserver.ts";
import { context, dist, launch, look, open, type Look } from "./browser.ts";

const LOOKS: Look[] = [
  { name: "light", width: 1280, height: 900, scheme: "light" },
  { name: "dark", width: 1280, height: 900, scheme: "dark" },
  { name: "phone", width: 360, height: 740, scheme: "light" },
  { name: "he", width: 1280, height: 900, scheme: "light", lang: "he" },
  { name: "he-phone", width: 360, height: 740, scheme: "dark", lang: "he" },
];
const only = process.env["LOOK"]?.split(",");

let browser: Browser;
let server: FakeServer;
let base: string;

beforeAll(async () => {
  browser = await launch();
  server = new FakeServer({ dist });
  base = await server.listen();
  const waiting = server.createCall("Anastasia Silva-Montgomery").call;
  waiting.setState("pending");
  const held = server.createCall("Priya Raman").call;
  held.human = "Sam Okafor";
  held.setState("human", "h-sam");
  const desk = new FakeDesk();
  server.rest = desk.handle;
  server.desk = desk.view([{ id: waiting.id, caller: "Anastasia Silva-Montgomery" }, { id: held.id, caller: "Priya Raman" }]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function loggedIn(l: Look, errors: string[]): Promise<Page> {
  const ctx = await context(browser, l);
  const page = await open(ctx, `${base}/console/`, errors);
  await page.getByTestId("login").click();
  await page.locator('.rail a[data-page="audit"]').waitFor();
  return page;
}

async function to(page: Page, hash: string): Promise<void> {
  await page.evaluate((h) => (location.hash = h), hash);
  await page.locator("[data-page-title]").waitFor();
  await expect.poll(() => page.locator(".page [role=status]:has-text('…')").count()).toBe(0);
}

describe.each(LOOKS.filter((l) => !only || only.includes(l.name)))("$name", (l) => {
  it("each page", async () => {
    const errors: string[] = [];
    const page = await loggedIn(l, errors);
    // Every page in the light and on a phone; in other looks those that differ most.
    const some = ["wallboard", "reports", "people", "audit", "settings-hours"];
    const wanted = (name: string) => l.name === "light" || l.name === "phone" || (l.name === "he-phone" ? ["wallboard", "settings-hours"] : some).includes(name);
    for (const [name, hash, ready] of [
      ["wallboard", "/wallboard", ".big"],
      ["reports", "/reports", ".chart"],
      ["people", "/people", ".table tbody tr"],
      ["audit", "/audit", ".audit-entry"],
      ["profile", "/profile", ".profile-who"],
      ["settings-hours", "/settings/hours", ".week"],
      ["settings-routing", "/settings/routing", ".duration"],
      ["settings-sla", "/settings/sla", ".duration"],
      ["settings-rules", "/settings/rules", ".words"],
      ["settings-canned", "/settings/canned", ".canned"],
      ["settings-dispositions", "/settings/dispositions", ".words"],
      ["settings-public", "/settings/public", ".public-link"],
    ] as const) {
      if (!wanted(name)) continue;
      await to(page, hash);
      await page.locator(ready).first().waitFor();
      if (name === "audit") await page.locator(".audit-entry summary").first().click();
      await look(page, `${l.name}-admin-${name}`);
    }
    await to(page, "/people");
    await page.locator(".page-head .btn").click();
    await page.getByRole("dialog").waitFor();
    await look(page, `${l.name}-admin-people-add`);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe("people", () => {
  it("what is wrong is told at its field, once it was left, and gets the focus", async () => {
    const errors: string[] = [];
    const page = await loggedIn(LOOKS[0]!, errors);
    await to(page, "/people");
    await page.locator(".page-head .btn").click();
    const dialog = page.getByRole("dialog");
    const field = (name: string) => dialog.getByLabel(name, { exact: true });
    await field("Login name").fill("da na");
    expect(await dialog.locator(".field-problem").count()).toBe(0); // not while one is at it
    await field("Name").focus();
    await dialog.getByText("1 to 128 characters, no spaces or colons.").waitFor();
    expect(await field("Login name").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("At least 10 characters.", { exact: true }).nth(1).waitFor();
    await look(page, "light-admin-people-problems");
    expect(await field("Login name").evaluate((e) => e === document.activeElement)).toBe(true);
    await field("Login name").fill("sam");
    await field("Name").fill("Sam");
    await field("Password").fill("correct horse battery");
    expect(await dialog.locator(".field-problem").count()).toBe(0);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("There is an account with this name already.").waitFor(); // the server's word, in the reader's language
    await field("Login name").fill("sam2");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("rowheader", { name: "sam2" }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe("wallboard", () => {
  it("going through the names gives nobody away; the button does", async () => {
    const errors: string[] = [];
    const page = await loggedIn(LOOKS[0]!, errors);
    await to(page, "/wallboard");
    const who = page.getByRole("combobox", { name: /Anastasia/ });
    await who.focus();
    await page.keyboard.press("ArrowDown");
    const assign = page.getByRole("button", { name: /Assign Anastasia/ });
    await assign.waitFor();
    const assigned = () => server.requests.filter((r) => r.method === "assign").map((r) => r.params);
    expect(assigned()).toEqual([]);
    await look(page, "light-admin-wallboard-assign");
    await assign.press("Enter");
    await expect.poll(assigned).toEqual([{ handoff: "h_0", agent: "dana" }]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe("reports", () => {
  it("a date that is taken away is told at its field, and the page stays", async () => {
    const errors: string[] = [];
    const page = await loggedIn(LOOKS[0]!, errors);
    await to(page, "/reports");
    await page.locator(".chart").first().waitFor();
    await page.getByLabel("From", { exact: true }).fill("");
    await page.getByText("A date that exists.").waitFor();
    expect(await page.locator(".report").getAttribute("aria-busy")).toBe("true");
    await page.getByLabel("From", { exact: true }).fill("2020-01-01");
    await page.getByText("At most 400 days.").waitFor();
    await page.getByRole("button", { name: "Today" }).click();
    await expect.poll(() => page.locator(".report").getAttribute("aria-busy")).toBe("false");
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe("settings", () => {
  it("are checked as typed, saved, and show who was faster", async () => {
    const errors: string[] = [];
    const page = await loggedIn(LOOKS[0]!, errors);
    await to(page, "/settings/hours");
    const from = page.getByLabel("From").first();
    await from.fill("9");
    await page.getByText("A time such as 09:00.").waitFor();
    expect(await from.getAttribute("aria-invalid")).toBe("true");
    expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    await look(page, "light-admin-settings-problem");
    await from.fill("08:30");
    await page.getByText("A time such as 09:00.").waitFor({ state: "detached" });
    // Somebody else saves meanwhile.
    const other = await page.evaluate(async () => {
      const token = JSON.parse(sessionStorage.getItem("relevo.desk")!).token as string;
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
      const now = await (await fetch("/v1/desk/settings/hours", { headers })).json();
      now.value.reply = "Closed. Write to us.";
      return (await fetch("/v1/desk/settings/hours", { method: "POST", headers, body: JSON.stringify({ value: now.value, version: now.version }) })).status;
    });
    expect(other).toBe(200);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Closed. Write to us.").waitFor();
    await look(page, "light-admin-settings-conflict");
    await page.getByRole("button", { name: "Keep mine" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".save-bar").getByText("Saved", { exact: true }).waitFor();
    const kept = server.rest!("GET", "/v1/desk/settings/hours", new URLSearchParams(), null)!.value as { value: { periods: { from: string }[]; reply: string } };
    expect([kept.value.periods[0]!.from, kept.value.reply]).toEqual(["08:30", "We are back at nine."]);
    expect(errors.filter((e) => !/409/.test(e))).toEqual([]);
    await page.context().close();
  });

  it("what is typed outlives a look at another page, and the parts of one setting share it", async () => {
    const errors: string[] = [];
    const page = await loggedIn(LOOKS[0]!, errors);
    await to(page, "/settings/routing");
    const rings = page.getByLabel("How long it rings").first();
    for (const none of ["0", "", "-3"]) {
      await rings.fill(none);
      await page.getByText("More than 0.").waitFor();
      expect(await rings.inputValue()).toBe(none); // nothing jumps while one types
    }
    await rings.blur();
    expect(await rings.inputValue()).toBe("20");
    await rings.fill("25");
    await page.locator(".save-bar").getByText("Not saved yet").waitFor();
    await to(page, "/people");
    await to(page, "/settings/sla");
    await page.locator(".save-bar").getByText("Not saved yet").waitFor();
    await page.locator('.subnav a[href="#/settings/routing"] .unsaved').waitFor();
    await look(page, "light-admin-settings-unsaved");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".save-bar").getByText("Saved", { exact: true }).waitFor();
    await to(page, "/settings/routing");
    expect(await page.getByLabel("How long it rings").first().inputValue()).toBe("25");
    expect(await page.locator(".unsaved").count()).toBe(0);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("the keyboard reaches everything, and nothing covers what has the focus", async () => {
    const errors: string[] = [];
    const page = await loggedIn(LOOKS[0]!, errors);
    for (const hash of ["/wallboard", "/people", "/settings/hours", "/profile"]) {
      await to(page, hash);
      await page.waitForTimeout(200);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      const all = await page.evaluate(() => {
        const list = [...document.querySelectorAll<HTMLElement>(".shell a[href], .shell button, .shell input, .shell select, .shell textarea, .shell summary")].filter(
          (e) => !e.matches(":disabled, [tabindex='-1'], [type=radio]") && e.getClientRects().length > 0,
        );
        list.forEach((e, i) => (e.dataset["nth"] = String(i)));
        return list.length;
      });
      const seen = new Set<string>();
      for (let i = 0; i < all + 25; i++) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
          const e = document.activeElement as HTMLElement;
          const r = e.getBoundingClientRect();
          const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
          return { nth: e.dataset["nth"], covered: e !== document.body && top !== null && !e.contains(top) && !top.contains(e) && !e.closest("label")?.contains(top), what: e.outerHTML.slice(0, 120) };
        });
        if (at.nth !== undefined) {
          seen.add(at.nth);
          expect(at.covered, `${hash}: ${at.what} is covered`).toBe(false);
        }
      }
      expect(seen.size, hash).toBe(all);
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
