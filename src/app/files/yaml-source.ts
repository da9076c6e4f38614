import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { limits } from "../../domain/limits.ts";
import type { FileProblem } from "./file-problem.ts";
import { jsonProblems } from "./json-strict.ts";
import { type YamlProblem, yamlValue } from "./yaml-value.ts";
import { firstFault } from "./yaml-words.ts";

/** A way into a document, as keys and list positions. */
export type DocumentPath = readonly PropertyKey[];

/**
 * A read YAML or JSON text: its plain value, what is wrong with it as YAML, and where its parts stand. `complete` is
 * false when the value is of no use for further checks.
 */
export interface YamlSource {
  readonly document: Document.Parsed;
  readonly value: unknown;
  readonly complete: boolean;
  readonly problems: readonly FileProblem[];
  /** Where the value at a path stands (`key`: where its key stands); for what is not there, where its owner begins. */
  place(path: DocumentPath, key?: boolean): { readonly line: number; readonly column: number };
}

/** Reads a text as YAML, of which JSON is a part; a name that ends in `.json` asks for strict JSON. Pure. */
export function readYaml(fileName: string, text: string): YamlSource {
  // A byte order mark is no part of the text, and would shift the first line's columns.
  const source = tooLarge(text) ? "" : text.replace(/^\uFEFF/, "");
  const lines = new LineCounter();
  // Doubled keys are found by yamlValue in linear time; the library needs 40 s for 60,000 keys.
  const document = parseDocument(source, { prettyErrors: false, uniqueKeys: false, lineCounter: lines });
  const read = yamlValue(document.contents, source);
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const strict = fileName.toLowerCase().endsWith(".json") ? jsonProblems(document, source) : [];
  const syntax = tooLarge(text)
    ? [sizeProblem]
    : strict.length > 0
      ? strict
      : syntaxProblems(document, read.problems, source);
  // What the walk finds in a broken text is mostly an echo of the breakage; what explains it is not.
  const found = syntax.length === 0 ? read.problems : [...syntax, ...read.problems.filter((one) => one.explainsLine)];
  const explained = new Set(read.problems.filter((one) => one.explainsLine).map((one) => lineOf(one.offset)));
  const index = pairIndex();
  const steps = stepsIn(document.contents);
  const told = found.filter((one) => one.explainsLine || !explained.has(lineOf(one.offset)));
  return {
    document,
    value: read.value,
    complete: read.complete && syntax.length === 0,
    problems: told.map(({ offset, message, mend }) => {
      const { line, col } = lines.linePos(offset);
      return { line, column: col, stepId: stepAt(steps, offset), message, mend };
    }),
    place: (path, key = false) => {
      const { line, col } = lines.linePos(offsetOf(index, document.contents, path, key));
      return { line, column: col };
    },
  };
}

const sizeProblem: YamlProblem = {
  offset: 0,
  message: `the file is larger than ${limits.procedureFileBytes} bytes`,
  mend: "split the procedure in two, or shorten its texts",
  explainsLine: true,
};

function tooLarge(text: string): boolean {
  return text.length > limits.procedureFileBytes || Buffer.byteLength(text) > limits.procedureFileBytes;
}

function syntaxProblems(
  document: Document.Parsed,
  walked: readonly YamlProblem[],
  source: string,
): readonly YamlProblem[] {
  // The walk tells tags with better words; everything else that the library only warns of is refused as well.
  const warnings = document.warnings.filter((warning) => warning.code !== "TAG_RESOLVE_FAILED");
  const fault = firstFault([...document.errors, ...warnings], source);
  const first = fault === null ? [] : [{ ...fault, explainsLine: false }];
  return [...first, ...versionProblems(document), ...emptyProblems(document, walked)];
}

function versionProblems(document: Document.Parsed): readonly YamlProblem[] {
  const { explicit, version } = document.directives.yaml;
  if (explicit !== true || version === "1.2") return [];
  const message = `the file asks for YAML ${version}, where yes and no are not texts`;
  return [{ offset: 0, message, mend: "delete the %YAML line; files are read as YAML 1.2", explainsLine: false }];
}

function emptyProblems(document: Document.Parsed, walked: readonly YamlProblem[]): readonly YamlProblem[] {
  const { contents } = document;
  if (isMap(contents) || walked.length > 0 || document.errors.length > 0) return [];
  const empty = contents === null || (isScalar(contents) && contents.value === null);
  const message = empty ? "the file is empty" : "the file must hold the keys of a procedure, and does not";
  const mend = "begin with the lines `slug: …`, `name: …`, `trigger:` and `steps:`";
  return [{ offset: contents?.range?.[0] ?? 0, message, mend, explainsLine: false }];
}

function offsetOf(index: PairIndex, contents: Node | null, path: DocumentPath, key: boolean): number {
  let node: unknown = contents;
  let offset = startOf(contents) ?? 0;
  for (const [depth, part] of path.entries()) {
    const last = depth === path.length - 1;
    if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
    } else if (isMap(node)) {
      const pair = index.pairOf(node, String(part));
      if (pair === undefined) return offset;
      const empty = isScalar(pair.value) && pair.value.value === null;
      if (last && (key || empty || pair.value === null)) return startOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      return offset;
    }
    offset = startOf(node) ?? offset;
  }
  return offset;
}

interface PairIndex {
  pairOf(map: YAMLMap, key: string): Pair | undefined;
}

/** Remembers the pairs of each group of keys by name: a group of 60,000 wrong keys is looked into 60,000 times. */
function pairIndex(): PairIndex {
  const known = new WeakMap<YAMLMap, Map<string, Pair>>();
  return {
    pairOf: (map, key) => {
      const pairs = known.get(map) ?? new Map<string, Pair>();
      if (!known.has(map)) {
        known.set(map, pairs);
        // Of doubled keys the first one counts, as it does for the value.
        for (const pair of map.items.toReversed()) if (isScalar(pair.key)) pairs.set(String(pair.key.value), pair);
      }
      return pairs.get(key);
    },
  };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** The steps, as far as the text can be read: found once, since the library walks through all keys to find one. */
function stepsIn(contents: Node | null): readonly YAMLMap[] {
  const steps = isMap(contents) ? contents.get("steps", true) : undefined;
  return isSeq(steps) ? steps.items.filter((item) => isMap(item)) : [];
}

/** The id of the step that an offset lies in. */
function stepAt(steps: readonly YAMLMap[], offset: number): string | null {
  const id = steps.find((step) => covers(step, offset))?.get("id");
  return typeof id === "string" ? id : null;
}

function covers(node: Node, offset: number): boolean {
  const range = node.range;
  return range !== null && range !== undefined && range[0] <= offset && offset < range[2];
}
