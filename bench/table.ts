import type { Floor } from "./floors.ts";
import type { Throughput } from "./throughput.ts";

/** Work W under one condition, with what its calls alone cost. */
export interface Variant extends Throughput {
  readonly name: string;
  readonly callsAlone: Floor;
}

interface ParkedFigures {
  readonly count: number;
  readonly diskBytes: number;
  readonly memoryBytes: number;
}

/** Everything that the bench measures; what `--json` prints. */
export interface Figures {
  readonly runsPerSecond: number;
  readonly cpuMsPerRun: number;
  readonly writesPerRun: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly parkedInput: ParkedFigures;
  readonly parkedApproval: ParkedFigures;
  readonly idleCores: number;
  /** From the start of the process to its word that it is ready, with the runs parked for input. */
  readonly readyMs: number;
  /** From the first message after a restart to its answer, with the same. */
  readonly firstAnswerMs: number;
  readonly rssBytes: number;
  readonly floors: { readonly [name: string]: Floor };
  readonly variants: readonly Variant[];
  readonly machine: { readonly cores: number; readonly memoryBytes: number; readonly node: string };
  readonly date: string;
}

/** The figures as tables of Markdown. Pure. */
export function tableOf(figures: Figures): string {
  const { parkedInput, parkedApproval, machine } = figures;
  const rows: readonly (readonly [string, string])[] = [
    ["runs per second", round(figures.runsPerSecond)],
    ["CPU per run", `${figures.cpuMsPerRun.toFixed(2)} ms`],
    ["writes per run", figures.writesPerRun.toFixed(1)],
    ["from an event to the next message, p50 and p99", `${ms(figures.p50Ms)}, ${ms(figures.p99Ms)}`],
    [`parked for input (${round(parkedInput.count)})`, parkedOf(parkedInput)],
    [`parked for approval (${round(parkedApproval.count)})`, parkedOf(parkedApproval)],
    ["CPU at rest with those parked for input", `${figures.idleCores.toFixed(4)} cores`],
    ["start to ready with them", `${round(figures.readyMs)} ms`],
    ["first answer after a restart with them", ms(figures.firstAnswerMs)],
    ["memory of the process under load", `${round(figures.rssBytes / 2 ** 20)} MB`],
  ];
  const variants = figures.variants.map(
    (one) =>
      `| ${one.name} | ${round(one.runsPerSecond)} | ${one.cpuMsPerRun.toFixed(2)} | ${one.writesPerRun.toFixed(1)} | ${one.callsAlone.cpuMs.toFixed(3)} |`,
  );
  const floors = Object.entries(figures.floors).map(
    ([name, floor]) => `| ${floorNames[name] ?? name} | ${round(floor.perSecond)} | ${floor.cpuMs.toFixed(3)} |`,
  );
  return [
    `${figures.date}, ${machine.cores} cores, ${round(machine.memoryBytes / 2 ** 30)} GiB, Node ${machine.node}, \`npm run bench\``,
    "",
    "| work W | |",
    "| --- | --- |",
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    "",
    "| with | runs/s | CPU ms per run | writes per run | CPU ms of its call alone |",
    "| --- | --- | --- | --- | --- |",
    ...variants,
    "",
    "| floor | per second | CPU ms each |",
    "| --- | --- | --- |",
    ...floors,
    "",
  ].join("\n");
}

const floorNames: { readonly [name: string]: string } = {
  sqliteSingle: "a conditional write of a document of 3.2 KB, `node:sqlite` alone, one a transaction",
  sqliteGroupsOf64: "the same, 64 a transaction",
  engineAlone: "work W through the engine alone, without a store",
  callsAlone: "the call of work W alone, with parsing",
};

function parkedOf({ diskBytes, memoryBytes }: ParkedFigures): string {
  return `${round(diskBytes)} bytes on disk, ${round(Math.max(0, memoryBytes))} in memory, each`;
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
