import { canHappen, type Fault, type FaultKind, faultKinds } from "../support/faulty.ts";
import { slackWorkspace } from "../support/slack/rig.ts";
import { mannerOf } from "./crash-boots.ts";
import { type CrashRun, playScript, type Script, type StageOf } from "./crash-run.ts";
import { procedures, scripts } from "./crash-scripts.ts";
import { type DurableStore, openDurableStore } from "./crash-store.ts";
import { brokenBy } from "./oracles.ts";
import type { ScenarioReport } from "./scenario.ts";
import { createRandom } from "./simulation-random.ts";
import { slackAgents, slackStage } from "./slack-stage.ts";

/** One run to make: a script, and what goes wrong in it. */
export interface CrashCase {
  readonly script: Script;
  readonly faults: readonly Fault[];
}

/** `mustFire`: a fault that never comes is a violation. `tell` hears now and then how many runs are done. */
export interface PlayOptions {
  readonly mustFire: boolean;
  readonly tell: (done: number) => void;
}

/** A store for crash runs, and how its scripts end when nothing goes wrong. */
export interface CrashLab {
  readonly points: number;
  /** Every script without any fault. */
  readonly undisturbed: readonly CrashCase[];
  /** Every point of every script, with every kind of fault that can happen there. */
  readonly firstOrder: readonly CrashCase[];
  /** After this crash: each of the first points of the recovery, with each kind of crash. */
  secondOrder(first: CrashCase): Promise<readonly CrashCase[]>;
  /** This many runs with two or three faults of any kind, by a seed. Not each of them comes: the first change the rest. */
  mixed(seed: number, runs: number): readonly CrashCase[];
  /** Plays these cases and judges them. */
  play(cases: readonly CrashCase[], options?: Partial<PlayOptions>): Promise<ScenarioReport>;
  close(): Promise<void>;
}

const recoveryPoints = 25;
const crashKinds: readonly FaultKind[] = ["crash-before", "crash-after"];
// Nothing has changed after a look: to die there is to die before the next call.
const looks = /\.(?:load|locate|find|list|due|active|newest)#/;

/** Opens a laboratory, and plays every script once, undisturbed. */
export async function openCrashLab(): Promise<CrashLab> {
  return openLab(await openDurableStore(procedures), undefined, "");
}

/** The same with the real adapter of Slack between the engine and a fake Slack. */
export async function openSlackCrashLab(): Promise<CrashLab> {
  const durable = await openDurableStore(procedures, { workspace: slackWorkspace, agents: slackAgents });
  return openLab(durable, slackStage, inSlackPrefix);
}

/** Before the name of a case that is played in Slack. */
export const inSlackPrefix = "slack: ";

async function openLab(durable: DurableStore, stageOf: StageOf | undefined, prefix: string): Promise<CrashLab> {
  const stagePlay: Play = (script, faults) => playScript(durable, script, faults, stageOf);
  const clean = new Map<Script, CrashRun>();
  for (const script of scripts) clean.set(script, await stagePlay(script, []));
  const pointsOf = (script: Script) => clean.get(script)?.calls[0] ?? [];
  const firstOrder = scripts.flatMap((script) =>
    pointsOf(script).flatMap((label) =>
      faultKinds.flatMap((kind) =>
        canHappen(kind, mannerOf(label)) ? [{ script, faults: [{ boot: 1, label, kind }] }] : [],
      ),
    ),
  );
  return {
    undisturbed: scripts.map((script) => ({ script, faults: [] })),
    firstOrder,
    points: scripts.reduce((sum, script) => sum + pointsOf(script).length, 0),
    secondOrder: (first) => secondOrder(stagePlay, first),
    mixed: (seed, runs) => mixed(firstOrder, seed, runs),
    play: (cases, options) => play({ stagePlay, clean, prefix }, cases, { mustFire: true, tell: () => {}, ...options }),
    close: () => durable.close(),
  };
}

/** The cases whose first fault is a crash; one after a look is the same as one before the next call. Pure. */
export function crashesOf(cases: readonly CrashCase[]): readonly CrashCase[] {
  return cases.filter(({ faults: [fault] }) => fault !== undefined && isCrash(fault.kind, fault.label));
}

