/** One thing wrong with a procedure file. `line` and `column` count from 1; `stepId` is null outside of the steps. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  readonly stepId: string | null;
  readonly message: string;
  readonly mend: string;
}

// A broken file can have one problem per letter; nobody reads beyond the first hundred.
const mostProblems = 100;

/** Puts problems in the order of the file, each said once; beyond a hundred, the last one tells how many more. Pure. */
export function orderProblems(problems: readonly FileProblem[]): readonly FileProblem[] {
  const unique = new Map(problems.map((problem) => [`${problem.line}:${problem.column} ${problem.message}`, problem]));
  const ordered = [...unique.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  const last = ordered[mostProblems - 1];
  if (last === undefined || ordered.length === mostProblems) return ordered;
  const more = {
    line: last.line,
    column: last.column,
    stepId: null,
    message: `there are ${ordered.length - mostProblems} more problems after this place`,
    mend: "mend the ones above first",
  };
  return [...ordered.slice(0, mostProblems), more];
}

/** Writes problems for people, one a line: `refund.yaml:12:7 step ask-order-id: …. Mend: …`. Pure. */
export function formatFileProblems(fileName: string, problems: readonly FileProblem[]): string {
  return problems.map((problem) => formatFileProblem(fileName, problem)).join("\n");
}

function formatFileProblem(fileName: string, problem: FileProblem): string {
  const step = problem.stepId === null ? "" : ` step ${problem.stepId}`;
  return `${fileName}:${problem.line}:${problem.column}${step}: ${problem.message}. Mend: ${problem.mend}.`;
}
