import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { endsWithUs } from "../support/ends-with-us.ts";
import type { Edit, Saboteur } from "./saboteurs.ts";

const top = fileURLToPath(new URL("../..", import.meta.url));
const copied = ["src", "adapters", "jobs", "examples", "test", "package.json", "tsconfig.json"];
// Without the page, which none of these tests needs.
// An assertion's message is to hold what was found, and not only how many there were.
const settings = 'include: ["test/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 60_000';
const config = `export default { test: { ${settings}, chaiConfig: { truncateThreshold: 100_000 } } };\n`;

/** What became of one test: it passed, it failed by the assertion that is there for this, or something else stopped it. */
export type TestEnd = "passed" | "failed as it should" | "failed by another assertion" | "broken";

/** A copy of the project in which it may be broken. */
export interface Workshop {
  /** Runs this one test here, with these edits made for that long. Throws RangeError when one does not fit. */
  run(edits: readonly Edit[], test: Saboteur["caughtBy"]): Promise<TestEnd>;
  close(): Promise<void>;
}

/** Copies the project into a folder of its own. */
export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), "usher-saboteur-"));
  await Promise.all(copied.map((name) => cp(join(top, name), join(folder, name), { recursive: true })));
  await symlink(join(top, "node_modules"), join(folder, "node_modules"), "junction");
  await writeFile(join(folder, "vitest.config.ts"), config);
  return {
    run: (edits, test) => withEdits(folder, edits, () => runTest(folder, test)),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Answers a text with the edit made in it. Throws RangeError unless it fits in exactly one place. Pure. */
export function edited(text: string, { file, find, replace }: Edit): string {
  const parts = text.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new RangeError(`The edit of ${file} fits in ${parts.length - 1} places and must fit in one: ${find}`);
}

async function withEdits(folder: string, edits: readonly Edit[], work: () => Promise<TestEnd>): Promise<TestEnd> {
  const originals = new Map<string, string>();
  try {
    for (const edit of edits) {
      const path = join(folder, edit.file);
      const text = await readFile(path, "utf8");
      if (!originals.has(path)) originals.set(path, text);
      await writeFile(path, edited(text, edit));
    }
    return await work();
  } finally {
    for (const [path, text] of originals) await writeFile(path, text);
  }
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

async function runTest(folder: string, { file, test, says }: Saboteur["caughtBy"]): Promise<TestEnd> {
  const output = join(folder, "report.json");
  await rm(output, { force: true });
  const name = test.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  await runNode(folder, ["run", file, "-t", name, "--reporter=json", `--outputFile=${output}`]);
  const text = await readFile(output, "utf8").catch(() => '{"testResults":[]}');
  const { testResults } = reportSchema.parse(JSON.parse(text));
  const found = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => fullName.includes(test) && status !== "skipped");
  const [one] = found;
  if (one === undefined || found.length !== 1) return "broken";
  if (one.status === "passed") return "passed";
  if (!one.failureMessages.every((message) => message.startsWith("AssertionError"))) return "broken";
  return one.failureMessages.some((message) => says.test(message))
    ? "failed as it should"
    : "failed by another assertion";
}

function runNode(folder: string, words: readonly string[]): Promise<void> {
  const vitest = join(folder, "node_modules/vitest/vitest.mjs");
  const child = endsWithUs(spawn(process.execPath, [vitest, ...words], { cwd: folder, stdio: "ignore" }));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
}
