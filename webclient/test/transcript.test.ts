import { describe, expect, it } from "vitest";
import { splice, Transcript, type SpokenRole } from "../sdk/src/transcript.ts";
import type { Subtitle } from "../sdk/src/wire.ts";

type Step = [role: SpokenRole, s: Partial<Subtitle> & { text: string }];

function sub(s: Partial<Subtitle> & { text: string }): Subtitle {
  return { sentenceId: "s1", end: false, offset: 0, rev: 1, speakerId: "p", time: 1000, ...s };
}

/** Applies the steps; gives the texts, "*" after those that are final. */
function after(steps: Step[]): string[] {
  const t = new Transcript();
  for (const [role, s] of steps) t.subtitle(role, sub(s));
  return t.lines.map((l) => l.text + (l.final ? "*" : ""));
}

const d1: Step = ["agent", { text: "Hello", rev: 1 }];
const d2: Step = ["agent", { text: " there", offset: 5, rev: 2 }];
const d3: Step = ["agent", { text: ", caller", offset: 11, rev: 3 }];
const fin: Step = ["agent", { text: "Hello there, caller.", end: true, rev: 4, seq: 7 }];

describe("agent deltas (1002)", () => {
  const cases: [name: string, steps: Step[], want: string[]][] = [
    ["in order", [d1, d2, d3], ["Hello there, caller"]],
    ["each twice", [d1, d1, d2, d2, d3, d3], ["Hello there, caller"]],
    ["all again", [d1, d2, d3, d1, d2, d3], ["Hello there, caller"]],
    ["the middle one late", [d1, d3, d2], ["Hello there, caller"]],
    ["the first one last", [d3, d2, d1], ["Hello there, caller"]],
    ["the first one missing shows nothing", [d2, d3], []],
    ["a final replaces", [d1, d2, d3, fin], ["Hello there, caller.*"]],
    ["a final without what was before", [fin], ["Hello there, caller.*"]],
    ["nothing after a final", [d1, fin, d2, d3], ["Hello there, caller.*"]],
    ["a final twice", [fin, fin], ["Hello there, caller.*"]],
    ["a shorter final: it was cut", [d1, d2, d3, ["agent", { text: "Hello th", end: true, rev: 4, cut: true }]], ["Hello th*"]],
    ["a later revision takes back", [d1, d2, ["agent", { text: " world", offset: 5, rev: 3 }]], ["Hello world"]],
    ["an earlier revision after a later one", [d1, ["agent", { text: " world", offset: 5, rev: 3 }], d2], ["Hello world"]],
    ["offsets are code points", [["agent", { text: "👋🏽 é", rev: 1 }], ["agent", { text: "!", offset: 4, rev: 2 }]], ["👋🏽 é!"]],
  ];
  it.each(cases)("%s", (_n, steps, want) => expect(after(steps)).toEqual(want));

  it("comes to the same in every order", () => {
    const all = [d1, d2, d3, fin, d2, d1];
    for (const p of permutations(all)) expect(after(p)).toEqual(["Hello there, caller.*"]);
  });

  it("keeps a bounded number of deltas that wait", () => {
    const t = new Transcript();
    for (let i = 2; i < 1000; i++) t.subtitle("agent", sub({ text: "x", offset: i, rev: i }));
    expect(t.lines).toEqual([]);
    t.subtitle("agent", sub({ text: "ab", rev: 1 }));
    expect(t.lines[0]!.text.length).toBeLessThanOrEqual(66);
  });
});

describe("cumulative subtitles (1003, 2003)", () => {
  const c1: Step = ["caller", { text: "i want", rev: 1 }];
  const c2: Step = ["caller", { text: "i want a human", rev: 2 }];
  const end: Step = ["caller", { text: "I want a human.", rev: 3, end: true, seq: 1 }];
  it.each<[string, Step[], string[]]>([
    ["replace", [c1, c2], ["i want a human"]],
    ["an older one changes nothing", [c2, c1], ["i want a human"]],
    ["the same again changes nothing", [c1, c1], ["i want"]],
    ["final", [c1, end, c2], ["I want a human.*"]],
  ])("%s", (_n, steps, want) => expect(after(steps)).toEqual(want));

  it("tells a change once", () => {
    const t = new Transcript();
    expect(t.subtitle("caller", sub({ text: "a", rev: 1 }))).not.toBeNull();
    expect(t.subtitle("caller", sub({ text: "a", rev: 1 }))).toBeNull();
    expect(t.subtitle("caller", sub({ text: "a", rev: 2, end: true, seq: 3 }))).not.toBeNull();
    expect(t.subtitle("caller", sub({ text: "a", rev: 2, end: true, seq: 3 }))).toBeNull();
  });
});

