import type { Scenario, ScenarioReport } from "./scenario.ts";
import { fillDisk } from "./store-outage-disk.ts";
import { faults, type Outage, storeOutage } from "./store-outage-faults.ts";

const defaultSeed = 9;

/** The scenario R9, embedded mode: a full disk under the real process, and each way in which SQLite can fail. */
export const storeOutageScenario: Scenario = {
  key: "R9",
  title: "store outage (SQLite)",
  async run({ short, seed = defaultSeed, say }): Promise<ScenarioReport> {
    const outages = new Map<string, Outage>();
    for (const fault of faults) outages.set(fault, await storeOutage(fault));
    const disk = await fillDisk({ outages: short ? 2 : 3, outageMs: short ? 4000 : 30_000, seed, say });
    if (disk === null) say("R9: no disk of its own is allowed here, so the real process was not tried on a full one.");
    const sum = (figure: "lost" | "unsafeRepeats" | "doubleDecisions" | "stranded"): number =>
      [...outages.values()].reduce((total, outage) => total + outage[figure], disk?.[figure] ?? 0);
    const all = [...outages.values()];
    const accepted = all.reduce((total, outage) => total + outage.accepted, 0);
    const early = accepted === 0 ? [] : [`${accepted} events were accepted without a store (R9)`];
    const problems = [...outages].flatMap(([fault, outage]) => outage.problems.map((what) => `${fault}: ${what} (R9)`));
    return {
      counts: {
        rejected: all.reduce((total, outage) => total + outage.rejected, 0),
        resumed: all.reduce((total, outage) => total + outage.completed, 0),
        ...disk?.counts,
        accepted: accepted + (disk?.counts["accepted"] ?? 0),
      },
      injected: { ...Object.fromEntries(faults.map((fault) => [fault, 1])), ...disk?.injected },
      lost: sum("lost"),
      unsafeRepeats: sum("unsafeRepeats"),
      doubleDecisions: sum("doubleDecisions"),
      stranded: sum("stranded"),
      violations: [...early, ...problems, ...(disk?.violations ?? [])],
    };
  },
};
