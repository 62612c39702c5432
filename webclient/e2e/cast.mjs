// People of a story: each has a page of their own, a voice that is a tone nobody else
// has, and an ear that says which tones it hears. What a page does is its own; only
// the microphone behind it is made here.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { chromiumOptions, eventually, out, viewport, watch } from "./lib.mjs";

/** Every person's pitch: far enough apart for an ear of 85 ms, and none a harmonic of another. */
export const PITCH = { ana: 530, ben: 710, dana: 1000, eli: 1390, sam: 1870 };

/** Runs in the page before anything of it: a microphone that is a tone or a recording, and an ear. */
function voiceAndEar({ hz, pitches }) {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let mouth;
  const theMouth = () => {
    if (mouth) return mouth;
    const context = new AudioContext({ sampleRate: 48000 });
    const stream = context.createMediaStreamDestination();
    const gate = context.createGain();
    gate.gain.value = 0;
    gate.connect(stream);
    // Bursts: a steady tone is taken for noise.
    const burst = context.createBuffer(1, 0.4 * 48000, 48000);
    const x = burst.getChannelData(0);
    const on = 0.28 * 48000;
    for (let i = 0; i < on; i++) x[i] = 0.28 * Math.min(1, i / 480, (on - i) / 480) * Math.sin((2 * Math.PI * hz * i) / 48000);
    const tone = context.createBufferSource();
    tone.buffer = burst;
    tone.loop = true;
    tone.connect(gate);
    tone.start();
    return (mouth = { context, stream, gate });
  };
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (!wanted?.audio) return open(wanted);
    const m = theMouth();
    await m.context.resume();
    const stream = new MediaStream([m.stream.stream.getAudioTracks()[0].clone()]);
    if (wanted.video) for (const t of (await open({ video: wanted.video })).getTracks()) stream.addTrack(t);
    return stream;
  };
  window.__talk = (on) => (theMouth().gate.gain.value = on ? 1 : 0);
  window.__say = async (b64, rate) => {
    const m = theMouth();
    await m.context.resume();
    const raw = new Int16Array(Uint8Array.from(atob(b64), (c) => c.charCodeAt(0)).buffer);
    const sound = m.context.createBuffer(1, raw.length, rate);
    sound.getChannelData(0).set(Float32Array.from(raw, (v) => v / 32768));
    const source = m.context.createBufferSource();
    source.buffer = sound;
    source.connect(m.stream);
    await new Promise((resolve) => {
      source.onended = resolve;
      source.start(m.context.currentTime + 0.2);
    });
  };

  // The ear: all that the page receives, as one hears it: together.
  const SIZE = 4096;
  const window_ = Float64Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE));
  const waves = Object.entries(pitches).map(([name, f]) => {
    const wave = (of) => Float64Array.from({ length: SIZE }, (_, i) => window_[i] * of((2 * Math.PI * f * i) / 48000));
    return { name, cos: wave(Math.cos), sin: wave(Math.sin) };
  });
  const ear = (window.__ear = []);
  const known = new Set();
  let analyser;
  const samples = new Float32Array(SIZE);
  setInterval(() => {
    const call = window.relevo?.call;
    for (const track of call?.audioTracks?.values() ?? []) {
      if (known.has(track)) continue;
      known.add(track);
      if (!analyser) {
        const context = new AudioContext({ sampleRate: 48000 });
        void context.resume();
        analyser = context.createAnalyser();
        analyser.fftSize = SIZE;
      }
      analyser.context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    }
    if (!analyser) return;
    analyser.getFloatTimeDomainData(samples);
    let energy = 0;
    for (let i = 0; i < SIZE; i++) energy += samples[i] * samples[i];
    const rms = Math.sqrt(energy / SIZE);
    const tones = {};
    for (const w of waves) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < SIZE; i++) {
        re += samples[i] * w.cos[i];
        im += samples[i] * w.sin[i];
      }
      tones[w.name] = ((4 / SIZE) * Math.hypot(re, im)) / Math.SQRT2;
    }
    ear.push({ at: Date.now(), rms, tones });
  }, 50);
}

