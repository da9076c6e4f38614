// node bench/triggers.ts PATH_TO_DATA: how well the local model picks a procedure, on Banking77 and CLINC150.
// The trigger of each intent is its label in words, and (second table) 3 of its training utterances. Every number is the
// mean of five draws of those utterances (and of the 12 intents out of CLINC's banking and cards): one draw alone is off
// by some hundredths.
// Measured on a test split where the folder has one, else on CLINC's validation set and on Banking77's other utterances.
// Beside it stands plain BM25 (Porter stems, 30 stop words, all of a trigger as one document) on the same split.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createLocalModel } from "../adapters/local/model.ts";
import { stem } from "../adapters/local/words.ts";
import type { RouteCandidate } from "../src/ports/model.ts";

type Row = readonly [text: string, label: string];
type Ranked = readonly { readonly slug: string; readonly score: number }[];
type Rank = (text: string) => Promise<{ readonly kind: string; readonly scores: Ranked }>;

interface Task {
  readonly name: string;
  readonly candidates: readonly RouteCandidate[];
  readonly inScope: readonly Row[];
  readonly outOfScope: readonly string[];
}

const seeds = [42, 43, 44, 45, 46];

// mulberry32: the same draw on every machine.
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function readCsv(path: string): readonly Row[] {
  const rows = readFileSync(path, "utf8").matchAll(/^(?:"((?:[^"]|"")*)"|([^,\n]*)),([a-zA-Z_?]+)\r?$/gm);
  return [...rows]
    .map(([, quoted, plain, label]): Row => [(quoted ?? plain ?? "").replaceAll('""', '"'), label ?? ""])
    .filter(([, label]) => label !== "category");
}

function draw(rows: readonly Row[], count: number, seed: number) {
  const random = createRandom(seed);
  const labels = [...new Set(rows.map(([, label]) => label))].toSorted();
  const rest: Row[] = [];
  const candidates = labels.map((slug): RouteCandidate => {
    const mine = shuffled(
      rows.filter(([, label]) => label === slug),
      random,
    );
    rest.push(...mine.slice(3));
    const words = slug.replaceAll("_", " ");
    const examples = mine.slice(0, count).map(([text]) => text);
    return { slug, name: words, trigger: { when: words, examples, not: [] } };
  });
  return { candidates, rest, random };
}

const pairs = z.array(z.tuple([z.string(), z.string()]));
const clincSchema = z.record(z.string(), pairs);
const domainsSchema = z.record(z.string(), z.array(z.string()));

function readTasks(folder: string, count: number, seed: number): readonly Task[] {
  const banking = draw(readCsv(join(folder, "banking77", "train.csv")), count, seed);
  const bankingTest = join(folder, "banking77", "test.csv");
  const rows = clincSchema.parse(JSON.parse(readFileSync(join(folder, "clinc150", "train-val.json"), "utf8")));
  const domains = domainsSchema.parse(JSON.parse(readFileSync(join(folder, "clinc150", "domains.json"), "utf8")));
  const clinc = draw(rows["train"] ?? [], count, seed);
  const inScope = rows["test"] ?? rows["val"] ?? [];
  const outOfScope = (rows["oos_test"] ?? rows["oos_val"] ?? []).map(([text]) => text);
  const few = new Set(
    shuffled([...(domains["banking"] ?? []), ...(domains["credit_cards"] ?? [])], clinc.random).slice(0, 12),
  );
  const others = inScope.filter(([, label]) => !few.has(label));
  return [
    {
      name: `Banking77, ${banking.candidates.length}`,
      candidates: banking.candidates,
      inScope: existsSync(bankingTest) ? readCsv(bankingTest) : banking.rest,
      outOfScope: [],
    },
    { name: `CLINC150, ${clinc.candidates.length}`, candidates: clinc.candidates, inScope, outOfScope },
    {
      name: "CLINC150, 12",
      candidates: clinc.candidates.filter(({ slug }) => few.has(slug)),
      inScope: inScope.filter(([, label]) => few.has(label)),
      outOfScope: shuffled(others, clinc.random)
        .slice(0, 600)
        .map(([text]) => text),
    },
  ];
}

function createLocalRank(candidates: readonly RouteCandidate[]): Rank {
  const model = createLocalModel();
  const { signal } = new AbortController();
  return (text) => model.route({ text, mentioned: false, candidates }, signal);
}

const stopWords = new Set(
  "a an the of to is are was be i me my you your it this that in on for and or do does can would will with at".split(
    " ",
  ),
);