describe("backlog, messages, entries", () => {
  it("puts the log in its order, what is still spoken after it", () => {
    const t = new Transcript();
    t.subtitle("agent", sub({ sentenceId: "live", text: "and now", time: 9000 }));
    t.subtitle("human", sub({ sentenceId: "b", text: "two", end: true, seq: 2, backlog: true, time: 2000 }));
    t.subtitle("agent", sub({ sentenceId: "a", text: "one", end: true, seq: 1, backlog: true, time: 2500 }));
    t.message({ text: "three", speakerId: "p", role: "caller", time: 3000, seq: 3 });
    expect(t.lines.map((l) => l.text)).toEqual(["one", "two", "three", "and now"]);
    expect(t.cursor).toBe(3);
  });

  it("a replay of what is known changes nothing, whichever way it comes", () => {
    const t = new Transcript();
    t.subtitle("caller", sub({ text: "hello", end: true, seq: 1, rev: 5 }));
    t.message({ text: "hi", speakerId: "p", role: "caller", time: 3000, seq: 2 });
    const before = t.lines;
    expect(t.subtitle("caller", sub({ text: "hello", end: true, seq: 1, rev: 0, backlog: true }))).toBeNull();
    expect(t.message({ text: "hi", speakerId: "p", role: "caller", time: 3000, seq: 2, backlog: true })).toBeNull();
    expect(t.entry({ seq: 1, time: 1000, kind: "sentence", role: "caller", speakerId: "p", sentenceId: "s1", text: "hello", epoch: 1 })).toBeNull();
    expect(t.lines).toEqual(before);
  });

  it("an entry adds what was not spoken", () => {
    const t = new Transcript();
    t.subtitle("agent", sub({ text: "Could you", end: true, cut: true, seq: 4 }));
    const line = t.entry({ seq: 4, time: 1000, kind: "sentence", role: "agent", speakerId: "p", sentenceId: "s1", text: "Could you", cut: true, unspoken: "wait?", epoch: 1 });
    expect(line?.unspoken).toBe("wait?");
    expect(t.lines).toHaveLength(1);
  });

  it("keeps where a sentence comes from, which a later telling may leave out", () => {
    const t = new Transcript();
    const data = { sources: ["hours.md"], confidence: 0.83 };
    expect(t.subtitle("agent", sub({ text: "At nine.", end: true, seq: 4, data }))?.data).toEqual(data);
    t.entry({ seq: 4, time: 1000, kind: "sentence", role: "agent", speakerId: "p", sentenceId: "s1", text: "At nine.", epoch: 1 });
    expect(t.lines[0]?.data).toEqual(data);
  });

  it("who joins in mid-sentence gets the whole by the final", () => {
    const t = new Transcript();
    t.subtitle("agent", sub({ text: " of it", offset: 8, rev: 6 }));
    expect(t.lines).toEqual([]);
    t.subtitle("agent", sub({ text: "The rest of it", end: true, rev: 7, seq: 1 }));
    expect(t.lines.map((l) => l.text)).toEqual(["The rest of it"]);
  });

  it("a live whole sentence may be followed by deltas", () => {
    const t = new Transcript();
    t.subtitle("agent", sub({ text: "So far", offset: 0, rev: 4 }));
    t.subtitle("agent", sub({ text: " so good", offset: 6, rev: 5 }));
    expect(t.lines[0]!.text).toBe("So far so good");
  });
});

it("splice", () => {
  expect(splice("abc", 0, "x")).toBe("x");
  expect(splice("abc", 2, "x")).toBe("abx");
  expect(splice("abc", 3, "x")).toBe("abcx");
  expect(splice("abc", 4, "x")).toBeNull();
  expect(splice("😀b", 1, "c")).toBe("😀c");
});

function permutations<T>(list: T[]): T[][] {
  if (list.length <= 1) return [list];
  return list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((p) => [x, ...p]));
}
