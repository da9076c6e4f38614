import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build-page-once.ts"],
    // Browser and process tests start real servers: a stuck one must name itself, not hang the run.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Vitest would leave one core to itself.
    maxWorkers: "100%",
  },
});
