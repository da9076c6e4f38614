import { atLine, parseTree, Refusal, useVariables } from "./nunjucks-ast.ts";
import { faultOfPath, type Path } from "./path.ts";
import { parseFilter } from "./template-filters.ts";
import type { Expression, Filter, Operand, Part } from "./template-parts.ts";

const mostFilters = 10;

/** What people call the parts of nunjucks' syntax that are refused. */
const refusedNodes: ReadonlyMap<string, string> = new Map([
  ["FunCall", "a call, as in name(…),"],
  ["InlineIf", "“if” inside {{ }}"],
  ["Group", "a group in ( )"],
  ["Array", "a list in [ ]"],
  ["Dict", "an object in { }"],
  ["KeywordArgs", "an argument with a name"],
  ["Not", "the word “not”"],
  ["And", "the word “and”"],
  ["Or", "the word “or”"],
  ["In", "the word “in”"],
  ["Is", "the word “is”"],
]);

/**
 * Answers the pieces of a template, by an allow-list over nunjucks' syntax tree: what is not named here is refused,
 * whatever a later nunjucks may bring. Pure.
 * @throws Refusal for what is not allowed, Error for what nunjucks cannot read.
 */
export function parseParts(source: string): readonly Part[] {
  const parts: Part[] = [];
  for (const output of childrenOf(parseTree(source))) {
    if (kindOf(output) !== "Output") throw refusedNode(output);
    for (const node of childrenOf(output)) addPart(parts, node);
  }
  return parts;
}

function addPart(parts: Part[], node: unknown): void {
  if (kindOf(node) !== "TemplateData") {
    parts.push(expressionOf(node));
    return;
  }
  const text = String(field(node, "value"));
  const last = parts.at(-1);
  if (last?.kind === "text") parts[parts.length - 1] = { kind: "text", text: last.text + text };
  else if (text !== "") parts.push({ kind: "text", text });
}

function expressionOf(node: unknown): Expression {
  const filters: Filter[] = [];
  let at = node;
  while (kindOf(at) === "Filter") {
    const [target, ...given] = childrenOf(field(at, "args"));
    const args = given.map(operandOf);
    filters.push(located(at, () => parseFilter(String(field(field(at, "name"), "value")), args)));
    if (filters.length > mostFilters) throw refusedAt(at, `more than ${mostFilters} filters`, "use fewer");
    at = target;
  }
  return { kind: "expression", operand: operandOf(at), filters: filters.reverse() };
}

function operandOf(node: unknown): Operand {
  const kind = kindOf(node);
  if (kind === "Literal") return { kind: "literal", value: literalOf(node) };
  if (kind !== "Symbol" && kind !== "LookupVal") throw refusedNode(node);
  const path = pathOf(node);
  const fault = faultOfPath(path);
  if (fault !== null) throw refusedAt(node, fault.problem, fault.mend);
  return { kind: "path", path };
}

function literalOf(node: unknown): string | number | boolean {
  const value = field(node, "value");
  if (typeof value === "string" || typeof value === "boolean") return value;
  // A regular expression is a Literal to nunjucks, too.
  if (typeof value !== "number")
    throw refusedAt(node, "only text, a number, true or false can stand here", useVariables);
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw refusedAt(node, "a number is too large to keep all its digits", 'write it as text: "12345678901234567890"');
  }
  return value;
}

/** A chain of look-ups is as deep as it is long, so it is followed in a loop. */
function pathOf(node: unknown): Path {
  const keys: string[] = [];
  let at = node;
  while (kindOf(at) === "LookupVal") {
    keys.push(keyOf(field(at, "val")));
    at = field(at, "target");
  }
  if (kindOf(at) !== "Symbol")
    throw kindOf(at) === "Literal" ? refusedAt(at, "only a variable has keys", useVariables) : refusedNode(at);
  keys.push(String(field(at, "value")));
  return keys.reverse();
}

function keyOf(node: unknown): string {
  const value = kindOf(node) === "Literal" ? field(node, "value") : undefined;
  if (typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value))) return String(value);
  throw refusedAt(node, "only a fixed key can stand in [ ]", 'write items[0] or data["order-id"]');
}

/** Names the line of what a filter refuses. */
function located<Value>(node: unknown, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw error instanceof Refusal ? refusedAt(node, error.message, error.mend) : error;
  }
}

function refusedNode(node: unknown): Refusal {
  const what = refusedNodes.get(kindOf(node)) ?? "what stands";
  return refusedAt(node, `${what} in a template is not allowed`, useVariables);
}

function refusedAt(node: unknown, problem: string, mend: string): Refusal {
  return new Refusal(atLine(problem, Number(field(node, "lineno") ?? 0) + 1), mend);
}

function kindOf(node: unknown): string {
  return String(field(node, "typename") ?? "");
}

function childrenOf(node: unknown): readonly unknown[] {
  const children = field(node, "children");
  return Array.isArray(children) ? children : [];
}

function field(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, name) : undefined;
}
