import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import { limits } from "../../domain/limits.ts";
import { quoted } from "./quoted.ts";

/** Something in a YAML document that Usher does not read, at an offset into its text. */
export interface YamlProblem {
  readonly offset: number;
  readonly message: string;
  readonly mend: string;
  /** It is the cause of whatever else is wrong in its line. */
  readonly explainsLine: boolean;
}

/** The plain value of a document. `complete` is false when a part of it could not be turned into a value. */
export interface YamlValue {
  readonly value: unknown;
  readonly complete: boolean;
  readonly problems: readonly YamlProblem[];
}

interface Walk {
  readonly text: string;
  readonly problems: YamlProblem[];
  complete: boolean;
}

/**
 * Turns a parsed YAML document into plain lists, objects and scalars. It is used instead of the library's `toJS`,
 * because it takes linear time on any input, makes nothing but JSON, and says what it leaves out: aliases (with them the
 * bombs), tags, merge keys, doubled keys, `__proto__`, numbers that would change their digits. Pure.
 */
export function yamlValue(contents: Node | null, text: string): YamlValue {
  const walk: Walk = { text, problems: [], complete: true };
  const value = plainValue(walk, contents, 0);
  return { value, complete: walk.complete, problems: walk.problems };
}

function plainValue(walk: Walk, node: unknown, depth: number): unknown {
  if (depth > limits.jsonDepth) {
    if (walk.complete) file(walk, node, `this is nested more than ${limits.jsonDepth} levels deep`, "make it flatter");
    walk.complete = false;
    return null;
  }
  if (isAlias(node)) {
    walk.complete = false;
    file(walk, node, `“*${quoted(node.source)}” refers to another place, and aliases are not read`, aliasMend);
    return null;
  }
  if (isScalar(node)) return scalarValue(walk, node);
  checkTag(walk, node);
  if (isSeq(node)) return node.items.map((item) => plainValue(walk, item, depth + 1));
  if (isMap(node)) return mapValue(walk, node, depth);
  return null;
}

const aliasMend = "write the value itself here, or put a text that begins with * in quotes";

function mapValue(walk: Walk, map: YAMLMap, depth: number): unknown {
  const value: { [key: string]: unknown } = {};
  const seen = new Set<string>();
  for (const pair of map.items) {
    const key = keyOf(walk, map, pair);
    if (key === null) continue;
    if (seen.has(key)) {
      file(walk, pair.key, `the key \`${quoted(key)}\` stands here for the second time`, "keep one of the two");
      continue;
    }
    seen.add(key);
    value[key] = plainValue(walk, pair.value, depth + 1);
  }
  return value;
}

/** Answers the key as text, or null when the pair is to be left out; the problem is then filed. */
function keyOf(walk: Walk, map: YAMLMap, pair: Pair): string | null {
  const { key } = pair;
  if (!isScalar(key)) {
    walk.complete = false;
    const braces = map.flow === true && walk.text.startsWith("{{", offsetOf(map));
    if (braces) fileUnquotedTemplate(walk, map);
    else file(walk, key ?? map, "a key must be a word", "write `key: value`, with a plain word as the key");
    return null;
  }
  checkTag(walk, key);
  const name = typeof key.value === "string" ? key.value : (key.source ?? "");
  if (name === "__proto__") file(walk, key, "the key `__proto__` is not allowed", "choose another name");
  else if (name === "<<") file(walk, key, "merge keys (`<<`) are not read", "write the keys out here");
  else if (name === "") file(walk, key, "a key is empty", "write a name before the colon");
  else return name;
  return null;
}

function fileUnquotedTemplate(walk: Walk, map: YAMLMap): void {
  walk.problems.push({
    offset: offsetOf(map),
    message: "a text that begins with `{{` must stand in quotes, since `{` begins a list of keys in YAML",
    mend: 'put the whole text in quotes, as in "{{connections.shop}}/orders"',
    explainsLine: true,
  });
}

function scalarValue(walk: Walk, scalar: Scalar): unknown {
  checkTag(walk, scalar);
  const { value } = scalar;
  if (typeof value === "number") return numberValue(walk, scalar, value);
  if (typeof value === "string") return stringValue(walk, scalar, value);
  if (typeof value === "boolean" || value === null) return value;
  // Only a tag makes anything else (a date, bytes), and that has been filed.
  return scalar.source ?? null;
}

const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i;

function numberValue(walk: Walk, scalar: Scalar, value: number): number {
  const source = scalar.source ?? String(value);
  const exact = plainNumber.test(source) && Number.isFinite(value);
  if (!exact || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    const mend = `put it in quotes to keep it as it is: "${quoted(source)}"`;
    file(walk, scalar, `the number ${quoted(source)} would be read as ${value}`, mend);
  }
  return value;
}

function stringValue(walk: Walk, scalar: Scalar, value: string): string {
  const control = [...value].find(isControl);
  if (control !== undefined) {
    const code = (control.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    file(walk, scalar, `the text contains the invisible character U+${code}`, "delete it");
  } else if (!value.isWellFormed()) {
    file(walk, scalar, "the text contains half of a character (a lone surrogate)", "write the whole character");
  }
  if (scalar.type === "PLAIN" && scalar.comment?.startsWith("{{") === true) {
    const message = `everything after “ #” is a comment, so only “${quoted(value)}” would be read`;
    file(walk, scalar, message, "put the whole text in quotes");
  }
  return value;
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (code < 0x20 && character !== "\n" && character !== "\t" && character !== "\r") || code === 0x7f;
}

function checkTag(walk: Walk, node: unknown): void {
  const tag = isScalar(node) || isSeq(node) || isMap(node) ? node.tag : undefined;
  if (tag === undefined) return;
  const written = tag.replace("tag:yaml.org,2002:", "!!");
  file(walk, node, `“${quoted(written)}” is a tag, and tags are not read`, "delete the tag, and quote what is text");
}

function file(walk: Walk, node: unknown, message: string, mend: string): void {
  walk.problems.push({ offset: offsetOf(node), message, mend, explainsLine: false });
}

function offsetOf(node: unknown): number {
  return isAlias(node) || isScalar(node) || isSeq(node) || isMap(node) ? (node.range?.[0] ?? 0) : 0;
}
