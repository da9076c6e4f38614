import { limits } from "../../src/domain/limits.ts";
import { realClock } from "../support/real-clock.ts";
import { injectedOf, killAgainAndAgain, startOrThrow } from "./kill.ts";
import { playAgain } from "./process-again.ts";
import { startSlackLoad } from "./process-slack-load.ts";
import { metIn } from "./process-slack-weather.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { createRandom } from "./simulation-random.ts";

// R4-slack. As R4, of the real process in a company's Slack. The fake Slack and the shop are the harness's own, so what
// they have seen outlives every kill.

const defaultSeed = 44;
// The last kills find the ends of stories, and no new ones.
const withNewStories = 0.8;
// A post that was cut short by one kill after another is tried again later and later, and at most so much later.
const finishMs = limits.backoffMostMs + 60_000;

/** How often, and from which seed. The seed fixes the moments and the manners; the machine does the rest. */
export interface SlackKillOptions {
  readonly kills: number;
  /** How to see it again. */
  readonly again: string;
  readonly seed: number;
  readonly customers: number;
  readonly say: (line: string) => void;
}

/** Kills the real process again and again while customers and agents work with it in Slack, and reads the journals. */
export async function killInSlack(options: SlackKillOptions): Promise<ScenarioReport> {
  const { again, customers, kills, say, seed } = options;
  const load = await startSlackLoad({ seed, customers, channels: Math.ceil(customers / 2), again });
  try {
    await startOrThrow(load);
    await load.open();
    await load.supervisor.kill("SIGKILL");
    const random = createRandom(seed);
    const busy = await killAgainAndAgain(load, random, Math.ceil((kills - 1) * withNewStories), say);
    load.close();
    const ending = await killAgainAndAgain(load, random, kills - 1 - busy.kills, say);
    await startOrThrow(load);
    const calmAt = realClock.monotonic();
    const findings = await load.finish(finishMs);
    const restMs = Math.round(realClock.monotonic() - calmAt);
    const counts = { ...load.counts(), kills, whileStarting: busy.whileStarting + ending.whileStarting, restMs };
    return { ...findings, counts, injected: { ...injectedOf(load, kills), ...metIn(load.slack) } };
  } finally {
    await load.end();
  }
}

/** The scenario R4-slack. */
export const slackKillScenario: Scenario = {
  key: "R4-slack",
  keepsBusy: "processes",
  title: "kill -9 of the real process in a company's Slack",
  seeded: true,
  run: ({ short, seed = defaultSeed, say }) =>
    killInSlack({
      ...{ kills: short ? 20 : 200, seed, customers: 16, again: playAgain("R4-slack", { short, seed }) },
      say: (line) => say(`R4-slack: ${line}`),
    }),
};
