import { describe, expect, test } from "vitest";
import { storeOutage } from "./store-outage-faults.ts";
import { faults } from "./store-outage-store.ts";

describe("R9: 30 s without the store, embedded mode", () => {
  test.each(faults)(
    "SQLite's %s: nothing is accepted, nothing is lost or repeated, and it resumes alone",
    async (fault) => {
      const { fired, problems, rejected, ...figures } = await storeOutage(fault);
      expect(problems).toEqual([]);
      expect(rejected).toBe(6);
      expect(fired).toBeGreaterThan(0);
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
