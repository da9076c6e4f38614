import { expect, test } from "vitest";
import { clickMany } from "./clicks.ts";

test("of fifty parallel clicks one decides, the others learn who did and when, and what was approved is what runs", async () => {
  const { counts, problems } = await clickMany(20, 50, 1);
  expect(problems).toEqual([]);
  expect(counts).toMatchObject({ approvals: 20, decisions: 20 });
  expect(counts["executed"]).toBe(counts["approved"]);
  // Both outcomes, and both sorts of people, or it would prove little.
  expect(counts["approved"]).toBeGreaterThan(0);
  expect(counts["approved"]).toBeLessThan(20);
  expect(counts["told"]).toBeGreaterThan(400);
  expect(counts["refused"]).toBeGreaterThan(100);
});

test("a request that is sent twice is reported", async () => {
  const { problems } = await clickMany(8, 10, 1, "doubleRequest");
  expect(problems.filter((problem) => problem.includes("was executed 2 times after approve"))).not.toEqual([]);
});
