import { expect, test } from "vitest";
import { tryBackends } from "./backend.ts";

test("R11: whatever the backend does, the whole run leads to what table G6 says, and no unsafe call is repeated", async () => {
  const { violations, unsafeRepeats, stranded, counts } = await tryBackends();
  expect(violations).toEqual([]);
  expect({ unsafeRepeats, stranded }).toEqual({ unsafeRepeats: 0, stranded: 0 });
  expect(counts["runAgains"]).toBeGreaterThan(20);
}, 60_000);
