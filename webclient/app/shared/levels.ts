/** How loud a local track is, for level meters. One AudioContext serves all. */

let context: AudioContext | null = null;

function sharedContext(): AudioContext | null {
  if (typeof AudioContext === "undefined") return null;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume().catch(() => undefined);
  return context;
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
  const source = ctx.createMediaStreamSource(new MediaStream([track]));
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

/** A short, soft two-note chime, made here: no file, no request. */
export function chime(): void {
  const ctx = sharedContext();
  if (!ctx) return;
  const t = ctx.currentTime;
  for (const [i, f] of [659.25, 880].entries()) {
    const osc = ctx.createOscillator();
    const gain = ctx.createGain();
    osc.frequency.value = f;
    gain.gain.setValueAtTime(0, t + i * 0.16);
    gain.gain.linearRampToValueAtTime(0.12, t + i * 0.16 + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0005, t + i * 0.16 + 0.7);
    osc.connect(gain).connect(ctx.destination);
    osc.start(t + i * 0.16);
    osc.stop(t + i * 0.16 + 0.75);
  }
}
