import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { endsWithUs } from "../support/ends-with-us.ts";
import type { Counts, Scenario, ScenarioReport } from "./scenario.ts";

const root = join(import.meta.dirname, "../..");

// What of vitest's JSON report is read here.
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.enum(["passed", "failed", "skipped", "pending", "todo", "disabled"]),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
type Results = z.infer<typeof reportSchema>["testResults"];
type Result = Results[number]["assertionResults"][number];

/** One variant of one attack, as the tests found it. */
interface Variant {
  readonly attack: number;
  readonly name: string;
  readonly fate: "blocked" | "failed" | "skipped";
  readonly why: string;
}

// These show that what is good passes, so that the refusals mean something; they are no attacks.
const control = /^control: /;

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** The attacks on one process with the playground and Slack; those on Teams, a model and several processes come with these. */
const demanded: readonly number[] = [
  ...range(1, 9),
  ...range(16, 59),
  ...range(69, 71),
  ...range(74, 88),
  ...range(90, 94),
  ...range(97, 99),
  ...[101, 105, 106],
  ...range(107, 111),
  ...range(112, 116),
];

/** Every attack of the list, as variants: the tests of test/attacks, each counted under the number of its attack. */
export const attacksScenario: Scenario = {
  key: "attacks",
  keepsBusy: "processes",
  title: "Attacks and bad inputs",
  async run({ say }) {
    const results = await runTests();
    const variants = results.flatMap(({ assertionResults }) => assertionResults.flatMap(variantOf));
    for (const line of tableOf(variants)) say(line);
    return report(variants, brokenFiles(results));
  },
};

async function runTests(): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), "usher-attacks-"));
  try {
    const file = join(folder, "report.json");
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const options = ["run", "test/attacks", "--reporter=json", `--outputFile=${file}`];
    const child = endsWithUs(spawn(process.execPath, [vitest, ...options], { cwd: root, stdio: "ignore" }));
    await new Promise<void>((resolve, reject) => child.once("close", () => resolve()).once("error", reject));
    return reportSchema.parse(JSON.parse(await readFile(file, "utf8"))).testResults;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function variantOf({ ancestorTitles, title, status, failureMessages }: Result): readonly Variant[] {
  const [group = ""] = ancestorTitles;
  const attack = Number(/^attack (\d+) · /.exec(group)?.[1] ?? Number.NaN);
  if (Number.isNaN(attack) || control.test(title)) return [];
  const fate = status === "passed" ? "blocked" : status === "failed" ? "failed" : "skipped";
  const why = failureMessages?.[0]?.split("\n")[0] ?? "";
  return [{ attack, name: `${group}: ${title}`, fate, why }];
}

/** Files whose tests did not even begin. */
function brokenFiles(results: Results): readonly string[] {
  const broken = results.filter(({ assertionResults }) => assertionResults.length === 0);
  return broken.map(({ name, message }) => `${name}: ${message.split("\n")[0]}`);
}

function report(variants: readonly Variant[], broken: readonly string[]): ScenarioReport {
  const count = (fate: Variant["fate"]): number => variants.filter((variant) => variant.fate === fate).length;
  const failed = variants.filter(({ fate }) => fate === "failed").map(({ name, why }) => `${name} (${why})`);
  const tried = new Set(variants.filter(({ fate }) => fate === "blocked").map(({ attack }) => attack));
  const none = demanded.filter((attack) => !tried.has(attack)).map((attack) => `attack ${attack} was not tried`);
  return {
    counts: {
      attacks: new Set(variants.map(({ attack }) => attack)).size,
      variants: variants.length,
      blocked: count("blocked"),
      skipped: count("skipped"),
    },
    injected: { variants: variants.length - count("skipped") },
    lost: 0,
    unsafeRepeats: 0,
    doubleDecisions: 0,
    stranded: 0,
    violations: [...none, ...broken, ...failed],
  };
}

/** A line for each attack, in the order of the list. */
function tableOf(variants: readonly Variant[]): readonly string[] {
  const counts = new Map<number, Record<string, number>>();
  for (const { attack, fate } of variants) {
    const line = counts.get(attack) ?? {};
    line[fate] = (line[fate] ?? 0) + 1;
    counts.set(attack, line);
  }
  const words = (line: Counts): string =>
    Object.entries(line)
      .map(([fate, count]) => `${fate} ${count}`)
      .join(", ");
  return [...counts].sort(([a], [b]) => a - b).map(([attack, line]) => `attack ${attack}: ${words(line)}`);
}
