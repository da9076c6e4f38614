import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { endsWithUs } from "../support/ends-with-us.ts";
import { replayScenario } from "./crash-scenarios.ts";
import type { Counts, Scenario, ScenarioReport } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

// `npm run torture -- [--json] [--short] [--only R1,R4]`: runs the trust harness, prints its figures, and ends with
// code 1 when a guarantee did not hold. `--help` says the rest.

const usage = `npm run torture -- [--short] [--json] [--only KEY,KEY] [--seed N] [--replay "CASE"]

  --short          the form that every change runs
  --json           one JSON object on standard output, with a key for each scenario
  --only R3,R11    these scenarios alone: ${scenarios.map(({ key }) => key).join(", ")}
  --seed 1234      one seed alone, with --only ${seeded().join(" or ")}
  --replay "CASE"  one run of R1 or R2, by the name that the line of a violation gives it
`;

// What a scenario has started ends with us.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code));

type Reports = { readonly [key: string]: ScenarioReport & { readonly seconds: number } };

const values = asked();
const seed = values.seed === undefined ? {} : { seed: seedIn(values.seed) };
const wanted = values.replay === undefined ? chosen(values.only) : [replayed(values.replay)];
const reports = await playAll();
const broken = Object.values(reports).some((report) => !holds(report));
process.stdout.write(values.json ? `${JSON.stringify(reports, null, 2)}\n` : tableOf(reports));
process.exit(broken ? 1 : 0);

function asked() {
  try {
    const options = {
      json: { type: "boolean", default: false },
      short: { type: "boolean", default: false },
      only: { type: "string" },
      replay: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean", default: false },
    } as const;
    return checked(parseArgs({ options }).values);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Refuses what would be ignored in silence. */
function checked<Asked extends { help: boolean; replay?: string; only?: string; seed?: string }>(asked: Asked): Asked {
  if (asked.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const { replay, only, seed: wantedSeed } = asked;
  if (replay !== undefined && (only !== undefined || wantedSeed !== undefined)) {
    return refuse("--replay plays one run alone: leave --only and --seed out.");
  }
  if (wantedSeed !== undefined && !seeded().includes(only ?? "")) {
    return refuse(`--seed needs --only with one of ${seeded().join(", ")}: the others have no seeds.`);
  }
  return asked;
}

function seeded(): readonly string[] {
  return scenarios.filter(({ seeded: hasSeeds }) => hasSeeds).map(({ key }) => key);
}

function seedIn(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse(`--seed takes a whole number, and not ${text}.`);
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}

/** What one thread can play is played in a process of its own, beside those that start processes; measurements come last. */
async function playAll(): Promise<Reports> {
  const kept = (kind: Scenario["keepsBusy"]) => wanted.filter(({ keepsBusy }) => keepsBusy === kind);
  const [threads, processes] = [kept("one thread"), kept("processes")];
  const apart = threads.length > 0 && processes.length > 0;
  const [beside, here] = await Promise.all([apart ? playApart(threads) : playHere(threads), playHere(processes)]);
  const all: Reports = { ...beside, ...here, ...(await playHere(kept("the machine"))) };
  return Object.fromEntries(wanted.flatMap(({ key }) => (all[key] === undefined ? [] : [[key, all[key]]])));
}

async function playHere(some: readonly Scenario[]): Promise<Reports> {
  const played: Record<string, Reports[string]> = {};
  for (const scenario of some) {
    const started = performance.now();
    const report = await play(scenario);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    played[scenario.key] = { ...report, seconds };
    process.stderr.write(`${lineOf(scenario, report, seconds)}\n`);
  }
  return played;
}

/** Throws Error if that process ends without its figures. */
async function playApart(some: readonly Scenario[]): Promise<Reports> {
  const words = [import.meta.filename, "--json", "--only", some.map(({ key }) => key).join(",")];
  const child = endsWithUs(
    spawn(process.execPath, values.short ? [...words, "--short"] : words, { stdio: ["ignore", "pipe", "inherit"] }),
  );
  return JSON.parse(await text(child.stdout));
}

/** A scenario that breaks itself must not hide what the others found. */
async function play(scenario: Scenario): Promise<ScenarioReport> {
  try {
    return await scenario.run({
      ...seed,
      short: values.short,
      say: (line) => process.stderr.write(`  ${line}\n`),
    });
  } catch (error) {
    const violations = [`it ended with an error: ${error instanceof Error ? error.stack : String(error)}`];
    return { counts: {}, injected: {}, lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0, violations };
  }
}

function replayed(key: string): Scenario {
  try {
    return replayScenario(key);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(error.message);
  }
}

function chosen(only: string | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios;
  const keys = only.split(",");
  const unknown = keys.filter((key) => !scenarios.some((scenario) => scenario.key === key));
  if (unknown.length === 0) return scenarios.filter(({ key }) => keys.includes(key));
  return refuse(`No scenario ${unknown.join(", ")}. There are ${scenarios.map(({ key }) => key).join(", ")}.`);
}

function holds({ lost, unsafeRepeats, doubleDecisions, stranded, violations }: ScenarioReport): boolean {
  return lost + unsafeRepeats + doubleDecisions + stranded + violations.length === 0;
}

function lineOf({ key, title }: Scenario, report: ScenarioReport, seconds: number): string {
  const lines = [`${holds(report) ? "ok  " : "FAIL"} ${key} ${title}: ${listOf(report.counts)} (${seconds} s)`];
  return [...lines, ...report.violations.slice(0, 20).map((violation) => `     ${violation}`)].join("\n");
}

function listOf(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function tableOf(all: Reports): string {
  const rows = Object.entries(all).map(([key, { counts, injected, ...rest }]) => {
    const faults = Object.values(injected).reduce((sum, count) => sum + count, 0);
    const { lost, unsafeRepeats, doubleDecisions, stranded, seconds } = rest;
    return `| ${key} | ${listOf(counts)} | ${faults} | ${lost} | ${unsafeRepeats} | ${doubleDecisions} | ${stranded} | ${seconds} |`;
  });
  const head = "| | tried | faults | lost | unsafe repeats | double decisions | stranded | s |";
  return `${[head, "| --- | --- | --- | --- | --- | --- | --- | --- |", ...rows].join("\n")}\n`;
}
