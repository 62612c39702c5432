/** How good the line is, from two readings of getStats. Pure but for the reading. */

export interface Reading {
  atMs: number;
  rttMs: number | null;
  jitterMs: number | null;
  received: number;
  lost: number;
  concealed: number;
  samples: number;
}

export interface Quality {
  level: "good" | "fair" | "poor" | "unknown";
  rttMs: number | null;
  jitterMs: number | null;
  /** Share of the audio packets that did not arrive, 0 to 1, since the last reading. */
  loss: number;
}

/** Collects what a report says of the audio that is received. */
export function read(report: Iterable<[string, unknown]>, atMs: number): Reading {
  const r: Reading = { atMs, rttMs: null, jitterMs: null, received: 0, lost: 0, concealed: 0, samples: 0 };
  for (const [, value] of report) {
    const s = value as Record<string, unknown>;
    if (s["type"] === "candidate-pair" && s["nominated"] === true && typeof s["currentRoundTripTime"] === "number") {
      r.rttMs = s["currentRoundTripTime"] * 1000;
    }
    if (s["type"] === "inbound-rtp" && s["kind"] === "audio") {
      r.received += num(s["packetsReceived"]);
      r.lost += num(s["packetsLost"]);
      r.concealed += num(s["concealedSamples"]);
      r.samples += num(s["totalSamplesReceived"]);
      if (num(s["packetsReceived"]) > 0) r.jitterMs = Math.max(r.jitterMs ?? 0, num(s["jitter"]) * 1000);
    }
  }
  return r;
}

/** Compares two readings. */
export function judge(before: Reading | null, now: Reading): Quality {
  const received = now.received - (before?.received ?? 0);
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  const loss = received + lost > 0 ? lost / (received + lost) : 0;
  const q = { rttMs: now.rttMs, jitterMs: now.jitterMs, loss };
  if (now.rttMs === null && received === 0) return { level: "unknown", ...q };
  const rtt = now.rttMs ?? 0;
  const jitter = now.jitterMs ?? 0;
  if (loss > 0.08 || rtt > 500 || jitter > 80) return { level: "poor", ...q };
  if (loss > 0.02 || rtt > 250 || jitter > 40) return { level: "fair", ...q };
  return { level: "good", ...q };
}

function num(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
