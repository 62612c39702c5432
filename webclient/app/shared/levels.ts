/** How loud a local track is, for level meters. One AudioContext serves all. */
import { signal } from "@preact/signals-core";

let context: AudioContext | null = null;

/**
 * Whether levels can be had. Chromium holds an AudioContext back until the page
 * is clicked; Firefox does for ever on a machine without a sound card.
 */
export const metersRun = signal(false);

function sharedContext(): AudioContext | null {
  if (typeof AudioContext === "undefined") return null;
  if (!context) {
    try {
      context = new AudioContext();
    } catch {
      return null; // too many of them, or no audio at all
    }
    context.onstatechange = () => (metersRun.value = context?.state === "running");
    for (const event of ["pointerdown", "keydown"]) globalThis.addEventListener?.(event, wake, { passive: true });
  }
  wake();
  return context;
}

// Never awaited: it may not settle.
function wake(): void {
  if (context?.state === "suspended") void context.resume().catch(() => undefined);
}

/** RMS of samples on a scale that fits speech: 0 silence, 1 loud. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const s of samples) sum += s * s;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms < 1e-5) return 0;
  const db = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (db + 60) / 50)); // -60 dBFS … -10 dBFS
}

export interface Meter {
  /** 0 to 1. */
  read(): number;
  stop(): void;
}

export function meter(track: MediaStreamTrack): Meter {
  const ctx = sharedContext();
  if (!ctx) return { read: () => 0, stop: () => undefined };
  let source: MediaStreamAudioSourceNode;
  try {
    source = ctx.createMediaStreamSource(new MediaStream([track]));
  } catch {
    return { read: () => 0, stop: () => undefined }; // Firefox: a track of another rate
  }
  const analyser = ctx.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
      analyser.getFloatTimeDomainData(samples);
      return loudness(samples);
    },
    stop: () => source.disconnect(),
  };
}

/** A short two-note chime, made here: no file, no request. loud: 0 (soft) to 3, which also repeats. */
export function chime(loud = 0): void {
  const ctx = sharedContext();
  if (!ctx) return;
  const t = ctx.currentTime;
  const notes = loud >= 2 ? [659.25, 880, 659.25, 880] : [659.25, 880];
  for (const [i, f] of notes.entries()) {
    const osc = ctx.createOscillator();
    const gain = ctx.createGain();
    osc.frequency.value = f;
    gain.gain.setValueAtTime(0, t + i * 0.16);
    gain.gain.linearRampToValueAtTime(0.12 + 0.1 * Math.min(3, loud), t + i * 0.16 + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0005, t + i * 0.16 + 0.7);
    osc.connect(gain).connect(ctx.destination);
    osc.start(t + i * 0.16);
    osc.stop(t + i * 0.16 + 0.75);
  }
}