function createPlainRank(candidates: readonly RouteCandidate[]): Rank {
  const split = (text: string) =>
    (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).filter((word) => !stopWords.has(word)).map(stem);
  const documents = candidates.map(({ slug, trigger }) => {
    const words = split([trigger.when, ...trigger.examples].join(" "));
    return { slug, length: words.length, counts: Map.groupBy(words, (word) => word) };
  });
  const holding = new Map<string, number>();
  for (const { counts } of documents) for (const word of counts.keys()) holding.set(word, (holding.get(word) ?? 0) + 1);
  const mean = documents.reduce((sum, { length }) => sum + length, 0) / documents.length;
  return (text) => {
    const asked = [...new Set(split(text))];
    const scores = documents.map(({ slug, length, counts }) => {
      const score = asked.reduce((sum, word) => {
        const count = counts.get(word)?.length ?? 0;
        const rarity = Math.log(
          1 + (documents.length - (holding.get(word) ?? 0) + 0.5) / ((holding.get(word) ?? 0) + 0.5),
        );
        return sum + (rarity * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * length) / mean));
      }, 0);
      return { slug, score };
    });
    return Promise.resolve({ kind: "-", scores: scores.toSorted((a, b) => b.score - a.score).slice(0, 3) });
  };
}

// The chance that a message in scope scores higher than one out of scope; a tie counts half.
function auroc(inside: readonly number[], outside: readonly number[]): number {
  let won = 0;
  for (const one of inside) for (const other of outside) won += one > other ? 1 : one === other ? 0.5 : 0;
  return won / (inside.length * outside.length);
}

const columns = ["top-1", "top-3", "AUROC", "run", "wrong", "ask", "wrong", "o.run", "o.ask", "per second"];

// One number for each column; those that do not apply are NaN.
async function measure(task: Task, rank: Rank): Promise<readonly number[]> {
  const counts = { top1: 0, top3: 0, ran: 0, ranWrong: 0, asked: 0, askedWrong: 0, outRan: 0, outAsked: 0 };
  const inside: number[] = [];
  const outside: number[] = [];
  const began = performance.now();
  for (const [text, label] of task.inScope) {
    const { kind, scores } = await rank(text);
    const at = scores.findIndex(({ slug, score }) => slug === label && score > 0);
    if (at === 0) counts.top1 += 1;
    if (at >= 0) counts.top3 += 1;
    if (kind === "run") counts[at === 0 ? "ran" : "ranWrong"] += 1;
    if (kind === "ask") counts[at >= 0 ? "asked" : "askedWrong"] += 1;
    inside.push(scores[0]?.score ?? 0);
  }
  const perSecond = (inside.length / (performance.now() - began)) * 1000;
  for (const text of task.outOfScope) {
    const { kind, scores } = await rank(text);
    if (kind === "run") counts.outRan += 1;
    if (kind === "ask") counts.outAsked += 1;
    outside.push(scores[0]?.score ?? 0);
  }
  const inScope = [counts.top1, counts.top3].map((count) => count / inside.length);
  const decided = [counts.ran, counts.ranWrong, counts.asked, counts.askedWrong].map((count) => count / inside.length);
  const falsely = [counts.outRan, counts.outAsked].map((count) => count / outside.length);
  return [...inScope, auroc(inside, outside), ...decided, ...falsely, perSecond];
}

function line(name: string, draws: readonly (readonly number[])[], shown: number): string {
  const cells = columns.map((column, at) => {
    const mean = draws.reduce((sum, numbers) => sum + (numbers[at] ?? Number.NaN), 0) / draws.length;
    const known = at < shown && !Number.isNaN(mean);
    return (known ? mean.toFixed(column === "per second" ? 0 : 3) : "-").padStart(Math.max(5, column.length));
  });
  return `${name.padEnd(20)}${cells.join("  ")}\n`;
}

async function report(folder: string, count: number): Promise<void> {
  const heads = columns.map((column) => column.padStart(5)).join("  ");
  process.stdout.write(`\n${(count === 0 ? "label only" : `label + ${count} examples`).padEnd(20)}${heads}\n`);
  const draws = seeds.map((seed) => readTasks(folder, count, seed));
  for (const [at, { name }] of (draws[0] ?? []).entries()) {
    const tasks = draws.flatMap((tasksOfDraw) => tasksOfDraw[at] ?? []);
    const local: (readonly number[])[] = [];
    const plain: (readonly number[])[] = [];
    for (const task of tasks) {
      local.push(await measure(task, createLocalRank(task.candidates)));
      plain.push(await measure(task, createPlainRank(task.candidates)));
    }
    process.stdout.write(line(name, local, columns.length) + line("  plain BM25", plain, 3));
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("usage: node bench/triggers.ts PATH_TO_DATA (the folder that holds banking77/ and clinc150/)\n");
  process.exitCode = 2;
} else {
  for (const count of [0, 3]) await report(folder, count);
}
