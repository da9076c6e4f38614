import { conversationIdSchema } from "../src/domain/ids.ts";
import { temporaryFolder, workspace, write } from "./bot.ts";
import { cpuMs, inParallel, startStub } from "./child.ts";
import { type Driver, openDriver } from "./work.ts";

/** What a run of work W costs. `writesPerRun`: conditional writes of the document, and of its records beside them. */
export interface Throughput {
  readonly runs: number;
  readonly runsPerSecond: number;
  readonly cpuMsPerRun: number;
  readonly writesPerRun: number;
  readonly rssBytes: number;
}

const inFlight = 64;
// An answer, a ticket, and the finished run: one write each, whatever happens. The document's own are counted.
const recordsPerRun = 3;

/**
 * Measures work W with 64 conversations in flight, every run in a conversation of its own. `earlierTurns`: what was said
 * in each before, unmeasured; `answerBytes`: how large the shop's answers are.
 */
export async function measureThroughput(runs: number, earlierTurns: number, answerBytes: number): Promise<Throughput> {
  const folder = await temporaryFolder();
  const stub = await startStub(answerBytes);
  const driver = await openDriver(folder.path, stub.url);
  await driver.bot.core.start();
  await inParallel(Math.max(300, Math.round(runs / 10)), inFlight, (index) => driver.run(`warm-${index}`));
  await inParallel(runs, inFlight, (index) => chat(driver, `run-${index}`, earlierTurns));
  const before = await versions(driver, runs);
  globalThis.gc?.();
  const started = performance.now();
  const startedCpu = cpuMs();
  await inParallel(runs, inFlight, (index) => driver.run(`run-${index}`));
  const seconds = (performance.now() - started) / 1000;
  const cpu = cpuMs(startedCpu);
  const rssBytes = process.memoryUsage.rss();
  await driver.bot.core.stop();
  const writesPerRun = ((await versions(driver, runs)) - before) / runs + recordsPerRun;
  await driver.bot.close();
  stub.stop();
  await folder.remove();
  return { runs, runsPerSecond: runs / seconds, cpuMsPerRun: cpu / runs, writesPerRun, rssBytes };
}

async function chat({ bot }: Driver, conversation: string, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1)
    await write(bot, conversation, "Good morning", `${conversation}-e${turn}`);
}

/** A document's version counts its saves. Of the first hundred conversations, as if all were like them. */
async function versions({ bot }: Driver, runs: number): Promise<number> {
  const looked = Math.min(runs, 100);
  let sum = 0;
  for (let index = 0; index < looked; index += 1) {
    const found = await bot.store.conversations.load(workspace, conversationIdSchema.parse(`run-${index}`));
    sum += found?.version ?? 0;
  }
  return (sum / looked) * runs;
}
