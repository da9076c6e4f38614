// `npm run bench -- [--json] [--quick]`: what work W costs, with its floors beside it. `--quick` measures a tenth, to see
// that the bench works; only the whole one draws docs/bench.svg.
import { writeFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { temporaryFolder } from "./bot.ts";
import { drawChart } from "./chart.ts";
import { measured } from "./child.ts";
import type { Floor } from "./floors.ts";
import { knownFigures } from "./known.ts";
import type { Latency } from "./latency.ts";
import type { Parked, Resting } from "./parked.ts";
import { startReady } from "./ready.ts";
import { type Figures, tableOf, type Variant } from "./table.ts";
import type { Throughput } from "./throughput.ts";

const values = asked();
const scale = values.quick ? 0.1 : 1;
const scaled = (count: number): number => Math.round(count * scale);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

function asked() {
  try {
    const options = { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

async function variant(name: string, runs: number, earlierTurns: number, answerBytes: number): Promise<Variant> {
  say(`work W, ${name}`);
  const found = await measured<Throughput>("throughput", scaled(runs), earlierTurns, answerBytes);
  const calls = await measured<Floor>("calls", scaled(answerBytes > 10_000 ? 4000 : 20_000), answerBytes);
  return { name, ...found, callsAlone: calls };
}

/** Conditions that are compared: each three times, in turns, since the machine's speed changes; the middle one counts. */
async function inTurns(
  conditions: readonly (readonly [string, number, number, number])[],
): Promise<readonly Variant[]> {
  const rounds: (readonly Variant[])[] = [];
  for (let round = 0; round < 3; round += 1) {
    const found: Variant[] = [];
    for (const condition of conditions) found.push(await variant(...condition));
    rounds.push(found);
  }
  return conditions.flatMap((_, index) => {
    const sorted = rounds.flatMap((round) => round[index] ?? []).toSorted((a, b) => a.cpuMsPerRun - b.cpuMsPerRun);
    return sorted[1] ?? [];
  });
}

async function parked(kind: "input" | "approval", count: number) {
  say(`parked for ${kind}`);
  const folder = await temporaryFolder();
  const empty = await temporaryFolder();
  const { diskBytes } = await measured<Parked>("parked", folder.path, kind, count);
  const seconds = values.quick ? 3 : 20;
  const idle = await measured<Resting>("resting", folder.path, seconds);
  const nothing = await measured<Resting>("resting", empty.path, seconds);
  const firstAnswerMs = await measured<number>("firstAnswer", folder.path, kind);
  // The very first start compiles everything; every later one finds it compiled.
  await startReady(empty.path);
  const readyMs = await startReady(folder.path);
  await folder.remove();
  await empty.remove();
  // Below zero where the two processes differ by more than those who are parked cost.
  const memoryBytes = (idle.rssBytes - nothing.rssBytes) / count;
  return { count, diskBytes, memoryBytes, idleCores: idle.idleCores, firstAnswerMs, readyMs };
}

async function measureAll(): Promise<Figures> {
  const first = await variant("fresh conversations, answers of 0.1 KB", 20_000, 0, 100);
  const variants = [
    first,
    // The fewer the runs, the more of them are carried out before the code is at its fastest: like with like.
    ...(await inTurns([
      ["the same, 4,000 runs instead of 20,000", 4000, 0, 100],
      ["200 earlier turns in each conversation, 4,000 runs", 4000, 200, 100],
    ])),
    await variant("answers of 50 KB", 4000, 0, 50_000),
    await variant("answers of 200 KB", 2000, 0, 200_000),
  ];
  say("one conversation at a time");
  const { p50Ms, p99Ms } = await measured<Latency>("latency", scaled(5000));
  const parkedInput = await parked("input", scaled(100_000));
  const parkedApproval = await parked("approval", scaled(10_000));
  say("floors");
  const floors = {
    sqliteSingle: await measured<Floor>("sqlite", scaled(5000), 1),
    sqliteGroupsOf64: await measured<Floor>("sqlite", scaled(200_000), 64),
    engineAlone: await measured<Floor>("engine", scaled(20_000)),
    callsAlone: first.callsAlone,
  };
  return {
    runsPerSecond: first.runsPerSecond,
    cpuMsPerRun: first.cpuMsPerRun,
    writesPerRun: first.writesPerRun,
    p50Ms,
    p99Ms,
    parkedInput,
    parkedApproval,
    idleCores: parkedInput.idleCores,
    readyMs: parkedInput.readyMs,
    firstAnswerMs: parkedInput.firstAnswerMs,
    rssBytes: first.rssBytes,
    floors,
    variants,
    machine: { cores: availableParallelism(), memoryBytes: totalmem(), node: process.version },
    date: new Date().toISOString().slice(0, 10),
  };
}

const figures = await measureAll();
if (!values.quick) {
  const ours = { name: "Usher", runsPerSecond: figures.runsPerSecond, cpuMsPerRun: figures.cpuMsPerRun, ours: true };
  const rows = [ours, ...knownFigures.map((known) => ({ ...known, ours: false }))];
  const caption = `Usher: ${figures.date}, ${figures.machine.cores} cores, npm run bench. The others: measured once on the same kind of machine. Logarithmic scales.`;
  await writeFile(fileURLToPath(new URL("../docs/bench.svg", import.meta.url)), drawChart(rows, caption));
}
process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : tableOf(figures));
