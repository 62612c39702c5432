import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { afterEach, describe, expect, it } from "vitest";
import { detect, dir, known, language, languages, setLanguage, t, tOr } from "../app/shared/i18n.ts";
import en from "../app/lang/en.json";
import enDesk from "../app/lang/en.desk.json";
import he from "../app/lang/he.json";
import heDesk from "../app/lang/he.desk.json";

const app = join(import.meta.dirname, "../app");
const files = (dir: string): string[] =>
  readdirSync(dir).flatMap((f) => {
    const path = join(dir, f);
    return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(f) ? [path] : [];
  });
const sources = files(app).map((path) => ({ path: relative(app, path), tree: parseAst(readFileSync(path, "utf8"), { lang: path.endsWith("x") ? "tsx" : "ts" }) as unknown as Node }));

interface Node {
  type: string;
  [k: string]: unknown;
}
type Visit = (n: Node, up: Node[]) => void;
function walk(n: unknown, visit: Visit, up: Node[] = []): void {
  if (Array.isArray(n)) return n.forEach((x) => walk(x, visit, up));
  if (typeof n !== "object" || n === null) return;
  const node = n as Node;
  if (typeof node.type === "string") visit(node, up);
  const next = typeof node.type === "string" ? [...up, node] : up;
  for (const k in node) if (k !== "parent") walk(node[k], visit, next);
}

afterEach(() => setLanguage("en", false));

describe("words", () => {
  it("are replaced, as text, and numbers as the language writes them", () => {
    expect(t("caller.event.human", { name: "<b>{name}</b> $& $1" })).toBe("You are talking to <b>{name}</b> $& $1");
    expect(t("caller.event.human")).toBe("You are talking to {name}");
    expect(t("caller.event.human", Object.create({ name: "inherited" }))).toContain("{name}");
    expect(t("caller.stage.place", { place: 1234 })).toBe("Number 1,234 in the queue");
    expect(t("no.such.key")).toBe("no.such.key");
    expect(tOr("problem.nonsense", "as the server says")).toBe("as the server says");
  });
  it.each([
    ["en", [0, "0 minutes"], [1, "1 minute"], [2, "2 minutes"], [7, "7 minutes"]],
    ["he", [0, "0 דקות"], [1, "דקה אחת"], [2, "שתי דקות"], [7, "7 דקות"]],
  ] as const)("plurals of %s", async (tag, ...cases) => {
    await setLanguage(tag, false);
    for (const [count, want] of cases as [number, string][]) expect(t("time.minutes", { count })).toBe(want);
  });
  it("follow the language, and its direction", async () => {
    await setLanguage("he-IL", false);
    expect([language(), dir(), t("login.submit")]).toEqual(["he", "rtl", he["login.submit"]]);
    await setLanguage("xx", false);
    expect([language(), dir()]).toEqual(["en", "ltr"]);
  });
  it("the last of two choices wins, however long the first takes", async () => {
    await Promise.all([setLanguage("he", false), setLanguage("en", false)]);
    expect(language()).toBe("en");
  });
  it.each([
    ["?lang=he", "en", ["en-GB"], "he"],
    ["", "he", ["en-GB"], "he"],
    ["", null, ["fr", "iw-IL", "en"], "he"],
    ["?lang=constructor", "__proto__", ["zz"], "en"],
  ])("the language of %s, kept %s, wished %s", (search, kept, wished, want) => expect(detect(search, kept, wished)).toBe(want));
  it("each language says its own name", () => expect(languages().map((l) => l.name)).toEqual(["English", "עברית"]));
});

