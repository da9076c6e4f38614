import { describe, expect, test } from "vitest";
import { askDuringRetry, jumpThrough, waitings, waitThrough } from "./clock-jumps.ts";

describe("a wall clock that jumps", () => {
  test("nothing happens twice, nothing is stuck, and only a jump forward makes anything early", async () => {
    const { counts, problems } = await jumpThrough(7, () => undefined);
    expect(problems).toEqual([]);
    expect(counts["waits"]).toBeGreaterThan(80);
  });

  test.each(waitings)("$name comes in its time when the clock does not jump", async (waiting) => {
    expect(await waitThrough(waiting, { jumps: [], part: 0, restart: false })).toEqual([]);
  });

  test("what comes too early or not at all is reported", async () => {
    const [waiting] = waitings;
    if (waiting === undefined) throw new Error("There is nothing to wait for.");
    const still = { jumps: [], part: 0, restart: false };
    expect(await waitThrough({ ...waiting, waitMs: waiting.waitMs * 2 }, still)).toEqual([
      expect.stringContaining("it was early"),
    ]);
    expect(await waitThrough({ ...waiting, fired: () => 0 }, still)).toEqual([
      expect.stringContaining("did not happen"),
    ]);
  });

  test("a retry that a clock set back has moved far away is made as soon as anything happens there", async () => {
    expect(await askDuringRetry(-24 * 3_600_000)).toEqual({ before: 0, after: 1 });
  });
});
