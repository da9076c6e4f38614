import type { Json } from "../domain/json.ts";
import { numberText } from "./decimal.ts";

/** A value as people read it: text as it is, a number in digits, true or false, and the rest as JSON. Pure. */
export function textOf(value: Json): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return numberText(value);
    default:
      return JSON.stringify(value);
  }
}