/** Every n-th of a list, so that `most` remain, spread over all of it. Pure. */
export function spread<Item>(items: readonly Item[], most: number): readonly Item[] {
  const step = Math.max(1, items.length / most);
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

/** How to name a case on a command line: "refund/approve conversations.save#7 crash-after". Pure. */
export function keyOf({ script, faults }: CrashCase): string {
  const parts = faults.map(({ boot, label, kind }) => `${boot === 1 ? "" : `boot${boot}:`}${label} ${kind}`);
  return `${script.name} ${parts.join(" + ")}`.trimEnd();
}

/** The case of such a name. Throws RangeError if there is none. Pure. */
export function caseOf(key: string): CrashCase {
  const script = scripts.find(({ name }) => key === name || key.startsWith(`${name} `));
  if (script === undefined) throw new RangeError(`No script begins "${key}".`);
  if (key === script.name) return { script, faults: [] };
  const faults = key
    .slice(script.name.length + 1)
    .split(" + ")
    .map((part) => {
      const [, boot = "1", label = "", name = ""] = /^(?:boot(\d+):)?(\S+) (\S+)$/.exec(part) ?? [];
      const kind = faultKinds.find((one) => one === name);
      if (kind === undefined) throw new RangeError(`"${part}" is no fault; one is "conversations.save#7 crash-after".`);
      return { boot: Number(boot), label, kind };
    });
  return { script, faults };
}

function isCrash(kind: FaultKind, label: string): boolean {
  return crashKinds.includes(kind) && (kind === "crash-before" || !looks.test(label));
}

async function secondOrder(stagePlay: Play, first: CrashCase): Promise<readonly CrashCase[]> {
  const { calls } = await stagePlay(first.script, first.faults);
  const recovery = calls[1]?.slice(0, recoveryPoints) ?? [];
  return recovery.flatMap((label) =>
    crashKinds.flatMap((kind) =>
      isCrash(kind, label) ? [{ ...first, faults: [...first.faults, { boot: 2, label, kind }] }] : [],
    ),
  );
}

function mixed(firstOrder: readonly CrashCase[], seed: number, runs: number): readonly CrashCase[] {
  const random = createRandom(seed);
  const byScript = [...Map.groupBy(firstOrder, ({ script }) => script)];
  return Array.from({ length: runs }, () => {
    const [script, cases] = random.pick(byScript);
    const faults = Array.from({ length: 2 + random.below(2) }, (_, index) =>
      random.pick(cases).faults.map((fault) => ({ ...fault, boot: index === 0 ? 1 : 1 + random.below(2) })),
    );
    return { script, faults: faults.flat() };
  });
}

type Play = (script: Script, faults: readonly Fault[]) => Promise<CrashRun>;

async function play(
  {
    stagePlay,
    clean,
    prefix,
  }: { readonly stagePlay: Play; readonly clean: ReadonlyMap<Script, CrashRun>; readonly prefix: string },
  cases: readonly CrashCase[],
  { mustFire, tell }: PlayOptions,
): Promise<ScenarioReport> {
  const counts = { runs: 0, boots: 0, acknowledged: 0, messages: 0, requests: 0, decisions: 0, verdicts: 0 };
  const injected: Record<string, number> = {};
  const figures = { lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0 };
  const violations: string[] = [];
  for (const one of cases) {
    const run = await stagePlay(one.script, one.faults);
    const undisturbed = clean.get(one.script) ?? run;
    const broken = [...brokenBy(run, undisturbed), ...(mustFire ? unfired(one, run) : [])];
    for (const { kind } of run.fired) injected[kind] = (injected[kind] ?? 0) + 1;
    counts.runs += 1;
    counts.boots += run.calls.length;
    counts.acknowledged += run.acknowledged;
    counts.messages += run.world.texts.length;
    counts.requests += run.world.arrivals.length;
    counts.decisions += run.world.receipts.filter(({ receipt }) => receipt.kind === "accepted").length;
    counts.verdicts += run.verdicts;
    figures.lost += broken.filter(({ oracle }) => oracle === "O1").length;
    figures.unsafeRepeats += broken.filter(({ oracle }) => oracle === "O2").length;
    figures.doubleDecisions += broken.filter(({ oracle }) => oracle === "O4").length;
    figures.stranded += broken.filter(({ oracle }) => oracle === "O10").length;
    const replay = `npm run torture -- --replay "${prefix}${keyOf(one)}"`;
    violations.push(...broken.map(({ oracle, what }) => `${oracle}: ${what}; ${replay}`));
    if (counts.runs % 500 === 0) tell(counts.runs);
  }
  return { counts, injected, ...figures, violations };
}

/** A case whose fault never came has proved nothing. */
function unfired({ faults }: CrashCase, { fired }: CrashRun) {
  return faults
    .filter((fault) => !fired.includes(fault))
    .map(({ label }) => ({ oracle: "harness", what: `no such point: ${label} never came` }));
}
