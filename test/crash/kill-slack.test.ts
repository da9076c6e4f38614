import { expect, test } from "vitest";
import { killInSlack } from "./kill-slack.ts";

const again = "npx vitest run test/crash/kill-slack.test.ts";

test("R4-slack: after three kills in a company's Slack nothing is lost, shown twice, decided twice or stranded", async () => {
  const options = { kills: 3, seed: 1, customers: 4, again, say: () => {} };
  const { counts, injected, ...figures } = await killInSlack(options);
  expect(figures).toEqual({ lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0, violations: [] });
  expect(counts["completed"]).toBeGreaterThan(0);
  expect(counts["decisions"]).toBeGreaterThan(0);
  expect(injected["signals"]).toBe(3);
}, 120_000);
