import { z } from "zod";

/** Any JSON value. Integers beyond 2^53 are kept as text, so that an id never loses a digit. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Accepts every JSON value without walking it: what is checked with this schema has just come out of JSON.parse,
 * and a walk through a 32 KiB answer on each load would cost more than the load.
 */
export const jsonSchema = z.custom<Json>((value) => value !== undefined);

/** Whether no list or object stands deeper than this inside others; a plain value has depth 0. Pure, without recursion. */
export function isWithinDepth(value: Json, most: number): boolean {
  let level: readonly Json[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const below = level.flatMap((one) => (typeof one === "object" && one !== null ? [Object.values(one)] : []));
    if (below.length > 0 && depth >= most) return false;
    level = below.flat();
  }
  return true;
}

/** The same value, seen as one that nobody may change, at every depth. */
export type DeepReadonly<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/** Tells an object with named values from lists and null. Pure. */
export function isRecord(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