describe("language files", () => {
  const all = { ...en, ...enDesk } as Record<string, string>;
  const hebrew = { ...he, ...heDesk } as Record<string, string>;
  const base = (k: string) => k.replace(/_(zero|one|two|few|many|other)$/, "");
  const params = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

  it("no key is in both pairs", () => expect(Object.keys(en).filter((k) => k in enDesk)).toEqual([]));
  it("have the same keys", () => expect([...new Set(Object.keys(hebrew).map(base))].sort()).toEqual([...new Set(Object.keys(all).map(base))].sort()));
  it("have the plurals of their language", () => {
    for (const [tag, words] of [["en", all], ["he", hebrew]] as const) {
      const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
      for (const k of Object.keys(words)) if (base(k) !== k) for (const f of forms) expect(words, `${tag}: ${base(k)}`).toHaveProperty([`${base(k)}_${f}`]);
    }
  });
  it("have the same parameters", () => {
    const wrong = Object.keys(all).filter((k) => hebrew[k] !== undefined && base(k) === k && params(all[k]!).join() !== params(hebrew[k]!).join());
    expect(wrong).toEqual([]);
  });
  it("nothing is left in English, and nothing is empty", () => {
    const own = /^(|Relevo|AI|CSV|[\d\W]*)$/;
    expect(Object.keys(hebrew).filter((k) => hebrew[k]!.trim() === "" || (hebrew[k] === all[k] && !own.test(hebrew[k]!)))).toEqual([]);
  });
  it("each key that is asked for is there, and each that is there is asked for", () => {
    const literals = new Set<string>();
    const starts = new Set<string>();
    const missing: string[] = [];
    for (const { path, tree } of sources) {
      walk(tree, (n, up) => {
        if (n.type === "Literal" && typeof n["value"] === "string") {
          literals.add(n["value"]);
          const call = [...up].reverse().find((u) => u.type === "CallExpression") as (Node & { callee: { name?: string }; arguments: Node[] }) | undefined;
          const first = call?.arguments[0];
          const direct = first === n || (first?.type === "ConditionalExpression" && (first["consequent"] === n || first["alternate"] === n));
          if (call?.callee.name === "t" && direct && !known(n["value"])) missing.push(`${path}: ${n["value"]}`);
        }
        if (n.type === "TemplateLiteral") {
          const first = (n["quasis"] as { value: { cooked: string } }[])[0]!.value.cooked;
          if (/^[a-z]\w*\./.test(first)) starts.add(first);
        }
      });
    }
    expect(missing).toEqual([]);
    const used = (k: string) => literals.has(k) || [...starts].some((s) => k.startsWith(s));
    expect([...new Set(Object.keys(all).map(base))].filter((k) => !used(k))).toEqual([]);
  });
});

describe("pages", () => {
  /** Attributes whose words people see or hear. */
  const seen = /^(aria-label|aria-description|aria-roledescription|aria-valuetext|alt|title|placeholder|label|empty|none|legend|hint|caption|unit)$/;
  const letters = (s: unknown): s is string => typeof s === "string" && /\p{L}{2,}/u.test(s);
  const key = (s: string) => /^[a-zA-Z]\w*(\.[\w]+)+\.?$/.test(s);
  it("have no words of their own", () => {
    const found: string[] = [];
    for (const { path, tree } of sources) {
      const complain = (s: string) => found.push(`${path}: ${s.trim()}`);
      walk(tree, (n, up) => {
        if (n.type === "JSXText" && letters(n["value"])) complain(n["value"]);
        if (n.type === "JSXAttribute" && seen.test(String((n["name"] as { name: unknown }).name))) {
          walk(n["value"], (v, inner) => {
            const inCall = inner.some((i) => i.type === "CallExpression" || i.type === "BinaryExpression" || i.type === "MemberExpression");
            if (!inCall && v.type === "Literal" && letters(v["value"]) && !key(v["value"])) complain(v["value"]);
            if (!inCall && v.type === "TemplateElement" && letters((v["value"] as { cooked: string }).cooked)) complain((v["value"] as { cooked: string }).cooked);
          });
        }
        // Anywhere: what reads as a sentence, or a child of markup.
        if (n.type === "Literal" && typeof n["value"] === "string" && /^\p{Lu}[\p{L}’']*( [\p{L}’']+)+/u.test(n["value"])) {
          const quiet = up.some((u) => u.type === "ImportDeclaration" || (u.type === "ThrowStatement" && /invariant/.test(String(n["value"]))));
          if (!quiet) complain(n["value"]);
        }
        if (n.type === "JSXExpressionContainer" && up.at(-1)?.type !== "JSXAttribute") {
          const e = n["expression"] as Node;
          for (const v of [e, e["consequent"], e["alternate"], e["right"]] as (Node | undefined)[])
            if (v?.type === "Literal" && letters(v["value"])) complain(String(v["value"]));
        }
      });
    }
    expect(found).toEqual([]);
  });
});
