import { defineConfig } from "vitest/config";

/** The pages in headless Chromium before the scripted server. Needs a build. */
export default defineConfig({
  test: { include: ["test/ui/**/*.test.ts"], fileParallelism: false, testTimeout: 240_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } },
});
