import { isRecord } from "../../../src/domain/json.ts";

/** An object of JSON of which only some fields matter. */
export interface Fields {
  readonly [name: string]: unknown;
}

/** The object, or one without fields where it is none. Pure. */
export function fieldsOf(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

/** The objects in a list; none where it is no list. Pure. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The text, or null where it is none. Pure. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The text of one of Slack's text objects, or null. Pure. */
export function labelOf(value: unknown): string | null {
  return textOf(fieldsOf(value)["text"]);
}
