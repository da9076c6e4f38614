import { isReservedHeader } from "../domain/http-request.ts";
import { isRecord, type Json } from "../domain/json.ts";
import { limits } from "../domain/limits.ts";
import type { Path } from "./path.ts";
import {
  bounded,
  evaluate,
  parseTemplate,
  pathsOf,
  type Rendered,
  render,
  type Scope,
  type Template,
} from "./template.ts";

/**
 * A JSON body whose texts are templates: JSON text that is fixed, and between it the leaves that are rendered. Keys,
 * braces and commas are fixed, so no value can add to them.
 */
export interface BodyTemplate {
  readonly pieces: readonly (string | Template)[];
}

/** A parsed body, or what in it is not allowed and what to write instead. */
export type ParsedBody =
  | { readonly kind: "ok"; readonly body: BodyTemplate }
  | { readonly kind: "bad"; readonly problem: string; readonly mend: string };

type Bad = { readonly kind: "bad"; readonly problem: string; readonly mend: string };

/**
 * Parses the body of a call. Every text in it is a template; one that is exactly `{{ x }}` keeps the type of x. A body
 * that is one text is read as JSON first (or is itself exactly `{{ x }}`). Keys are never templates. Never throws.
 * Pure.
 */
export function parseBody(body: Json): ParsedBody {
  const read = typeof body === "string" ? readText(body) : { kind: "ok" as const, value: body };
  if (read.kind === "bad") return read;
  const pieces: (string | Template)[] = [];
  const fault = addValue(pieces, read.value, "body", 0);
  if (fault !== null) return fault;
  const fixed = pieces.reduce((sum, piece) => sum + (typeof piece === "string" ? piece.length : 0), 0);
  if (fixed > limits.renderedBytes) return tooLarge;
  return { kind: "ok", body: { pieces } };
}

const tooLarge = bad(`the body is larger than ${limits.renderedBytes / 1024} KiB`, "shorten it");

function readText(text: string): { readonly kind: "ok"; readonly value: Json } | Bad {
  if (text.length > limits.renderedBytes) return tooLarge;
  try {
    // What JSON.parse answers is JSON.
    return { kind: "ok", value: JSON.parse(text) as Json };
  } catch {
    const whole = parseTemplate(text.trim());
    const [only] = whole.kind === "ok" ? whole.template.parts : [];
    if (whole.kind === "ok" && whole.template.parts.length === 1 && only?.kind === "expression") {
      return { kind: "ok", value: text.trim() };
    }
    return bad(
      "the body is not JSON",
      'put variables into quotes: {"id": "{{ order_id }}"} keeps the type of order_id',
    );
  }
}

function addValue(pieces: (string | Template)[], value: Json, at: string, depth: number): Bad | null {
  if (depth > limits.jsonDepth) return bad(`the body is nested deeper than ${limits.jsonDepth}`, "make it flatter");
  if (typeof value === "string") return addLeaf(pieces, value, at);
  if (Array.isArray(value)) return addList(pieces, value, at, depth);
  if (isRecord(value)) return addObject(pieces, value, at, depth);
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return bad(`${at}: a number is too large to keep all its digits`, "write it as text, in quotes");
  }
  addText(pieces, JSON.stringify(value));
  return null;
}

function addLeaf(pieces: (string | Template)[], source: string, at: string): Bad | null {
  const parsed = parseTemplate(source);
  if (parsed.kind === "bad") return bad(`${at}: ${parsed.problem}`, parsed.mend);
  const { parts } = parsed.template;
  const [only] = parts;
  if (only === undefined) addText(pieces, '""');
  else if (parts.length === 1 && only.kind === "text") addText(pieces, JSON.stringify(only.text));
  else pieces.push(parsed.template);
  return null;
}

function addList(pieces: (string | Template)[], list: readonly Json[], at: string, depth: number): Bad | null {
  for (const [index, member] of list.entries()) {
    addText(pieces, index === 0 ? "[" : ",");
    const fault = addValue(pieces, member, `${at}.${index}`, depth + 1);
    if (fault !== null) return fault;
  }
  addText(pieces, list.length === 0 ? "[]" : "]");
  return null;
}

