import type { Json } from "../domain/json.ts";
import { limits } from "../domain/limits.ts";
import { atLine, Refusal } from "./nunjucks-ast.ts";
import { type Path, readPath } from "./path.ts";
import { applyFilter } from "./template-filters.ts";
import { parseParts } from "./template-parse.ts";
import type { Expression, Operand, Part, Resolved } from "./template-parts.ts";
import { textOf } from "./text-of.ts";

/** A parsed template: plain data, to be rendered as often as one likes. */
export interface Template {
  readonly parts: readonly Part[];
}

/** What a template reads: values by name, and where its reader is (BCP 47, and an IANA time zone). */
export interface Scope {
  readonly variables: { readonly [name: string]: Json };
  readonly locale: string;
  readonly timeZone: string;
}

/** A parsed template, or what in it is not allowed and what to write instead. */
export type ParsedTemplate =
  | { readonly kind: "ok"; readonly template: Template }
  | { readonly kind: "bad"; readonly problem: string; readonly mend: string };

/** A rendered text, or why there is none; a problem names variables and never tells their values. */
export type Rendered =
  | { readonly kind: "ok"; readonly text: string }
  | { readonly kind: "bad"; readonly problem: string };

/**
 * Parses a template: text, `{{ variable.path }}`, literals and a short list of filters; comments and the `-` of white
 * space control are nunjucks'. Whatever else nunjucks knows is refused, because it can run code. Never throws. Pure.
 */
export function parseTemplate(source: string): ParsedTemplate {
  if (Buffer.byteLength(source) > limits.templateBytes) {
    const problem = `the template is larger than ${limits.templateBytes / 1024} KiB`;
    return { kind: "bad", problem, mend: "shorten it" };
  }
  try {
    return { kind: "ok", template: { parts: parseParts(source) } };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "bad", problem: error.message, mend: error.mend };
    return { kind: "bad", problem: unreadable(error), mend: "check that every {{ has a }} and every {# a #}" };
  }
}

function unreadable(error: unknown): string {
  const line = error instanceof Error && "lineno" in error ? Number(error.lineno) || 1 : 1;
  // Only what nunjucks says of its own accord helps an author; a TypeError from its inside does not.
  const says =
    error instanceof Error && !(error instanceof TypeError || error instanceof RangeError) ? error.message : "";
  return atLine(`the template cannot be read${says === "" ? "" : ` (${says})`}`, line);
}

/**
 * Renders a template once; what the values contain is never read as a template. A variable that is missing or null
 * (and has no `default`) is a problem, and so is a text beyond limits.renderedBytes. Pure.
 */
export function render(template: Template, scope: Scope): Rendered {
  let text = "";
  for (const part of template.parts) {
    if (part.kind === "text") {
      text += part.text;
      continue;
    }
    const resolved = resolve(part, scope);
    if (resolved.kind === "bad") return resolved;
    text += textOf(resolved.value);
    if (text.length > limits.renderedBytes) return tooLong;
  }
  return bounded(text);
}

/**
 * Answers the value of a template: of one that is exactly one expression the value itself, so that `{{ x }}` keeps its
 * type, of any other its text. Pure.
 */
export function evaluate(template: Template, scope: Scope): Resolved {
  const [only] = template.parts;
  if (template.parts.length === 1 && only?.kind === "expression") return resolve(only, scope);
  const rendered = render(template, scope);
  return rendered.kind === "ok" ? { kind: "ok", value: rendered.text } : rendered;
}

const tooLong: Rendered = {
  kind: "bad",
  problem: `the text would be longer than ${limits.renderedBytes / 1024} KiB`,
};

/** Passes a rendered text on if it is within limits.renderedBytes; half a surrogate pair becomes U+FFFD. Pure. */
export function bounded(text: string): Rendered {
  // A character is three bytes at most, so that most texts need no counting.
  if (text.length * 3 > limits.renderedBytes && Buffer.byteLength(text) > limits.renderedBytes) return tooLong;
  return { kind: "ok", text: text.toWellFormed() };
}

/** Answers the value of one expression, never null: what is missing or null is a problem unless a `default` helps. Pure. */
export function resolve(expression: Expression, scope: Scope): Resolved {
  let { operand } = expression;
  let value = read(operand, scope);
  for (const filter of expression.filters) {
    if (filter.kind === "default") {
      if (value !== undefined && value !== null && value !== "") continue;
      operand = filter.operand;
      value = read(operand, scope);
      continue;
    }
    // What is missing passes the other filters by, on its way to a `default`.
    if (value === undefined || value === null) continue;
    const filtered = applyFilter(filter, value, scope);
    if (filtered.kind === "bad") return { kind: "bad", problem: `${nameOf(operand)}: ${filtered.problem}` };
    value = filtered.value;
  }
  if (value === undefined || value === null) return { kind: "bad", problem: `${nameOf(operand)} has no value` };
  return { kind: "ok", value };
}

function read(operand: Operand, scope: Scope): Json | undefined {
  return operand.kind === "literal" ? operand.value : readPath(scope.variables, operand.path);
}

/** How a problem names what an expression starts with. Pure. */
export function nameOf(operand: Operand): string {
  return operand.kind === "path" ? `the variable ${operand.path.join(".")}` : "a fixed value";
}

/** The paths that a template reads, those in `default` included; one that is read twice may stand there twice. Pure. */
export function pathsOf(template: Template): readonly Path[] {
  return template.parts.flatMap((part) => (part.kind === "text" ? [] : pathsOfExpression(part)));
}

/** The paths that one expression reads. Pure. */
export function pathsOfExpression({ operand, filters }: Expression): readonly Path[] {
  const operands = [operand, ...filters.flatMap((filter) => (filter.kind === "default" ? [filter.operand] : []))];
  return operands.flatMap((one) => (one.kind === "path" ? [one.path] : []));
}
