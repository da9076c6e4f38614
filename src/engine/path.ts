import { isRecord, type Json } from "../domain/json.ts";
import { dangerousNames, ownNames, variableLength, variablePattern } from "../domain/variable.ts";

/** The way to a value: a variable's name, then the keys and list positions below it. `[]` is the value itself. */
export type Path = readonly string[];

/** Why something is refused, and what to write instead. */
export interface Fault {
  readonly problem: string;
  readonly mend: string;
}

const longestPath = 200;
const keyName = /^[A-Za-z0-9_-]+$/;
const listPosition = /^(?:0|[1-9]\d{0,8})$/;

// These would reach into JavaScript's own objects, were a value ever read without care.
const neverKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads a path such as `order_data.refundable` or `items.0.name`, or answers null if it is none: the first part must
 * be a name that a variable can have (or customer.name, customer.id, run.id). Pure.
 */
export function parsePath(text: string): Path | null {
  if (text.length > longestPath) return null;
  const path = text.split(".");
  return faultOfPath(path) === null ? path : null;
}

/** Answers what is wrong with a path as a way into a run's variables, or null. Pure. */
export function faultOfPath(path: Path): Fault | null {
  const [root, ...keys] = path;
  const whole = path.join(".");
  if (whole.length > longestPath) {
    return { problem: `a path is longer than ${longestPath} characters`, mend: "use fewer or shorter names" };
  }
  if (root === undefined || !isVariable(root)) {
    return {
      problem: `“${whole}” does not start with the name of a variable`,
      mend: "a name has letters, digits and _, and starts with a letter",
    };
  }
  for (const key of keys) {
    if (keyName.test(key) && !neverKeys.has(key)) continue;
    return {
      problem: `“${key}” cannot be read in “${whole}”`,
      mend: "a key has letters, digits, _ and -, and is none of __proto__, constructor and prototype",
    };
  }
  return faultOfOwnName(root, keys, whole);
}

function faultOfOwnName(root: string, keys: readonly string[], whole: string): Fault | null {
  const readable = ownNames.get(root);
  if (readable === undefined) return null;
  const [key] = keys;
  if (keys.length === 1 && key !== undefined && readable.includes(key)) return null;
  if (root === "connections") {
    return {
      problem: `“${whole}” cannot stand here`,
      mend: "{{connections.NAME}} may stand at the very start of a call's URL, and nowhere else",
    };
  }
  const mend =
    readable.length > 0
      ? `of “${root}” you can read ${readable.map((name) => `${root}.${name}`).join(" and ")}`
      : "use a variable that a step of the procedure collects, sets or receives";
  return { problem: `“${whole}” cannot be read: “${root}” is one of Usher's own names`, mend };
}

/**
 * Answers the value at a path, or undefined. Reads own properties only, and of a list only its members: the `length`
 * of a list or text and the `constructor` of anything are undefined. Pure.
 */
export function readPath(value: Json, path: Path): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = child(at, key);
  }
  return at;
}

function child(value: Json & object, key: string): Json | undefined {
  if (isRecord(value)) return Object.hasOwn(value, key) ? value[key] : undefined;
  return Array.isArray(value) && listPosition.test(key) ? value[Number(key)] : undefined;
}

/** Which parts of a value are wanted: all of it, or these keys. */
type Wanted = "whole" | Map<string, Wanted>;

/**
 * Answers the value with only these paths in it, in the same shape, so that each path reads as before; `[]` keeps the
 * whole. Members of a list that come before a kept one become null, so that positions stay. Of a text or number of
 * which only inner paths are wanted, null is left. Pure.
 */
export function pick(value: Json, paths: readonly Path[]): Json {
  return take(value, wantedOf(paths));
}

function wantedOf(paths: readonly Path[]): Wanted {
  const root = new Map<string, Wanted>();
  for (const path of paths) {
    if (path.length === 0) return "whole";
    if (path.some((key) => neverKeys.has(key))) continue;
    let at: Map<string, Wanted> = root;
    for (const [index, key] of path.entries()) {
      const known = at.get(key);
      if (known === "whole") break;
      if (index === path.length - 1) {
        at.set(key, "whole");
        break;
      }
      const below = known ?? new Map<string, Wanted>();
      at.set(key, below);
      at = below;
    }
  }
  return root;
}

function take(value: Json, wanted: Wanted): Json {
  if (wanted === "whole") return value;
  if (typeof value !== "object" || value === null) return null;
  if (!isRecord(value)) return takeMembers(value, wanted);
  const kept: { [key: string]: Json } = {};
  for (const [key, below] of wanted) {
    const inner = child(value, key);
    if (inner !== undefined) kept[key] = take(inner, below);
  }
  return kept;
}

function takeMembers(value: Json & object, wanted: ReadonlyMap<string, Wanted>): Json {
  const kept: Json[] = [];
  for (const [key, below] of wanted) {
    const inner = child(value, key);
    if (inner === undefined) continue;
    while (kept.length <= Number(key)) kept.push(null);
    kept[Number(key)] = take(inner, below);
  }
  return kept;
}

/** The size of a value as JSON, in bytes of UTF-8. Pure. */
export function jsonBytes(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function isVariable(name: string): boolean {
  return name.length <= variableLength && variablePattern.test(name) && !dangerousNames.has(name);
}
