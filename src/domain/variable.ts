import { z } from "zod";

/** What the name of a variable looks like. */
export const variablePattern = /^[A-Za-z][A-Za-z0-9_]*$/;
export const variableLength = 64;

/** Names that are Usher's own, each with what may be read of it in a template. */
export const ownNames: ReadonlyMap<string, readonly string[]> = new Map([
  ["customer", ["name", "id"]],
  ["run", ["id"]],
  ["workspace", []],
  ["secret", []],
  ["connections", []],
  ["end", []],
]);

/** Names that would reach into JavaScript's objects, were a value ever read without care. */
export const dangerousNames: ReadonlySet<string> = new Set([
  "constructor",
  "prototype",
  "hasOwnProperty",
  "toString",
  "valueOf",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toLocaleString",
]);

/** A variable that a step may set. */
export const variableSchema = z
  .string()
  .regex(variablePattern, "use letters, digits and _, starting with a letter")
  .max(variableLength)
  .refine((name) => !ownNames.has(name) && !dangerousNames.has(name), "this name is reserved; choose another")
  .describe("The name of a variable");
