import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readProcedureFile } from "../src/app/files/procedure-file.ts";
import { limits } from "../src/domain/limits.ts";
import { compile } from "../src/engine/compile.ts";

const root = join(import.meta.dirname, "..");

/** Which row of docs/limits.md tells each limit; null where the page need not say it. */
const rows: { readonly [name in keyof typeof limits]: string | null } = {
  inboundBodyBytes: "body of a request to Usher",
  callTimeoutMs: "answer of a call",
  answerBytes: "answer of a call",
  jsonDepth: "answer of a call",
  jsonNodes: "answer of a call",
  keptAnswerBytes: "answer kept for the inspector",
  keptAnswerMs: "answer kept for the inspector",
  keptPathBytes: "what later steps use of an answer",
  variablesBytes: "variables of a run",
  renderedBytes: "a rendered text; a template",
  templateBytes: "a rendered text; a template",
  procedureSteps: "a procedure file; its steps; the headers of a call",
  procedureFileBytes: "a procedure file; its steps; the headers of a call",
  transitionsPerAdvance: "steps without a pause; steps in one run",
  stepsPerRun: "steps without a pause; steps in one run",
  headers: "a procedure file; its steps; the headers of a call",
  changesWaiting: "events that wait to be stored",
  inboxTurns: "messages that wait while something is under way",
  outboxEffects: "effects that wait to be performed",
  outboxKeptForHandOff: null,
  recentKeys: "remembered messages, against doubles",
  decisionsOfRun: "decisions that a run remembers; that a conversation remembers of its hand-offs; tags",
  decisionsOnHandOffs: "decisions that a run remembers; that a conversation remembers of its hand-offs; tags",
  tags: "decisions that a run remembers; that a conversation remembers of its hand-offs; tags",
  traceEntries: "a trace",
  traceTextLength: "a trace",
  turnLength: "a message",
  leaseMs: "lease",
  sendTimeoutMs: "sending a message; asking the model",
  modelTimeoutMs: "sending a message; asking the model",
  recordTimeoutMs: null,
  sweepMs: "looking for what is due",
  sweepBatch: null,
  attempts: "tries of a call or an action",
  attemptsWithinMs: "tries of a call or an action",
  backoffFirstMs: "wait between tries",
  backoffMostMs: "wait between tries",
  retryAfterMostMs: "wait between tries",
  approvalMs: "an approval",
  approvalReminderMs: "an approval",
  silenceMs: "silence of a customer",
  silenceReminderMs: "silence of a customer",
  peopleMs: "silence of people",
  choosingMs: 'a question "A or B?"',
  coolDownMs: "the same procedure again in one conversation",
  idleMs: "a conversation in which nothing happens",
  slackAnswerBytes: "an answer of Slack",
  installMs: "an installation in Slack that somebody has begun",
  installsBegun: "an installation in Slack that somebody has begun",
  stopMs: "stopping",
};

/** The number as the page writes it: "24 h", "1 MiB", "20,000". */
function inWords(name: string, value: number): string {
  if (name.endsWith("Bytes")) return value % 1024 ** 2 === 0 ? `${value / 1024 ** 2} MiB` : `${value / 1024} KiB`;
  if (!name.endsWith("Ms")) return value.toLocaleString("en-US");
  const units = [
    ["days", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ] as const;
  // The page says 24 h and 72 h, as the settings do.
  const [unit, size] = units.find(([word, ms]) => value % ms === 0 && (word !== "days" || value > 3 * ms)) ?? ["ms", 1];
  return `${value / size} ${unit}`;
}

describe("docs/limits.md", () => {
  test.each(Object.entries(rows).filter(([, row]) => row !== null))(
    "tells %s as the code has it",
    async (name, row) => {
      const page = await readFile(join(root, "docs/limits.md"), "utf8");
      const line = page.split("\n").find((one) => one.startsWith(`| ${row} |`));
      const value = limits[name as keyof typeof limits];
      expect(line, `docs/limits.md has no row “${row}”`).toBeDefined();
      expect(line).toContain(inWords(name, value));
    },
  );
});

describe("README.md", () => {
  test("shows a procedure that is accepted as it stands", async () => {
    const page = await readFile(join(root, "README.md"), "utf8");
    const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const file = readProcedureFile("readme.yaml", yaml, (procedure) => {
      const compilation = compile({ procedure, version: 1 });
      return compilation.kind === "ok" ? [] : compilation.problems;
    });
    expect(file).toMatchObject({ kind: "ok", procedure: { slug: "goodwill-credit" } });
  });
});
