/** The table in doc.go names code and tests: they are there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const table = readFileSync(join(root, "doc.go"), "utf8").split("# What is asked of the pages")[1]!;
const clauses: { name: string; places: string[]; tests: string[] }[] = [];
for (const line of table.split("\n").filter((l) => l.startsWith("//\t"))) {
  const text = line.slice(2).trim();
  if (!line.startsWith("//\t\t")) clauses.push({ name: text, places: [], tests: [] });
  else if (text.includes("#")) clauses.at(-1)!.tests.push(text);
  else clauses.at(-1)!.places.push(...text.split(" "));
}

describe("what is asked of the pages", () => {
  it.each(clauses.filter((c) => c.places.length > 0))("$name", ({ places, tests }) => {
    let folder = "";
    for (const p of places) {
      const full = [p, join(folder, p), join("app/console", p)].find((x) => existsSync(join(root, x)));
      expect(full, p).toBeDefined();
      if (full!.includes("/")) folder = full!.slice(0, full!.lastIndexOf("/"));
    }
    expect(tests.length).toBeGreaterThan(0);
    for (const t of tests) {
      const [file, words] = t.split("#") as [string, string];
      const path = join(root, file.startsWith("e2e/") ? `${file}.test.mjs` : `test/${file}.test.ts`);
      expect(existsSync(path), path).toBe(true);
      expect(readFileSync(path, "utf8").includes(words), t).toBe(true);
    }
  });
  it("are many", () => expect(clauses.length).toBeGreaterThan(30));
});
