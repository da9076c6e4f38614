import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import { isRecord, type Json } from "../domain/json.ts";

/** JSON as it stands in typed objects: an optional member may be there and undefined, and then does not count. */
export type Hashable = Json | undefined | readonly Hashable[] | { readonly [key: string]: Hashable };

/**
 * The SHA-256, in hex, over the canonical form of a value (RFC 8785): equal for equal values, whatever the order of
 * their keys. Half a surrogate pair counts as U+FFFD, as it does when it is sent. Pure.
 */
export function hashOf(value: Hashable): string {
  return hash("sha256", canonicalText(value));
}

function canonicalText(value: Hashable): string {
  try {
    return canonicalize(value) ?? "null";
  } catch {
    // The one thing in JSON that it refuses is half a surrogate pair: rare, so only then is the value copied.
    return canonicalize(wellFormed(value)) ?? "null";
  }
}

function wellFormed(value: Hashable): Hashable {
  if (typeof value === "string") return value.toWellFormed();
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]));
  }
  return Array.isArray(value) ? value.map(wellFormed) : value;
}
