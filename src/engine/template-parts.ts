import type { Json } from "../domain/json.ts";
import type { Path } from "./path.ts";

/** What stands at the beginning of an expression, and what `default` falls back to. */
export type Operand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "literal"; readonly value: string | number | boolean };

/** One filter with its checked arguments. */
export type Filter =
  | { readonly kind: "default"; readonly operand: Operand }
  | { readonly kind: "upper" | "lower" | "trim" | "length" | "json" }
  | { readonly kind: "round"; readonly digits: number }
  | { readonly kind: "join"; readonly separator: string }
  | { readonly kind: "date"; readonly show: "date" | "time" | "datetime" };

/** What stands between {{ and }}. */
export interface Expression {
  readonly kind: "expression";
  readonly operand: Operand;
  readonly filters: readonly Filter[];
}

/** The value of an expression, or why there is none; a problem names variables and never tells their values. */
export type Resolved =
  | { readonly kind: "ok"; readonly value: Json }
  | { readonly kind: "bad"; readonly problem: string };

/** A piece of a template: text as it is, or an expression. */
export type Part = { readonly kind: "text"; readonly text: string } | Expression;
