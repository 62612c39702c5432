// Small WAV tools: 16-bit mono PCM in and out. No dependency.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const RATE = 48000;

/** Reads 16-bit PCM; a second channel is dropped. */
export function readWav(path) {
  const b = readFileSync(path);
  if (b.toString("latin1", 0, 4) !== "RIFF" || b.toString("latin1", 8, 12) !== "WAVE") throw new Error(`${path} is no WAV file`);
  let rate = 0;
  let channels = 1;
  for (let at = 12; at + 8 <= b.length; ) {
    const id = b.toString("latin1", at, at + 4);
    const size = Math.min(b.readUInt32LE(at + 4), b.length - at - 8);
    if (id === "fmt ") {
      if (b.readUInt16LE(at + 8) !== 1 || b.readUInt16LE(at + 22) !== 16) throw new Error(`${path} is not 16-bit PCM`);
      channels = b.readUInt16LE(at + 10);
      rate = b.readUInt32LE(at + 12);
    }
    if (id === "data") {
      const n = Math.floor(size / 2 / channels);
      const pcm = new Int16Array(n);
      for (let i = 0; i < n; i++) pcm[i] = b.readInt16LE(at + 8 + i * 2 * channels);
      return { rate, pcm };
    }
    at += 8 + size + (size & 1);
  }
  throw new Error(`${path} has no data`);
}

export function writeWav(path, pcm, rate = RATE) {
  const b = Buffer.alloc(44 + pcm.length * 2);
  b.write("RIFF", 0);
  b.writeUInt32LE(36 + pcm.length * 2, 4);
  b.write("WAVEfmt ", 8);
  b.writeUInt32LE(16, 16);
  b.writeUInt16LE(1, 20);
  b.writeUInt16LE(1, 22);
  b.writeUInt32LE(rate, 24);
  b.writeUInt32LE(rate * 2, 28);
  b.writeUInt16LE(2, 32);
  b.writeUInt16LE(16, 34);
  b.write("data", 36);
  b.writeUInt32LE(pcm.length * 2, 40);
  for (let i = 0; i < pcm.length; i++) b.writeInt16LE(pcm[i], 44 + i * 2);
  writeFileSync(path, b);
}

export const silence = (seconds) => new Int16Array(Math.round(seconds * RATE));

/** Bursts of a sine: noise suppression takes a steady tone for noise. */
export function beeps(frequency, seconds, amplitude = 9000) {
  const pcm = silence(seconds);
  const period = Math.round(0.4 * RATE);
  const on = Math.round(0.28 * RATE);
  for (let i = 0; i < pcm.length; i++) {
    const at = i % period;
    if (at >= on) continue;
    const edge = Math.min(1, at / 480, (on - at) / 480);
    pcm[i] = Math.round(amplitude * edge * Math.sin((2 * Math.PI * frequency * i) / RATE));
  }
  return pcm;
}

export function concat(...parts) {
  const out = new Int16Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

function toRate({ rate, pcm }) {
  if (rate === RATE) return pcm;
  const out = new Int16Array(Math.floor((pcm.length * RATE) / rate));
  for (let i = 0; i < out.length; i++) {
    const at = (i * rate) / RATE;
    const k = Math.floor(at);
    const f = at - k;
    out[i] = Math.round(pcm[k] * (1 - f) + (pcm[k + 1] ?? 0) * f);
  }
  return out;
}

/**
 * Recorded speech at 48 kHz. A file of that name in RELEVO_SPEECH_DIR is used as
 * it is; else `relevo say` makes it there, and flite where that is absent.
 */
export function speech(bin, dir, name, text, voice = "rms") {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${name}.wav`);
  if (!existsSync(path)) {
    try {
      execFileSync(bin, ["say", "--voice", voice, "--out", path, "--rate", String(RATE), text], { stdio: ["ignore", "ignore", "pipe"] });
    } catch (error) {
      try {
        execFileSync("flite", ["-voice", voice, "-t", text, "-o", path], { stdio: "ignore" });
      } catch {
        throw new Error(`no speech for ${JSON.stringify(text)}: ${bin} say failed (${error.stderr ?? error.message}) and flite is not there`);
      }
    }
  }
  return toRate(readWav(path));
}
