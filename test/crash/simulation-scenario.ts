import type { Scenario, ScenarioOptions, ScenarioReport } from "./scenario.ts";
import { type Played, type PlayOptions, play, shrink } from "./simulation.ts";
import type { Finding } from "./simulation-oracles.ts";
import { readExamples } from "./simulation-procedures.ts";

const commandCount = 200;
const seedsShort = 500;
const seedsWhole = 5000;
// Enough to see what broke: it takes a while.
const cutDownAtMost = 3;

/** R3: seeded simulations of everything that people, platforms, backends, disks and clocks do to one process. */
export const simulationScenario: Scenario = {
  key: "R3",
  keepsBusy: "one thread",
  title: `seeded simulation, ${commandCount} commands a seed`,
  seeded: true,
  run: async ({ short, seed, say }) => {
    const options = { examples: await readExamples(), commandCount };
    const seeds =
      seed === undefined ? Array.from({ length: short ? seedsShort : seedsWhole }, (_, index) => index + 1) : [seed];
    return playAll(seeds, options, say);
  },
};

/** Plays each seed and adds up what it did; the first `cutDown` that fail are cut down, and their commands said. */
export async function playAll(
  seeds: readonly number[],
  options: PlayOptions,
  say: ScenarioOptions["say"],
  cutDown = cutDownAtMost,
): Promise<ScenarioReport> {
  const counts: Record<string, number> = { seeds: 0 };
  const injected: Record<string, number> = {};
  const failed: Played[] = [];
  for (const seed of seeds) {
    const played = await play(seed, options);
    addUp(counts, { seeds: 1, ...played.counts });
    addUp(injected, played.fired);
    if (played.findings.length > 0) failed.push(played);
    if (seeds.length >= 1000 && counts["seeds"] !== undefined && counts["seeds"] % 500 === 0)
      say(`${counts["seeds"]} seeds, ${failed.length} failed`);
  }
  for (const played of failed.slice(0, cutDown)) {
    const commands = await shrink(played, options);
    say(`seed ${played.seed} fails with these ${commands.length} commands alone:`);
    for (const command of commands) say(`  ${JSON.stringify(command)}`);
  }
  const findings = failed.flatMap((played) => played.findings);
  const figure = (name: Finding["figure"]): number => findings.filter((one) => one.figure === name).length;
  return {
    counts,
    injected,
    lost: figure("lost"),
    unsafeRepeats: figure("unsafeRepeats"),
    doubleDecisions: figure("doubleDecisions"),
    stranded: figure("stranded"),
    violations: [...failed.map(lineOf), ...withoutProgress(counts)],
  };
}

function lineOf({ seed, findings }: Played): string {
  const [first] = findings;
  return `npm run torture -- --only R3 --seed ${seed}   # found ${findings.length}: ${first?.what}`;
}

// A world in which nothing ever succeeds breaks no promise either.
function withoutProgress(counts: Readonly<Record<string, number>>): readonly string[] {
  const idle = ["completed", "decisions", "verdicts", "requests", "posts"].filter((name) => (counts[name] ?? 0) === 0);
  return counts["seeds"] === 1 ? [] : idle.map((name) => `no progress: ${name} is 0`);
}

function addUp(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count;
}
