import { stat } from "node:fs/promises";
import { join } from "node:path";
import { openBenchBot } from "./bot.ts";
import { cpuMs, inParallel, startStub } from "./child.ts";
import { openDriver } from "./work.ts";

/** What somebody who waits costs on the disk. */
export interface Parked {
  readonly count: number;
  readonly diskBytes: number;
}

/** What a process costs that has nothing to do. */
export interface Resting {
  readonly rssBytes: number;
  readonly idleCores: number;
}

/** Parks so many runs in an empty data folder, for input or for an approval, and answers their size. */
export async function measureParked(folder: string, kind: "input" | "approval", count: number): Promise<Parked> {
  const stub = await startStub(100);
  const driver = await openDriver(folder, stub.url);
  await driver.bot.core.start();
  const empty = await sizeOf(folder);
  await inParallel(count, 64, async (index) => {
    if (kind === "input") await driver.untilQuestion(`p-${index}`);
    else await driver.untilApproval(`p-${index}`);
  });
  await driver.bot.close();
  stub.stop();
  return { count, diskBytes: ((await sizeOf(folder)) - empty) / count };
}

async function sizeOf(folder: string): Promise<number> {
  const sizes = ["usher.db", "usher.db-wal"].map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => null);
    return found?.size ?? 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Starts over a data folder, and answers what the process costs at rest. */
export async function measureResting(folder: string, seconds: number): Promise<Resting> {
  const stub = await startStub(100);
  const bot = await openBenchBot(folder, stub.url, () => {});
  await bot.core.start();
  globalThis.gc?.();
  const startedCpu = cpuMs();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const idleCores = cpuMs(startedCpu) / (seconds * 1000);
  globalThis.gc?.();
  const rssBytes = process.memoryUsage.rss();
  await bot.close();
  stub.stop();
  return { rssBytes, idleCores };
}

/** Starts over a data folder, and answers the ms until one parked customer, who writes, has an answer. */
export async function measureFirstAnswer(folder: string, kind: "input" | "approval"): Promise<number> {
  const stub = await startStub(100);
  const driver = await openDriver(folder, stub.url);
  await driver.bot.core.start();
  const [text, answer] = kind === "input" ? ["1001", /why would you like/] : ["Hello?", /colleague is looking/];
  const took = await driver.ask("p-0", text, answer);
  await driver.bot.close();
  stub.stop();
  return took;
}
