import { expect, test } from "vitest";
import { playRows, shortRows } from "./slack-refusals.ts";

test("R12: whatever Slack does to a call, nothing is posted twice, lost or sent too soon, and no run stands still", async () => {
  const rows = shortRows(30);
  const { counts, ...figures } = await playRows(rows, () => {});
  expect(figures).toMatchObject({ lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0, violations: [] });
  expect(counts).toMatchObject({ runs: rows.length, rateBreaches: 0 });
  expect(counts["posts"]).toBeGreaterThan(rows.length);
}, 60_000);
