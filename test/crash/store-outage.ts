import { playAgain } from "./process-again.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { fillDisk } from "./store-outage-disk.ts";
import { type Outage, storeOutage } from "./store-outage-faults.ts";
import { faults } from "./store-outage-store.ts";

const defaultSeed = 9;
const noDisk = "no disk of its own is allowed here, so the real process was not tried on a full one";

/**
 * The scenario R9, embedded mode: a full disk under the real process, and each way in which SQLite can fail. `accepted`
 * counts what was acknowledged all the same, in the room that the log had left on the full disk; every one of those must
 * be there afterwards, or `lost` counts it. Where SQLite itself fails, nothing may be accepted at all.
 */
export const storeOutageScenario: Scenario = {
  key: "R9",
  keepsBusy: "processes",
  title: "store outage (SQLite)",
  seeded: true,
  async run({ short, seed = defaultSeed, say }): Promise<ScenarioReport> {
    const again = playAgain("R9", { short, seed });
    const outages = new Map<string, Outage>();
    for (const fault of faults) outages.set(fault, await storeOutage(fault));
    const disk = await fillDisk({ again, outages: short ? 2 : 3, outageMs: short ? 4000 : 30_000, seed, say });
    const untried = disk === null ? withoutDisk(again, say) : { counts: {}, violations: [] };
    const all = [...outages.values()];
    const sum = (figure: Exclude<keyof Outage, "problems">): number =>
      all.reduce((total, outage) => total + outage[figure], 0);
    const both = (figure: "lost" | "unsafeRepeats" | "doubleDecisions" | "stranded"): number =>
      sum(figure) + (disk?.[figure] ?? 0);
    const early = sum("accepted") === 0 ? [] : [`${sum("accepted")} events were accepted without a store (${again})`];
    return {
      counts: {
        ...disk?.counts,
        ...untried.counts,
        rejected: sum("rejected") + (disk?.counts["rejected"] ?? 0),
        accepted: sum("accepted") + (disk?.counts["accepted"] ?? 0),
        resumed: sum("completed"),
      },
      injected: { ...Object.fromEntries([...outages].map(([fault, { fired }]) => [fault, fired])), ...disk?.injected },
      lost: both("lost"),
      unsafeRepeats: both("unsafeRepeats"),
      doubleDecisions: both("doubleDecisions"),
      stranded: both("stranded"),
      violations: [
        ...early,
        ...[...outages].flatMap(([fault, { problems }]) => problems.map((what) => `${fault}: ${what} (${again})`)),
        ...untried.violations,
        ...(disk?.violations ?? []),
      ],
    };
  },
};

/** A row without its half says so, and where every service must be there, it fails. */
function withoutDisk(again: string, say: (line: string) => void): Pick<ScenarioReport, "counts" | "violations"> {
  const required = process.env["REQUIRE_SERVICES"] === "1";
  say(`R9: ${noDisk}.`);
  return {
    counts: { fullDiskNotTried: 1 },
    violations: required ? [`REQUIRE_SERVICES=1, but ${noDisk} (${again})`] : [],
  };
}
