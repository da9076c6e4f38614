import { limits } from "../../../../../src/domain/limits.ts";
import type { StepFacts } from "../../../../../src/domain/step-facts.ts";
import type { RunJson } from "../../../api.ts";

/** How a step stands in a run. `ahead`: not reached, and still possible or never decided about. */
export interface StepMark {
  readonly state: "current" | "walked" | "notTaken" | "ahead";
  readonly visits: number;
}

/** What a run has done to a diagram: a mark per step, and the ways it went, as "from>to" ("from>" leads to the end). */
export interface Marks {
  readonly steps: ReadonlyMap<string, StepMark>;
  readonly ways: ReadonlySet<string>;
}

type Trace = RunJson["trace"];

/** The marks of a run, or of none. Pure. */
export function marksOf(facts: readonly StepFacts[], run: RunJson | null): Marks {
  const byId = new Map(facts.map((step) => [step.id, step]));
  const path = run === null ? [] : walkOf(byId, run);
  const current = run !== null && run.endedAt === null ? run.stepId : null;
  const ways = new Set(path.slice(1).map((id, index) => wayOf(path[index] ?? "", id)));
  const last = path.at(-1);
  if (run?.status === "completed" && last !== undefined) ways.add(wayOf(last, null));
  const visits = new Map<string, number>();
  for (const id of path) visits.set(id, (visits.get(id) ?? 0) + 1);
  const open = reachable(byId, current === null ? [] : [current]);
  const closed = reachable(byId, decidedAgainst(byId, visits, ways, current));
  const steps = facts.map(({ id }): [string, StepMark] => {
    const count = visits.get(id) ?? 0;
    if (id === current) return [id, { state: "current", visits: Math.max(count, 1) }];
    if (count > 0) return [id, { state: "walked", visits: count }];
    return [id, { state: closed.has(id) && !open.has(id) ? "notTaken" : "ahead", visits: 0 }];
  });
  return { steps: new Map(steps), ways };
}

/** The steps that went wrong when they were last walked: refused, rejected, stopped, or of unknown outcome. Pure. */
export function failedSteps(trace: Trace): ReadonlySet<string> {
  const failed = new Set<string>();
  for (const entry of trace) {
    const isResult = entry.kind === "outcome" || entry.kind === "decided";
    if (!isResult) continue;
    const isBad = entry.kind === "outcome" ? entry.outcome !== "done" : ["reject", "stop"].includes(entry.action);
    if (isBad) failed.add(entry.step);
    else failed.delete(entry.step);
  }
  return failed;
}

/** The name of a way from one step to another, or to the end. Pure. */
export function wayOf(from: string, to: string | null): string {
  return `${from}>${to ?? ""}`;
}

type Steps = ReadonlyMap<string, StepFacts>;

/** The steps that the run entered, in order; one that left no line in the trace is put in where the way needs it. */
function walkOf(steps: Steps, run: RunJson): readonly string[] {
  const path: string[] = [];
  const enter = (id: string): void => {
    const from = path.at(-1);
    if (from === id || !steps.has(id)) return;
    path.push(...(from === undefined ? [] : silentSteps(steps, from, id)), id);
  };
  for (const { step } of run.trace) enter(step);
  enter(run.stepId);
  return path;
}

// Only such steps leave no line: an action on the conversation itself.
function silentSteps(steps: Steps, from: string, to: string): readonly string[] {
  const passed: string[] = [];
  const next = (id: string) => steps.get(id)?.exits.map((exit) => exit.to) ?? [];
  if (next(from).includes(to)) return [];
  for (const start of next(from)) {
    passed.length = 0;
    for (let id = start; id !== null && passed.length < steps.size; id = next(id)[0] ?? null) {
      if (id === to) return passed;
      if (steps.get(id)?.kind !== "action") break;
      passed.push(id);
    }
  }
  return [];
}

function decidedAgainst(
  steps: Steps,
  visits: ReadonlyMap<string, number>,
  ways: ReadonlySet<string>,
  current: string | null,
): readonly string[] {
  return [...visits.keys()].flatMap((id) => {
    const exits = steps.get(id)?.exits ?? [];
    const decided = id !== current && exits.some(({ to }) => ways.has(wayOf(id, to)));
    return decided ? exits.flatMap(({ to }) => (to === null || ways.has(wayOf(id, to)) ? [] : [to])) : [];
  });
}

function reachable(steps: Steps, from: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const { to } of steps.get(id)?.exits ?? []) if (to !== null) open.push(to);
  }
  return seen;
}

/** Whether the trace has grown so long that its beginning is no longer kept. Pure. */
export function isCut(trace: Trace): boolean {
  return trace.length >= limits.traceEntries;
}
