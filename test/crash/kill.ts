import { playAgain } from "./process-again.ts";
import { type Load, type LoadOptions, startLoad } from "./process-load.ts";
import { pause } from "./process-supervisor.ts";
import type { Counts, Scenario, ScenarioReport } from "./scenario.ts";
import { createRandom, type Random } from "./simulation-random.ts";

// R4. kill -9 ends the process, not the machine: what it had handed to the kernel is kept. So the loss of power cannot be
// tested this way. For that, Usher rests on SQLite's synchronous=FULL (an fsync before each answer), which
// adapters/sqlite/database.ts asserts at every start, and on a disk that keeps what it has acknowledged.

const defaultSeed = 4;
const startShare = 0.15;
const shortestLifeMs = 20;
const longestLifeMs = 1300;
const finishMs = 60_000;

/**
 * How often, and from which seed. The seed fixes the moments and the backend's manners; the machine does the rest.
 * `again`: how to see it again.
 */
export interface KillOptions {
  readonly kills: number;
  readonly again: string;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Kills the real process again and again while customers and agents work with it, and reads the journals. */
export async function killUnderLoad(options: KillOptions): Promise<ScenarioReport> {
  const { again, kills, say, seed } = options;
  const settings: LoadOptions = { seed, customers: 10, slowMs: 300, hangs: 0, again };
  const load = await startLoad(settings);
  try {
    const killed = await killAgainAndAgain(load, createRandom(seed), kills, say);
    load.backend.calm();
    await startOrThrow(load);
    const findings = await load.finish(finishMs);
    return { ...findings, counts: { ...load.counts(), ...killed }, injected: injectedOf(load, killed.kills) };
  } finally {
    await load.close();
  }
}

/** The scenario R4. */
export const killScenario: Scenario = {
  key: "R4",
  keepsBusy: "processes",
  title: "kill -9 of the real process under load",
  seeded: true,
  run: ({ short, seed = defaultSeed, say }) =>
    killUnderLoad({
      kills: short ? 50 : 500,
      seed,
      again: playAgain("R4", { short, seed }),
      say: (line) => say(`R4: ${line}`),
    }),
};

/** The faults that really fired: what the backend did, and the signals. */
export function injectedOf({ backend }: Pick<Load, "backend">, signals: number): Counts {
  return { ...Object.fromEntries(backend.injected), signals };
}

/** Starts the process; throws what it said when it did not get ready, for then there is nothing to try. */
export async function startOrThrow({ supervisor }: Pick<Load, "supervisor">): Promise<void> {
  if (await supervisor.start()) return;
  throw new Error(`Usher did not start: ${supervisor.tail().slice(-5).join(" ")}`);
}

/** Starts it and kills it, so many times; now and then before it is ready. */
export async function killAgainAndAgain(
  load: Pick<Load, "supervisor"> & { readonly stories: readonly unknown[] },
  random: Random,
  kills: number,
  say: (line: string) => void,
): Promise<{ readonly kills: number; readonly whileStarting: number }> {
  const { supervisor } = load;
  let whileStarting = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const lifeMs = shortestLifeMs + random.below(longestLifeMs - shortestLifeMs);
    if (random.chance(startShare)) {
      const starting = supervisor.start();
      await pause(lifeMs / 2);
      await supervisor.kill("SIGKILL");
      if (!(await starting)) whileStarting += 1;
    } else {
      await startOrThrow(load);
      await pause(lifeMs);
      await supervisor.kill("SIGKILL");
    }
    if (kill % 50 === 0) say(`${kill} kills, ${load.stories.length} stories`);
  }
  return { kills, whileStarting };
}