/** What a console does to be noticed, kept for the test: sounds and notifications of the system. */
function noticed() {
  window.__chimes = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...a) {
    window.__chimes++;
    return start.apply(this, a);
  };
  window.__notifications = [];
  window.Notification = class {
    static permission = "granted";
    static requestPermission = async () => "granted";
    constructor(title, o) {
      window.__notifications.push({ title, body: o?.body });
    }
    close() {}
  };
  document.hasFocus = () => false;
}

async function person(browser, name) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", acceptDownloads: true, locale: "en-GB" });
  await context.addInitScript(voiceAndEar, { hz: PITCH[name], pitches: PITCH });
  await context.addInitScript(noticed);
  const page = await context.newPage();
  return { name, page, errors: watch(page) };
}

/** People who are there at once, in one browser: {ana, dana, …, close()}. */
export async function openCast(...names) {
  const browser = await chromium.launch(chromiumOptions());
  const cast = {};
  for (const name of names) cast[name] = await person(browser, name);
  return {
    ...cast,
    join: (name) => person(browser, name),
    async close() {
      for (const p of Object.values(cast)) await p.page.screenshot({ path: join(out, `last-${p.name}.png`) }).catch(() => {});
      await browser.close();
    },
  };
}

/** Somebody with a browser of their own, whose process can be killed. */
export async function openMortal(name) {
  const server = await chromium.launchServer(chromiumOptions());
  const browser = await chromium.connect(server.wsEndpoint());
  const p = await person(browser, name);
  return { ...p, kill: () => server.kill(), close: () => server.close().catch(() => {}) };
}

// Voices and ears.

export const talk = (p, on) => p.page.evaluate((v) => window.__talk(v), on);

/** Says recorded speech; resolves when it is said. */
export const say = (p, pcm, rate) => p.page.evaluate(([b, r]) => window.__say(b, r), [Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString("base64"), rate]);

export const now = (p) => p.page.evaluate(() => Date.now());

const HEARD = 0.03;
const SILENT = 0.012; // a voice is 0.2; the edge of another one's burst is a few thousandths

/**
 * What somebody has heard since a moment, in samples of 50 ms: of each tone, and
 * `other`: sound that is nobody's tone, so an AI's voice.
 */
export function hears(p, since = 0, until = Number.MAX_SAFE_INTEGER) {
  return p.page.evaluate(
    ([from, to, loud]) => {
      const out = { other: 0, all: 0, peak: {} };
      for (const s of window.__ear) {
        if (s.at < from || s.at >= to) continue;
        out.all++;
        let tone = false;
        for (const [name, rms] of Object.entries(s.tones)) {
          out.peak[name] = Math.max(out.peak[name] ?? 0, rms);
          out[name] ??= 0;
          if (rms < loud || rms < 0.3 * s.rms) continue;
          out[name]++;
          tone = true;
        }
        if (!tone && s.rms > 0.01) out.other++;
      }
      return out;
    },
    [since, until, HEARD],
  );
}

/** Waits until somebody hears a tone, or "other", for about half a second, counted from a moment. */
export async function hearing(p, whom, since, ms = 20_000) {
  return eventually(`${p.name} hears ${whom}`, async () => {
    const h = await hears(p, since);
    if ((h[whom] ?? 0) < 8) throw new Error(JSON.stringify(h));
    return h;
  }, ms);
}

/** Of a stretch in which others were heard: this one was not, not even softly. */
export async function deaf(p, whom, since, until) {
  const h = await hears(p, since, until);
  assert.ok(h.all >= 10, `${p.name}'s ear was open: ${JSON.stringify(h)}`);
  assert.ok((h.peak[whom] ?? 0) < SILENT, `${p.name} does not hear ${whom}: ${JSON.stringify(h)}`);
}

/** The steps of a story: when one fails, the rest of it has no ground to stand on. */
export function steps(t) {
  let failed = false;
  return (what, how) =>
    failed
      ? t.test(what, { skip: "a step before it failed" })
      : t.test(what, async (x) => {
          try {
            await how(x);
          } catch (e) {
            failed = true;
            throw e;
          }
        });
}