function addObject(
  pieces: (string | Template)[],
  object: { readonly [key: string]: Json },
  at: string,
  depth: number,
): Bad | null {
  let separator = "{";
  for (const [key, member] of Object.entries(object)) {
    if (key === "__proto__") return bad(`${at}: the key __proto__ is not allowed`, "take it out");
    if (/\{[{%#]/.test(key)) return bad(`${at}: a key cannot be a template`, "write the key out");
    addText(pieces, `${separator}${JSON.stringify(key)}:`);
    const fault = addValue(pieces, member, `${at}.${key}`, depth + 1);
    if (fault !== null) return fault;
    separator = ",";
  }
  addText(pieces, separator === "{" ? "{}" : "}");
  return null;
}

/** Joins what is fixed, so that rendering has few pieces to go through. */
function addText(pieces: (string | Template)[], text: string): void {
  const last = pieces.at(-1);
  if (typeof last === "string") pieces[pieces.length - 1] = last + text;
  else pieces.push(text);
}

/**
 * Renders a body to JSON text, its keys in the order in which they were written. A missing value is a problem, and so
 * is a text beyond limits.renderedBytes. Pure.
 */
export function renderBody(body: BodyTemplate, scope: Scope): Rendered {
  let text = "";
  for (const piece of body.pieces) {
    if (typeof piece === "string") {
      text += piece;
      continue;
    }
    const leaf = evaluate(piece, scope);
    if (leaf.kind === "bad") return leaf;
    text += JSON.stringify(leaf.value);
    // Before the next one is added: a body may name a large value many times.
    if (text.length > limits.renderedBytes) return bounded(text);
  }
  return bounded(text);
}

/** The paths that a body reads, for the data flow. Pure. */
export function pathsOfBody({ pieces }: BodyTemplate): readonly Path[] {
  return pieces.flatMap((piece) => (typeof piece === "string" ? [] : pathsOf(piece)));
}

function bad(problem: string, mend: string): Bad {
  return { kind: "bad", problem, mend };
}

/** One header of a call: its name, and the template of its value. */
export interface HeaderTemplate {
  readonly name: string;
  readonly template: Template;
}

/** A parsed header, or what in it is not allowed and what to write instead. */
export type ParsedHeader =
  | { readonly kind: "ok"; readonly header: HeaderTemplate }
  | { readonly kind: "bad"; readonly problem: string; readonly mend: string };

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const headerValue = /^[\x20-\x7e]*$/;

/** Parses one header of a call; the headers that are Usher's own to set are refused. Never throws. Pure. */
export function parseHeader(name: string, source: string): ParsedHeader {
  if (!headerName.test(name)) return bad(`“${name}” is not the name of a header`, "write it as in X-Request-Source");
  // The key says whether a request is the same one as before; the use case sets it.
  if (isReservedHeader(name) || name.toLowerCase() === "idempotency-key") {
    return bad(`the header ${name} cannot be set`, "take it out: Usher sets it where it is needed");
  }
  const parsed = parseTemplate(source.trim());
  if (parsed.kind === "bad") return parsed;
  const { parts } = parsed.template;
  if (parts.length === 0) return bad(`the header ${name} is empty`, "give it a value or take it out");
  if (parts.every((part) => part.kind === "expression" || headerValue.test(part.text))) {
    return { kind: "ok", header: { name, template: parsed.template } };
  }
  return bad(`the header ${name} has characters that a header cannot carry`, "use printable ASCII on one line");
}

/** Renders the value of one header: printable ASCII on one line, and not empty. Pure. */
export function renderHeader(header: HeaderTemplate, scope: Scope): Rendered {
  const rendered = render(header.template, scope);
  if (rendered.kind === "bad") return rendered;
  if (!headerValue.test(rendered.text)) {
    return { kind: "bad", problem: `the header ${header.name} would have characters that a header cannot carry` };
  }
  const text = rendered.text.trim();
  return text === "" ? { kind: "bad", problem: `the header ${header.name} would be empty` } : { kind: "ok", text };
}
