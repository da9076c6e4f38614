import type { StepFacts } from "../../../../../src/domain/step-facts.ts";
import type { Marks } from "./marks.ts";
import { wayOf } from "./marks.ts";

/** How a line is drawn: thick where the run went, dashed where it did not go, thin where that is open. */
export type LineStyle = "walked" | "notTaken" | "ahead";

/** A piece of a jump's line beside one row. `leave` and `arrive` bend towards the step; `down` is the way it goes. */
export interface Piece {
  readonly lane: number;
  readonly part: "leave" | "through" | "arrive";
  readonly down: boolean;
  readonly style: LineStyle;
}

/** What is drawn beside a diagram's rows: the pieces of each row, and the lines from a row to the one below it. */
export interface Gutter {
  readonly lanes: number;
  readonly pieces: readonly (readonly Piece[])[];
  readonly spine: readonly (LineStyle | null)[];
}

/** More lines than this beside each other are a tangle: the others are told by their text links alone. */
const mostLanes = 4;

interface Jump {
  readonly from: number;
  readonly to: number;
  readonly style: LineStyle;
}

/** Lays out the lines of a diagram; rows are in the order of `facts`. Pure. */
export function gutterOf(facts: readonly StepFacts[], marks: Marks): Gutter {
  const rowOf = new Map(facts.map(({ id }, row) => [id, row]));
  const spine: (LineStyle | null)[] = facts.map(() => null);
  const jumps: Jump[] = [];
  for (const [from, step] of facts.entries()) {
    for (const { to } of step.exits) {
      const row = to === null ? undefined : rowOf.get(to);
      if (row === undefined) continue;
      const style = styleOf(step, to, marks);
      if (row === from + 1) spine[from] = stronger(spine[from] ?? null, style);
      else jumps.push({ from, to: row, style });
    }
  }
  return { ...place(jumps, facts.length), spine };
}

function styleOf({ id, exits }: StepFacts, to: string | null, { steps, ways }: Marks): LineStyle {
  if (ways.has(wayOf(id, to))) return "walked";
  if (steps.get(id)?.state === "notTaken") return "notTaken";
  return exits.some((exit) => ways.has(wayOf(id, exit.to))) ? "notTaken" : "ahead";
}

function stronger(a: LineStyle | null, b: LineStyle): LineStyle {
  return a === "walked" || b === "walked" ? "walked" : (a ?? b);
}

function place(jumps: readonly Jump[], rows: number): Pick<Gutter, "lanes" | "pieces"> {
  const pieces: Piece[][] = Array.from({ length: rows }, () => []);
  const busy: [first: number, last: number][][] = [];
  // Short ones first, so that they stay close to their steps.
  const sorted = [...jumps].sort((a, b) => Math.abs(a.to - a.from) - Math.abs(b.to - b.from) || a.from - b.from);
  for (const { from, to, style } of sorted) {
    const first = Math.min(from, to);
    const last = Math.max(from, to);
    const lane = freeLane(busy, first, last);
    if (lane >= mostLanes) continue;
    busy[lane] = [...(busy[lane] ?? []), [first, last]];
    for (let row = first; row <= last; row += 1) {
      const part = row === from ? "leave" : row === to ? "arrive" : "through";
      pieces[row]?.push({ lane, part, down: to > from, style });
    }
  }
  return { lanes: busy.length, pieces };
}

function freeLane(busy: readonly (readonly (readonly [number, number])[])[], first: number, last: number): number {
  const free = busy.findIndex((spans) => spans.every(([from, to]) => to < first || from > last));
  return free === -1 ? busy.length : free;
}
