// One measurement in a process of its own, for bench.ts: node bench/measure.ts NAME ARGUMENTS; prints one JSON value.
import { measureCalls, measureEngine, measureSqlite } from "./floors.ts";
import { measureLatency } from "./latency.ts";
import { measureFirstAnswer, measureParked, measureResting } from "./parked.ts";
import { measureThroughput } from "./throughput.ts";

const [name = "", ...args] = process.argv.slice(2);
const number = (index: number): number => Number(args[index]);
const text = (index: number): string => args[index] ?? "";
const waiting = (index: number): "input" | "approval" => (args[index] === "input" ? "input" : "approval");

const measurements: { readonly [name: string]: () => Promise<unknown> } = {
  throughput: () => measureThroughput(number(0), number(1), number(2)),
  latency: () => measureLatency(number(0)),
  parked: () => measureParked(text(0), waiting(1), number(2)),
  resting: () => measureResting(text(0), number(1)),
  firstAnswer: () => measureFirstAnswer(text(0), waiting(1)),
  sqlite: () => measureSqlite(number(0), number(1)),
  engine: () => measureEngine(number(0)),
  calls: () => measureCalls(number(0), number(1)),
};

const measure = measurements[name];
if (measure === undefined) throw new Error(`There is no measurement ${name}.`);
process.stdout.write(JSON.stringify(await measure()));
process.exit(0);
