import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import type { Procedure } from "../../../../../src/domain/procedure.ts";
import { factsOf, type StepFacts } from "../../../../../src/domain/step-facts.ts";
import type { RunJson } from "../../../api.ts";
import { keepSameAt } from "../state/refresh.ts";
import { type Row, rowsOf, wholeUpTo } from "./fold.ts";
import { type Gutter, gutterOf } from "./gutter.ts";
import { failedSteps, type Marks, marksOf } from "./marks.ts";
import { StepRow } from "./step-row.tsx";

interface RailProps {
  readonly procedure: Procedure;
  /** Null: a preview, without marks and links. */
  readonly run: RunJson | null;
  readonly picked: string | null;
  readonly label: string;
}

/** The diagram of a procedure: its steps from top to bottom, the jumps beside them. */
export function Rail({ procedure, run, picked, label }: RailProps) {
  const drawing = useDrawing(procedure, run);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const { facts, marks } = drawing;
  const reached = facts.map(({ id }) => id === picked || isReached(marks, id));
  const rows = rowsOf(reached, opened);
  const current = run === null || run.endedAt !== null ? null : run.stepId;
  const tabStop = focused ?? picked ?? current ?? facts[0]?.id ?? null;
  return (
    <ol
      ref={list}
      className={facts.length > wholeUpTo ? "rail long-rail" : "rail"}
      aria-label={label}
      onKeyDown={(event) => moveByKey(event, list.current)}
      onFocus={(event) => setFocused(event.target.closest<HTMLElement>("[data-step]")?.dataset["step"] ?? null)}
    >
      {rows.map((row) => (
        <RailRow
          key={row.kind === "step" ? (facts[row.index]?.id ?? row.index) : `fold-${row.first}`}
          row={row}
          drawing={drawing}
          picked={picked}
          tabStop={tabStop}
          links={run !== null}
          onOpen={(steps) => setOpened(new Set([...opened, ...steps]))}
        />
      ))}
    </ol>
  );
}

interface Drawing {
  readonly procedure: Procedure;
  readonly facts: readonly StepFacts[];
  readonly marks: Marks;
  readonly failed: ReadonlySet<string>;
  readonly gutter: Gutter;
  readonly targets: readonly (readonly (number | null)[])[];
}

function useDrawing(procedure: Procedure, run: RunJson | null): Drawing {
  const facts = useMemo(() => factsOf(procedure), [procedure]);
  const targets = useMemo(() => {
    const numbers = new Map(facts.map(({ id, number }) => [id, number]));
    return facts.map(({ exits }) => exits.map(({ to }) => (to === null ? null : (numbers.get(to) ?? null))));
  }, [facts]);
  const before = useRef<Gutter["pieces"]>([]);
  return useMemo(() => {
    const marks = marksOf(facts, run);
    const gutter = gutterOf(facts, marks);
    // Rows whose lines did not change are not rendered again.
    before.current = keepSameAt(before.current, gutter.pieces);
    const failed = failedSteps(run?.trace ?? []);
    return { procedure, facts, marks, failed, targets, gutter: { ...gutter, pieces: before.current } };
  }, [procedure, facts, targets, run]);
}

function isReached({ steps }: Marks, id: string): boolean {
  const state = steps.get(id)?.state;
  return state === "walked" || state === "current";
}

interface RailRowProps {
  readonly row: Row;
  readonly drawing: Drawing;
  readonly picked: string | null;
  readonly tabStop: string | null;
  readonly links: boolean;
  readonly onOpen: (steps: readonly number[]) => void;
}

const noPieces: readonly never[] = [];

function RailRow({ row, drawing, picked, tabStop, links, onOpen }: RailRowProps) {
  const { procedure, facts, marks, failed, gutter, targets } = drawing;
  if (row.kind === "fold") {
    return (
      <li className="fold">
        <button
          type="button"
          className="small"
          onClick={() => onOpen(Array.from({ length: row.count }, (_, index) => row.first + index))}
        >
          {row.count} {isLater(drawing, row.first) ? "later" : "other"} steps
        </button>
      </li>
    );
  }
  const { index } = row;
  const step = facts[index];
  if (step === undefined) return null;
  const mark = marks.steps.get(step.id);
  return (
    <StepRow
      facts={step}
      picked={links && picked === step.id ? (procedure.steps[index] ?? null) : null}
      state={mark?.state ?? "ahead"}
      visits={mark?.visits ?? 0}
      failed={failed.has(step.id)}
      lanes={gutter.lanes}
      pieces={gutter.pieces[index] ?? noPieces}
      above={gutter.spine[index - 1] ?? null}
      below={gutter.spine[index] ?? null}
      targets={targets[index] ?? noPieces}
      links={links}
      isTabStop={tabStop === step.id}
    />
  );
}

function isLater({ facts, marks }: Drawing, first: number): boolean {
  return facts.slice(first).every(({ id }) => !isReached(marks, id));
}

/** ↑ ↓ Home End move between the steps' titles; Enter follows the link, as links do. */
function moveByKey(event: KeyboardEvent, list: HTMLElement | null): void {
  const { target } = event;
  if (list === null || !(target instanceof HTMLElement) || !target.classList.contains("step-title")) return;
  const titles = [...list.querySelectorAll<HTMLElement>("a.step-title")];
  const at = titles.indexOf(target);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: titles.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  titles[Math.min(Math.max(to, 0), titles.length - 1)]?.focus();
}
