import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrashLab, openSlackCrashLab, spread } from "./crash-points.ts";

// A sample, the same each time; the torture plays all of them.
const runs = 60;

let lab: CrashLab;
beforeAll(async () => {
  lab = await openSlackCrashLab();
});
afterAll(() => lab.close());

describe("crash points with the adapter of Slack in place", () => {
  test("undisturbed, every story comes to its end", async () => {
    const { violations, counts } = await lab.play(lab.undisturbed);
    expect(violations).toEqual([]);
    expect(counts["runs"]).toBeGreaterThan(10);
  });

  test("a fault before or after a call of Slack's: the end is that of an undisturbed run, and nothing stands there twice", async () => {
    const inSlack = lab.firstOrder.filter(({ faults: [fault] }) => fault?.label.startsWith("slack."));
    const cases = spread(inSlack, runs);
    const { violations, injected } = await lab.play(cases);
    expect(violations).toEqual([]);
    expect(Object.values(injected).reduce((sum, count) => sum + count, 0)).toBe(cases.length);
  }, 120_000);
});
