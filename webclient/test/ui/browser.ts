/** Headless Chromium before the scripted server, looked at and listened to by axe. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { expect } from "vitest";

const root = join(import.meta.dirname, "../..");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const shots = join(root, "test/out");
/** A copy of the build, so that another build meanwhile changes nothing. */
export const dist = mkdtempSync(join(tmpdir(), "relevo-dist-"));
cpSync(join(root, "dist"), dist, { recursive: true });

export interface Look {
  name: string;
  width: number;
  height: number;
  scheme: "light" | "dark";
  rtl?: boolean;
  lang?: string;
}

export const LOOKS: Look[] = [
  { name: "light", width: 1280, height: 800, scheme: "light" },
  { name: "dark", width: 1280, height: 800, scheme: "dark" },
  { name: "phone", width: 360, height: 740, scheme: "light" },
  { name: "phone-dark", width: 360, height: 740, scheme: "dark" },
  { name: "wide", width: 1920, height: 1080, scheme: "light" },
  { name: "rtl", width: 1280, height: 800, scheme: "light", rtl: true },
];

export function launch(): Promise<Browser> {
  mkdirSync(shots, { recursive: true });
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--autoplay-policy=no-user-gesture-required",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ],
  });
}

export async function context(browser: Browser, look: Look, o: { deny?: boolean } = {}): Promise<BrowserContext> {
  const ctx = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.scheme,
    reducedMotion: "reduce",
    permissions: o.deny ? [] : ["microphone", "camera"],
    locale: "en-GB",
  });
  await ctx.addInitScript({ path: join(root, "test/fakepeer.js") });
  if (look.rtl) {
    // Mirrored, but in English: the page itself would turn it back.
    await ctx.addInitScript(() => {
      const turn = () => document.documentElement.dir !== "rtl" && (document.documentElement.dir = "rtl");
      document.addEventListener("DOMContentLoaded", () => {
        turn();
        new MutationObserver(turn).observe(document.documentElement, { attributeFilter: ["dir"] });
      });
    });
  }
  if (look.lang) await ctx.addInitScript((tag) => localStorage.setItem("relevo.language", tag), look.lang);
  if (o.deny) {
    await ctx.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
    });
  }
  return ctx;
}

/** Opens a page that fails the test on any script error or policy violation. */
export async function open(ctx: BrowserContext, url: string, errors: string[]): Promise<Page> {
  const page = await ctx.newPage();
  page.on("pageerror", (e) => errors.push(`${url}: ${e.message}`));
  page.on("console", (m) => {
    if (m.type() === "error" && !/status of 4\d\d|WebSocket connection/.test(m.text())) errors.push(`${url}: ${m.text()}`);
  });
  page.on("request", (r) => {
    if (!/^(http|ws):\/\/127\.0\.0\.1/.test(r.url()) && !/^(blob|data):/.test(r.url())) errors.push(`foreign request: ${r.url()}`);
  });
  await page.goto(url);
  return page;
}

/** Takes a picture, and lets axe find nothing. */
export async function look(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(250);
  await page.screenshot({ path: join(shots, `${name}.png`) });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(overflow, `${name} is wider than the window`).toBe(0);
  const inner = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("*")]
      .filter((e) => e.scrollWidth > e.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && !e.matches(".table-scroll"))
      .map((e) => e.className),
  );
  expect.soft(inner, `${name}: panes with something cut off at the side`).toEqual([]);
  // By evaluate, past the policy that the page itself keeps.
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(o: unknown): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }> } }).axe;
    const r = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return r.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} — ${n.failureSummary.replace(/\s+/g, " ")}`).join(" | ")}`);
  });
  expect.soft(found, name).toEqual([]);
}
