import { describe, expect, test } from "vitest";
import { faults, storeOutage } from "./store-outage-faults.ts";

describe("R9: 30 s without the store, embedded mode", () => {
  test.each(faults)(
    "SQLite's %s: nothing is accepted, nothing is lost or repeated, and it resumes alone",
    async (fault) => {
      const { problems, rejected, ...figures } = await storeOutage(fault);
      expect(problems).toEqual([]);
      expect(rejected).toBeGreaterThanOrEqual(fault === "error-after" ? 5 : 6);
      expect(figures).toEqual({
        accepted: 0,
        lost: 0,
        unsafeRepeats: 0,
        doubleDecisions: 0,
        stranded: 0,
        completed: 5,
      });
    },
  );
});
