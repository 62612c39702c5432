// Builds the pages into dist, and the SDK as one file beside them and as a
// typed package in sdk/dist.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);

await build({ configFile: join(root, "vite.config.ts"), logLevel: "warn" });
await build({
  configFile: false,
  root,
  logLevel: "warn",
  publicDir: false,
  build: {
    outDir: "dist/sdk",
    emptyOutDir: false,
    target: "es2022",
    sourcemap: true,
    lib: { entry: "sdk/src/index.ts", formats: ["es"], fileName: () => "relevo-sdk.js" },
  },
});
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "sdk"], { stdio: "inherit" });
mkdirSync("dist/sdk/types", { recursive: true });
cpSync("sdk/dist", "dist/sdk/types", { recursive: true, filter: (f) => !f.endsWith(".js") });
// git keeps the directory by this file, so that Go builds without a web build.
writeFileSync("dist/.keep", "");
