import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultKinds } from "../support/faulty.ts";
import { type CrashLab, caseOf, crashesOf, keyOf, openCrashLab, spread } from "./crash-points.ts";

// More than a whole pass takes on the slowest machine of the team.
const patienceMs = 180_000;
// Fixed, so that the same runs are made each time; all of them belong to the torture.
const firstCrashes = 60;

let lab: CrashLab;

beforeAll(async () => {
  lab = await openCrashLab();
});

afterAll(() => lab.close());

describe("crash points", () => {
  test("undisturbed, every story comes to its end", async () => {
    const { violations, counts } = await lab.play(lab.undisturbed);
    expect(violations).toEqual([]);
    expect(counts["runs"]).toBeGreaterThan(10);
  });

  test.each(faultKinds)(
    "R1: %s at any call: the end is that of an undisturbed run",
    async (kind) => {
      const cases = lab.firstOrder.filter(({ faults }) => faults.some((fault) => fault.kind === kind));
      const { violations, injected, counts } = await lab.play(cases);
      expect(violations).toEqual([]);
      // The harness itself: each of these faults came, and people got what they came for.
      expect(injected).toEqual({ [kind]: cases.length });
      expect(cases.length).toBeGreaterThan(400);
      expect(counts["decisions"]).toBeGreaterThan(200);
    },
    patienceMs,
  );

  test(
    "R2: a second crash at any point of the recovery changes nothing (a sample)",
    async () => {
      const violations: string[] = [];
      let runs = 0;
      for (const first of spread(crashesOf(lab.firstOrder), firstCrashes)) {
        const cases = await lab.secondOrder(first);
        runs += cases.length;
        violations.push(...(await lab.play(cases)).violations);
      }
      expect(violations).toEqual([]);
      expect(runs).toBeGreaterThan(1500);
    },
    patienceMs,
  );

  test("a run has a name that plays it again", async () => {
    const [first] = crashesOf(lab.firstOrder);
    if (first === undefined) throw new Error("there are no crashes");
    for (const one of [first, ...(await lab.secondOrder(first))]) expect(caseOf(keyOf(one))).toEqual(one);
    expect(() => caseOf("refund/approve conversations.save#1 flood")).toThrow(RangeError);
  });
});
