import { temporaryFolder } from "./bot.ts";
import { startStub } from "./child.ts";
import { openDriver } from "./work.ts";

/** From an event to the next message, in ms. */
export interface Latency {
  readonly samples: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Measures how soon the next question follows an answer when nothing else is going on: one conversation at a time. */
export async function measureLatency(samples: number): Promise<Latency> {
  const folder = await temporaryFolder();
  const stub = await startStub(100);
  const driver = await openDriver(folder.path, stub.url);
  await driver.bot.core.start();
  const times: number[] = [];
  for (let index = 0; index < samples + 200; index += 1) {
    await driver.ask(`c-${index}`, "I want a refund", /order number/);
    const took = await driver.ask(`c-${index}`, "1001", /why would you like/);
    if (index >= 200) times.push(took);
  }
  await driver.bot.close();
  stub.stop();
  await folder.remove();
  times.sort((a, b) => a - b);
  const at = (part: number): number => times[Math.floor(times.length * part)] ?? Number.NaN;
  return { samples, p50Ms: at(0.5), p99Ms: at(0.99) };
}
