/** What the server says in codes, the pages say in words: the codes are read from its source. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { columnText } from "../app/console/admin/charts.tsx";
import { checkCapacity, checkIdentity, checkPassword, checkWho } from "../app/console/admin/person.ts";
import { MAX_DAYS, spanProblem } from "../app/console/admin/reports.tsx";
import { parseRoute } from "../app/console/admin/route.ts";
import { known } from "../app/shared/i18n.ts";

const root = join(import.meta.dirname, "../..");
const source = (dir: string) =>
  readdirSync(join(root, dir))
    .filter((f) => f.endsWith(".go") && !f.endsWith("_test.go"))
    .map((f) => readFileSync(join(root, dir, f), "utf8"))
    .join("\n");
const all = (text: string, what: RegExp) => [...new Set([...text.matchAll(what)].map((m) => m[1]!))];

describe("codes of the server have words", () => {
  const accounts = source("signaling/account");
  const settings = all(readFileSync(join(root, "signaling/desk/settings.go"), "utf8") + readFileSync(join(root, "signaling/desk/lists.go"), "utf8"), /Setting\w+\s*=\s*"(\w+)"/g);
  it.each([
    ["reason", all(readFileSync(join(root, "agentbot/escalation/escalation.go"), "utf8"), /Reason\s*=\s*"(\w+)"/g), 7],
    ["reason", all(readFileSync(join(root, "agentbot/brain/brain.go"), "utf8"), /Reason\w+\s*=\s*"(\w+)"/g), 3],
    ["reason", all(source("signaling/desk/report"), /ReasonOther\s*=\s*"(\w+)"/g), 1],
    ["audit.action", all(accounts, /"((?:account|session)\.\w+)"/g), 6],
    ["audit.action", [...settings, "canned"].map((key) => `settings.${key}`), 8],
    ["problem", all(accounts, /(?:invalid|conflict|problem)\([^"\n]*(?:"\w+"|member), "(\w+)"/g), 10],
    ["problem", all(source("signaling/desk"), /Problem\{(?:"\w*"|field), "(\w+)"/g), 5],
  ])("%s: %j", (prefix, codes, least) => {
    expect(codes.length).toBeGreaterThanOrEqual(least);
    // A hash is what who runs the server writes, not what a form has.
    expect(codes.filter((c) => c !== "hash" && !known(`${prefix}.${c}`))).toEqual([]);
  });
});

describe("a form about a person", () => {
  const codes = (list: { field: string; code: string }[]) => list.map((p) => `${p.field}:${p.code}`).join(" ");
  it.each([
    [checkIdentity("dana@example.com"), ""],
    [checkIdentity(""), "identity:identity"],
    [checkIdentity("da na"), "identity:identity"],
    [checkIdentity("app:key"), "identity:identity"],
    [checkIdentity("da\u200bna"), "identity:identity"],
    [checkWho("Dana", ""), ""],
    [checkWho("🙂".repeat(80), "dana@example.com"), ""],
    [checkWho("  ", "dana"), "name:name email:email"],
    [checkWho("x".repeat(81), "Dana <dana@example.com>"), "name:name email:email"],
    [checkCapacity(20), ""],
    [checkCapacity(0), "capacity:capacity"],
    [checkCapacity(1.5), "capacity:capacity"],
    [checkCapacity(NaN), "capacity:capacity"],
  ])("%#", (got, want) => expect(codes(got)).toBe(want));
  const dana = { identity: "dana.scully", name: "Dana Scully", email: "dana@example.com" };
  it.each([
    ["correct horse battery", ""],
    ["short", "password:short"],
    ["ééééé", "password:short"],
    ["éééééééééé", "password:repeated"],
    ["AaAaAaAaAa", "password:repeated"],
    ["DANA SCULLY", "password:own"],
    ["Dana@Example.com", "password:own"],
  ])("%s", (password, want) => expect(codes(checkPassword(password, dana))).toBe(want));
});

describe("the span of a report", () => {
  it.each([
    ["2026-11-15", "2026-11-21", null],
    ["2026-11-21", "2026-11-21", null],
    ["", "2026-11-21", "from:date"], // taken away in the field
    ["2026-11-21", "", "to:date"],
    ["0002-11-21", "2026-11-21", "from:date"], // on the way to 2026
    ["2026-11-21", "20261-11-21", "to:date"],
    ["2026-11-22", "2026-11-21", "to:dateOrder"],
    ["2025-10-18", "2026-11-21", null],
    ["2025-10-17", "2026-11-21", "from:span"],
  ])("%s to %s", (from, to, want) => {
    const p = spanProblem(from, to);
    expect(p && `${p.field}:${p.code}`).toBe(want);
    if (p) expect(known(`problem.${p.code}`)).toBe(true);
  });
  it("is as long as the server has it", () => expect(source("signaling/desk/report")).toContain(`MaxDays     = ${MAX_DAYS}`));
});

it("a column says what it shows", () =>
  expect(columnText("11/21", [{ name: "Answered", look: "solid", tone: "human", values: [3] }, { name: "Abandoned", look: "hatched", tone: "danger", values: [] }], 0)).toBe("11/21: Answered 3, Abandoned 0"));

it("an address that is none leads to a page all the same", () => expect([parseRoute("#/settings/%"), parseRoute("#/settings/%20a")]).toEqual([{ page: "settings", part: "" }, { page: "settings", part: " a" }]));
