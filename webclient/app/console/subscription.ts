/** What the desk receives of whom. Pure. */
import type { Participant, Subscribe } from "../../sdk/src/index.ts";

export interface Wants {
  audio: boolean;
  video: boolean;
  transcripts: boolean;
}

export type WantMap = Record<string, Wants>;

export const EVERYTHING: Wants = { audio: true, video: true, transcripts: true };
export const NOTHING: Wants = { audio: false, video: false, transcripts: false };

/** What is asked of the server: as short as it can be said. */
export function toSubscribe(others: readonly Participant[], wants: WantMap, byDefault: Wants): Subscribe {
  const of = (p: Participant) => wants[p.id] ?? byDefault;
  const list = others.map((p) => ({ id: p.id, ...of(p) }));
  const all = (w: Wants, on: boolean) => w.audio === on && w.video === on && w.transcripts === on;
  if (all(byDefault, true) && list.every((w) => all(w, true))) return { mode: "all" };
  if (all(byDefault, false) && list.every((w) => all(w, false))) return { mode: "none" };
  return { mode: "some", participants: list };
}
