// The real server, real browsers, and an ear in a page.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const out = join(here, "out");
mkdirSync(out, { recursive: true });

/** Starts the server on a free port with a fresh data directory, or in the place of one that was killed. */
export async function startServer(bin, extra = [], killed = null) {
  const data = killed?.data ?? mkdtempSync(join(tmpdir(), "relevo-e2e-"));
  const listen = killed ? new URL(killed.url).host : "127.0.0.1:0";
  const child = spawn(bin, ["serve", "--dev", "--listen", listen, "--data", data, ...extra], {
    stdio: ["ignore", "pipe", "pipe"],
    // A key in the environment would switch the engines to somebody else's.
    env: { ...process.env, OPENAI_API_KEY: "" },
  });
  let log = "";
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start in 60 s:\n${log}`)), 60_000);
    const read = (b) => {
      log += b;
      const m = /listening on (https?:\/\/[\d.]+:\d+)/.exec(log);
      if (m) {
        clearTimeout(timer);
        resolve(m[1]);
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    const fail = (error) => {
      clearTimeout(timer);
      reject(error);
    };
    child.once("exit", (code) => fail(new Error(`the server ended with ${code}:\n${log}`)));
    child.once("error", fail);
  });
  return {
    url,
    data,
    log: () => log,
    /** kill -9; what it had stays. */
    async kill() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(force);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** How Chromium is started; its microphone plays a file, or is a tone of its own. */
export const chromiumOptions = (wav) => ({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    ...(wav ? [`--use-file-for-fake-audio-capture=${wav}%noloop`] : []),
  ],
});
export const viewport = { width: 1280, height: 800 };

/** What goes wrong in a page, of Playwright or Puppeteer. */
export function watch(page) {
  const errors = [];
  page.on("pageerror", (e) => errors.push(e.message));
  page.on("console", (m) => {
    if (m.type() === "error" && !/favicon|status of/.test(m.text())) errors.push(m.text());
  });
  return errors;
}

/** A browser of its own whose microphone plays a file from the moment it is opened. */
export async function openBrowser(wav) {
  const profile = mkdtempSync(join(tmpdir(), "relevo-chromium-"));
  const context = await chromium.launchPersistentContext(profile, { ...chromiumOptions(wav), viewport });
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    page,
    errors: watch(page),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** One browser with several people in it, who share nothing but the microphone's file. */
export async function openPeople(wav, count) {
  const browser = await chromium.launch(chromiumOptions(wav));
  const people = [];
  for (let i = 0; i < count; i++) {
    const page = await (await browser.newContext({ viewport })).newPage();
    people.push({ page, errors: watch(page) });
  }
  return { people, close: () => browser.close() };
}

/**
 * Firefox, driven by WebDriver BiDi. Its fake microphone is a steady tone. Where
 * there is no sound card, its AudioContext stays suspended for ever: the pages
 * must do without, and so must the test.
 */
export async function openFirefox(tone) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    headless: true,
    timeout: 60_000,
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.navigator.audio.fake_frequency": tone,
      "media.autoplay.default": 0,
    },
  });
  const page = (await browser.pages())[0] ?? (await browser.newPage());
  await page.setViewport(viewport);
  return { page, errors: watch(page), version: await browser.version(), close: () => browser.close() };
}

/**
 * Records the page's floor slot for a while and says how many of its stretches of
 * 85 ms were loud, with the tone and without. Like listen, without an AudioContext.
 */
export function record(page, frequency, ms) {
  return page.evaluate(
    async ([hz, duration]) => {
      const { call } = window.relevo;
      const track = call.audioTracks.get(call.model.slots.find((s) => s.floor).mid);
      const recorder = new MediaRecorder(new MediaStream([track]));
      const parts = [];
      recorder.ondataavailable = (e) => parts.push(e.data);
      const stopped = new Promise((resolve) => (recorder.onstop = resolve));
      recorder.start();
      setTimeout(() => recorder.stop(), duration);
      await stopped;
      const offline = new OfflineAudioContext(1, 1, 48000);
      const sound = await offline.decodeAudioData(await new Blob(parts).arrayBuffer());
      const all = sound.getChannelData(0);
      const heard = { tone: 0, other: 0, seconds: sound.duration };
      for (let from = 0; from + 4096 <= all.length; from += 4096) {
        let energy = 0;
        let re = 0;
        let im = 0;
        for (let i = 0; i < 4096; i++) {
          const x = all[from + i];
          const a = (2 * Math.PI * hz * i) / sound.sampleRate;
          energy += x * x;
          re += x * Math.cos(a);
          im -= x * Math.sin(a);
        }
        if (Math.sqrt(energy / 4096) < 0.01) continue;
        const share = (2 * (re * re + im * im)) / (4096 * energy);
        if (share > 0.6) heard.tone++;
        else if (share < 0.3) heard.other++;
      }
      return heard;
    },
    [frequency, ms],
  );
}

/**
 * Puts an ear to the page's floor slot, or to that of a role: every 50 ms how
 * loud it is, and how much of that is at a frequency. window.__ear = [{at, rms, share}].
 */
export async function listen(page, frequency, role) {
  await page.evaluate(async ([hz, of]) => {
    const { call } = window.relevo;
    const { slots } = call.model;
    const slot = of ? slots.find((s) => s.kind === "audio" && call.model.participant(s.participantId)?.role === of) : slots.find((s) => s.floor);
    const track = call.audioTracks.get(slot?.mid) ?? [...call.audioTracks.values()][0];
    const context = new AudioContext({ sampleRate: 48000 });
    await context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 4096;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const x = new Float32Array(analyser.fftSize);
    const ear = (window.__ear = []);
    setInterval(() => {
      analyser.getFloatTimeDomainData(x);
      let energy = 0;
      let re = 0;
      let im = 0;
      for (let i = 0; i < x.length; i++) {
        energy += x[i] * x[i];
        const a = (2 * Math.PI * hz * i) / context.sampleRate;
        re += x[i] * Math.cos(a);
        im -= x[i] * Math.sin(a);
      }
      // Power of the sine by Parseval: 1 for a pure tone, near 0 for speech.
      const share = energy > 0 ? (2 * (re * re + im * im)) / (x.length * energy) : 0;
      ear.push({ at: Date.now(), rms: Math.sqrt(energy / x.length), share });
    }, 50);
  }, [frequency, role]);
}

/** What the ear heard since a moment: counts of loud samples, with the tone and without. */
export function heard(page, since = 0, until = Number.MAX_SAFE_INTEGER) {
  return page.evaluate(
    ([from, to]) => {
      const loud = window.__ear.filter((s) => s.at >= from && s.at < to && s.rms > 0.01);
      return { tone: loud.filter((s) => s.share > 0.6).length, other: loud.filter((s) => s.share < 0.3).length, all: window.__ear.length };
    },
    [since, until],
  );
}

/** The received audio by getStats, summed over what is inbound. */
export function inbound(page) {
  return page.evaluate(async () => {
    const sum = { streams: 0, packets: 0, lost: 0, energy: 0, level: 0 };
    for (const [, s] of await window.relevo.call.stats()) {
      if (s.type !== "inbound-rtp" || s.kind !== "audio") continue;
      sum.streams++;
      sum.packets += s.packetsReceived ?? 0;
      sum.lost += s.packetsLost ?? 0;
      sum.energy += s.totalAudioEnergy ?? 0;
      sum.level = Math.max(sum.level, s.audioLevel ?? 0);
    }
    return sum;
  });
}

/** Speaks from now on: swaps the microphone's track for recorded speech, without negotiating. */
export async function speak(page, pcm, rate) {
  const bytes = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString("base64");
  await page.evaluate(
    async ([b64, hz]) => {
      const raw = Uint8Array.from(atob(b64), (c) => c.charCodeAt(0));
      const samples = new Int16Array(raw.buffer);
      const context = (window.__mouth ??= new AudioContext({ sampleRate: hz }));
      await context.resume();
      const buffer = context.createBuffer(1, samples.length, hz);
      const x = buffer.getChannelData(0);
      for (let i = 0; i < x.length; i++) x[i] = samples[i] / 32768;
      if (!window.__mouthOut) {
        window.__mouthOut = context.createMediaStreamDestination();
        await window.relevo.call.adopt("microphone", window.__mouthOut.stream.getAudioTracks()[0]);
      }
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(window.__mouthOut);
      source.start(context.currentTime + 0.3);
    },
    [bytes, rate],
  );
}

/** The finished lines of a page's transcript, in order. */
export function finals(page) {
  return page.evaluate(() =>
    window.relevo.call.model.transcript.lines
      .filter((l) => l.final && l.kind !== "event")
      .map((l) => ({ seq: l.seq, kind: l.kind, role: l.role, text: l.text, cut: l.cut, backlog: l.backlog, private: l.private })),
  );
}

/** The names of a page's takeover events, in order. */
export function takeoverEvents(page) {
  return page.evaluate(() => window.relevo.events.filter((e) => e.event.startsWith("humanTakeover")).map((e) => e.event));
}

/** Waits until check gives something; says what was there when it does not. */
export async function eventually(what, check, ms = 20_000) {
  const until = Date.now() + ms;
  let last;
  while (Date.now() < until) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`not within ${ms} ms: ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
}
