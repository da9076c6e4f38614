import type { Procedure } from "../../../../../src/domain/procedure.ts";
import type { StepFacts } from "../../../../../src/domain/step-facts.ts";
import type { TraceEntry } from "../../../../../src/domain/trace.ts";
import { conditionAt, wordsOf } from "../../../../../src/domain/trace-words.ts";
import type { RunJson } from "../../../api.ts";

/** What the trace can be narrowed to. */
export const traceFilters = ["all", "decisions", "calls", "problems"] as const;
export type TraceFilter = (typeof traceFilters)[number];

/** One visit of a step: what happened there, why, and where it went on. Times in Unix ms. */
export interface TraceRow {
  readonly key: string;
  readonly at: number;
  readonly until: number;
  readonly step: string;
  readonly number: number | null;
  /** Plain words, without a full stop. */
  readonly words: string;
  /** "go to 6", or null where that goes without saying. */
  readonly next: string | null;
  readonly notComparable: boolean;
  readonly kinds: readonly TraceFilter[];
  readonly entries: readonly TraceEntry[];
}

/** The trace of a run as one row per visit of a step, oldest first. Pure. */
export function traceRows(run: RunJson, facts: readonly StepFacts[], procedure: Procedure | null): readonly TraceRow[] {
  const numbers = new Map(facts.map(({ id, number }) => [id, number]));
  const visits = visitsOf(run.trace);
  const seen = new Map<string, number>();
  const rows = visits.map((entries, index): TraceRow | null => {
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return null;
    const following = visits[index + 1]?.[0];
    const to = following === undefined ? null : (numbers.get(following.step) ?? following.step);
    return {
      key: keyOf(first, seen),
      at: first.at,
      until: last.at,
      step: first.step,
      number: numbers.get(first.step) ?? null,
      words: entries.map((entry) => wordsOf(entry, conditionAt(procedure, first.step))).join("; "),
      next: to === null ? null : `go to ${to}`,
      notComparable: entries.some((entry) => entry.kind === "branch" && !entry.comparable),
      kinds: kindsOf(entries),
      entries,
    };
  });
  return rows.filter((row) => row !== null);
}

// Not by its place: the beginning of a long trace is dropped. A loop may come back within one ms.
function keyOf({ at, step }: TraceEntry, seen: Map<string, number>): string {
  const key = `${at} ${step}`;
  const times = (seen.get(key) ?? 0) + 1;
  seen.set(key, times);
  return `${key} ${times}`;
}

/** Whether a row is shown under a filter. Pure. */
export function passes(row: TraceRow, filter: TraceFilter): boolean {
  return row.kinds.includes(filter);
}

function visitsOf(trace: readonly TraceEntry[]): readonly (readonly TraceEntry[])[] {
  const visits: TraceEntry[][] = [];
  for (const entry of trace) {
    const visit = visits.at(-1);
    if (visit?.[0]?.step === entry.step) visit.push(entry);
    else visits.push([entry]);
  }
  return visits;
}

function kindsOf(entries: readonly TraceEntry[]): readonly TraceFilter[] {
  const kinds = new Set<TraceFilter>(["all"]);
  for (const entry of entries) {
    if (entry.kind === "branch" || entry.kind === "asked" || entry.kind === "decided") kinds.add("decisions");
    if (entry.kind === "sent" || entry.kind === "outcome") kinds.add("calls");
    if (isProblem(entry)) kinds.add("problems");
  }
  return [...kinds];
}

function isProblem(entry: TraceEntry): boolean {
  if (entry.kind === "outcome") return entry.outcome !== "done";
  return entry.kind === "invalid" || (entry.kind === "branch" && !entry.comparable);
}
