import { Document, isDocument, isScalar } from "yaml";
import type { z } from "zod";
import { isRecord } from "../../domain/json.ts";
import { limits } from "../../domain/limits.ts";
import type { Problem } from "../../domain/problem.ts";
import { type Procedure, procedureSchema } from "../../domain/procedure.ts";
import { checkStructure } from "../../engine/check-structure.ts";
import { type FileProblem, orderProblems } from "./file-problem.ts";
import { issueWords } from "./issue-words.ts";
import { isJson } from "./json-strict.ts";
import { type NamedJumps, nameJumps, stepIds } from "./jump-numbers.ts";
import { tidyProcedure } from "./procedure-tidy.ts";
import { readableSteps } from "./readable-steps.ts";
import { type DocumentPath, readYaml, type YamlSource } from "./yaml-source.ts";

/** What makes a whole procedure wrong although each part is well formed; the engine's compiler, as a rule. */
export type ProcedureCheck = (procedure: Procedure) => readonly Problem[];

/** A procedure with the document that it came from (comments and all), or everything that is wrong with the file. */
export type ProcedureFile =
  | { readonly kind: "ok"; readonly procedure: Procedure; readonly document: Document.Parsed }
  | { readonly kind: "bad"; readonly problems: readonly FileProblem[] };

/**
 * Reads a procedure from the text of a YAML or JSON file. Jumps by number come out as jumps by id, in the document too.
 * A bad file answers all its problems at once, in the order of the file: whatever can still be checked beside a problem
 * is checked; only a text that is no YAML hides the rest. `fileName`: its ending tells JSON from YAML. Pure, if `check`
 * is.
 */
export function readProcedureFile(fileName: string, text: string, check: ProcedureCheck): ProcedureFile {
  const source = readYaml(fileName, text);
  if (!source.complete) return { kind: "bad", problems: orderProblems(source.problems) };
  const named = nameJumps(withoutEditorKey(source.value));
  if (tooManySteps(named.value)) return { kind: "bad", problems: [stepsProblem(source)] };
  const parsed = procedureSchema.safeParse(named.value);
  const semantic = parsed.success ? semanticProblems(parsed.data, check) : structureOfTheRest(named.value);
  const problems = [
    ...source.problems,
    ...(parsed.success ? [] : issueProblems(source, named.value, parsed.error.issues)),
    ...[...named.problems, ...semantic].map((problem) => placed(source, problem)),
  ];
  if (problems.length > 0 || !parsed.success) return { kind: "bad", problems: orderProblems(problems) };
  writeJumps(source.document, named);
  return { kind: "ok", procedure: parsed.data, document: source.document };
}

/**
 * Answers the text of a procedure's file: a document keeps its comments and its kind (YAML or JSON); a bare procedure
 * becomes YAML, without the fields that say nothing. Reading it again gives the same procedure. Pure.
 */
export function writeProcedureFile(source: Document | Procedure): string {
  const document = isDocument(source) ? source : new Document(tidyProcedure(source));
  if (isJson(document)) return `${JSON.stringify(document.toJS({ maxAliasCount: 0 }), null, 2)}\n`;
  // No folding: a text that is broken anew with each word makes every comparison unreadable.
  return document.toString({ lineWidth: 0 });
}

/** Then nothing else is looked at, since each step costs time. */
function tooManySteps(value: unknown): boolean {
  return isRecord(value) && Array.isArray(value["steps"]) && value["steps"].length > limits.procedureSteps;
}

function stepsProblem(source: YamlSource): FileProblem {
  const message = `a procedure may have ${limits.procedureSteps} steps, and this one has more`;
  return { ...source.place(["steps"], true), stepId: null, message, mend: "split it into two procedures" };
}

/** Editors let a JSON file name its schema; that is no part of the procedure. */
function withoutEditorKey(value: unknown): unknown {
  if (!isRecord(value) || typeof value["$schema"] !== "string") return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "$schema"));
}

function semanticProblems(procedure: Procedure, check: ProcedureCheck): readonly Problem[] {
  const structure = checkStructure(procedure);
  // A compiler checks the structure itself and would say all of it again, in the same words.
  const known = new Set(structure.map((problem) => JSON.stringify(problem)));
  return [...structure, ...check(procedure).filter((problem) => !known.has(JSON.stringify(problem)))];
}

function structureOfTheRest(value: unknown): readonly Problem[] {
  const readable = readableSteps(value);
  return readable === null ? [] : checkStructure(readable);
}

// Nobody reads more of them, and each takes a look into the file.
const mostIssues = 1000;

function issueProblems(
  source: YamlSource,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
): readonly FileProblem[] {
  const steps: readonly unknown[] = isRecord(value) && Array.isArray(value["steps"]) ? value["steps"] : [];
  const ids = stepIds(steps);
  return issues.slice(0, mostIssues).flatMap((issue) => {
    const last = issue.path.at(-1);
    const index = issue.path[0] === "steps" && typeof issue.path[1] === "number" ? issue.path[1] : -1;
    const step = steps[index];
    const words = issueWords(issue, {
      present: last === undefined || hasOwn(lookUp(value, issue.path.slice(0, -1)), last),
      value: lookUp(value, issue.path),
      stepKind: isRecord(step) ? step["kind"] : undefined,
      suggestedId: ids[index] ?? "",
    });
    const stepId = isRecord(step) && typeof step["id"] === "string" ? step["id"] : null;
    return words.map(({ path, atKey, message, mend }) => {
      return { ...source.place(path, atKey), ...inStep(path, stepId, message), mend };
    });
  });
}

function placed(source: YamlSource, problem: Problem): FileProblem {
  const { path, stepId, message, mend } = problem;
  return { ...source.place(path), ...inStep(path, stepId, message), mend };
}

/** A step without an id is named by its number, in the message. */
function inStep(path: DocumentPath, stepId: string | null, message: string): Pick<FileProblem, "stepId" | "message"> {
  const index = path[1];
  const nameless = path[0] === "steps" && typeof index === "number" && stepId === null;
  return { stepId, message: nameless ? `step ${index + 1}: ${message}` : message };
}

function lookUp(value: unknown, path: DocumentPath): unknown {
  let found = value;
  for (const key of path) found = hasOwn(found, key) ? Reflect.get(found, key) : undefined;
  return found;
}

function hasOwn(value: unknown, key: PropertyKey): value is object {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}

function writeJumps(document: Document.Parsed, { jumps }: NamedJumps): void {
  const json = isJson(document);
  for (const { path, id } of jumps) {
    const node: unknown = document.getIn(path, true);
    if (!isScalar(node)) continue;
    node.value = id;
    // A number in JSON becomes a text in JSON.
    if (json) node.type = "QUOTE_DOUBLE";
  }
}
