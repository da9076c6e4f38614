import { expect, test } from "vitest";
import { killUnderLoad } from "./kill.ts";

const again = "npx vitest run test/crash/kill.test.ts";

test("R4: after three kills under load nothing is lost, sent twice, decided twice or stranded", async () => {
  const { counts, injected, ...figures } = await killUnderLoad({ kills: 3, seed: 1, again, say: () => {} });
  expect(figures).toEqual({ lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0, violations: [] });
  expect(counts["completed"]).toBeGreaterThan(0);
  expect(injected["signals"]).toBe(3);
}, 120_000);