// What people do.

/** Calls, and has heard the AI begin. */
export async function callIn(p, url) {
  await p.page.goto(url);
  await p.page.locator('[data-testid="join"]:enabled').click();
  await p.page.getByTestId("party").waitFor({ timeout: 20_000 });
  await eventually("the greeting is read", () => p.page.evaluate(() => window.relevo.call.model.transcript.lines.some((l) => l.final && l.role === "agent")));
}

export async function logIn(p, url, password = "dev") {
  await p.page.goto(`${url}/console`);
  await p.page.locator('input[name="username"]').fill(p.name);
  await p.page.locator('input[name="password"]').fill(password);
  await p.page.getByTestId("login").click();
  await p.page.getByTestId("presence").waitFor({ timeout: 20_000 });
}

/** Is available, away, … and the desk knows. */
export async function be(p, presence) {
  await p.page.getByTestId("presence-select").selectOption(presence);
  await p.page.locator(`[data-testid="presence"][data-presence="${presence.split(":")[0]}"]`).waitFor();
}

export const presenceOf = (p) => p.page.getByTestId("presence").getAttribute("data-presence");

/** Accepts what rings, and is heard. */
export async function accept(p) {
  await p.page.getByTestId("accept").click();
  await p.page.getByTestId("handback").waitFor({ timeout: 40_000 });
}

/** Fills nothing in and is ready for the next call. */
export async function noWrapUp(p) {
  await p.page.getByTestId("wrapup-done").click();
  await p.page.getByTestId("wrapup").waitFor({ state: "detached" });
}

/** Writes a line into the page's message box, whoever it is for. */
export async function write(p, text) {
  await p.page.getByTestId("composer").fill(text);
  await p.page.keyboard.press("Enter");
}

/** Waits for a line on somebody's page. */
export const reads = (p, what, words, role) =>
  eventually(`${p.name} reads ${what}`, () =>
    p.page.evaluate(
      ([source, who]) => window.relevo.call.model.transcript.lines.find((l) => l.final && l.kind !== "event" && (!who || l.role === who) && new RegExp(source, "i").test(l.text)) ?? null,
      [words.source, role],
    ).then((l) => l && { seq: l.seq, text: l.text, role: l.role }), 40_000);

export const stateOf = (p) => p.page.evaluate(() => window.relevo.call?.model.state.state);

// The server beside the pages.

/** A request of the app; JSON in, JSON out. */
export async function rest(server, method, path, body) {
  const r = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from("devkey:devsecret").toString("base64")}`,
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID() } : {}),
    },
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await r.text();
  assert.ok(r.ok, `${method} ${path}: ${r.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Changes a setting, over what is there. */
export async function setting(server, key, value) {
  const { version } = await rest(server, "GET", `/v1/desk/settings/${key}`);
  return rest(server, "POST", `/v1/desk/settings/${key}`, { value, version });
}

/** The requests for a human of a call, the last first. */
export const handoffsOf = async (server, call) => (await rest(server, "GET", `/v1/desk/handoffs?call=${call}`)).handoffs;

export const callOf = (p) => p.page.evaluate(() => window.relevo.call.model.callId);

// axe.

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** axe finds nothing on the page as it is; and nothing is wider than the window. */
export async function clean(p, what) {
  const { page } = p;
  await page.screenshot({ path: join(out, `${what.replace(/\W+/g, "-")}.png`) });
  // What fades in has its colours when it is there.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity).map((a) => a.finished.catch(() => {}))));
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const r = await window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return r.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} (${n.failureSummary.replace(/\s+/g, " ")})`).join(" | ")}`);
  });
  assert.deepEqual(found, [], `axe, ${what}`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${what} is wider than the window`);
}

/** No page of them has complained. */
export function flawless(...people) {
  for (const p of people) assert.deepEqual(p.errors, [], p.name);
}
