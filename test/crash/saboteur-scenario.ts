import { openWorkshop, type TestEnd, type Workshop } from "./saboteur-run.ts";
import { type Saboteur, saboteurs } from "./saboteurs.ts";
import type { Scenario } from "./scenario.ts";

/** Breaks Usher on purpose in every way that the harness claims to notice, and demands that it does. */
export const saboteurScenario: Scenario = {
  key: "saboteurs",
  keepsBusy: "one thread",
  title: "guarantees broken on purpose",
  async run({ short, say }) {
    const workshop = await openWorkshop();
    // That the tests pass in the project as it is, `npm test` says before each short form.
    const whole = new Map<string, TestEnd>(short ? saboteurs.map(({ caughtBy }) => [nameOf(caughtBy), "passed"]) : []);
    const violations: string[] = [];
    for (const saboteur of saboteurs) {
      const problem = await problemOf(workshop, whole, saboteur);
      say(`${saboteur.name}: ${problem ?? "caught"}`);
      if (problem !== null) violations.push(`${saboteur.name}: ${problem}; npm run torture -- --only saboteurs`);
    }
    await workshop.close();
    const counts = { caught: saboteurs.length - violations.length, all: saboteurs.length };
    return { counts, injected: {}, lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0, violations };
  },
};

/** Why a saboteur does not count as caught, or null. `whole`: how the tests end in the project as it is. */
async function problemOf(
  workshop: Workshop,
  whole: Map<string, TestEnd>,
  { edits, caughtBy }: Saboteur,
): Promise<string | null> {
  const { test } = caughtBy;
  const before = whole.get(nameOf(caughtBy)) ?? (await workshop.run([], caughtBy));
  whole.set(nameOf(caughtBy), before);
  if (before !== "passed") return `"${test}" is ${before} though nothing was changed`;
  const end = await workshop.run(edits, caughtBy).catch(misfit);
  return end === "failed as it should" ? null : `"${test}" is ${end} all the same`;
}

function nameOf({ file, test }: Saboteur["caughtBy"]): string {
  return `${file} ${test}`;
}

function misfit(error: unknown): string {
  if (error instanceof RangeError) return `not run (${error.message})`;
  throw error;
}
