import type { Args } from "./args.ts";
import type { Fields } from "./fields.ts";
import { Refusal } from "./refusal.ts";
import type { FakeToken, SlackState } from "./state.ts";

/** One call of a method by somebody whom Slack knows. */
export interface MethodCall {
  readonly state: SlackState;
  readonly token: FakeToken;
  readonly args: Args;
}

/**
 * A method of the Web API. `scopes`: any one of them will do; none: no scope is asked for. `run` answers what stands in
 * the answer beside `ok`, and throws Refusal.
 */
export interface Method {
  readonly scopes: readonly string[];
  run(call: MethodCall): Fields;
}

export interface Methods {
  readonly [name: string]: Method;
}

/** Throws Refusal `missing_scope`, as Slack does, unless the token has one of these scopes. */
export function demandScope(token: FakeToken, scopes: readonly string[]): void {
  if (scopes.length === 0 || scopes.some((scope) => token.scopes.includes(scope))) return;
  throw new Refusal("missing_scope", { needed: scopes.join(","), provided: token.scopes.join(",") });
}

/** One page of a list, with the cursor of the next. Throws Refusal for a cursor or a limit that is none. */
export function pageOf<Item>(
  all: readonly Item[],
  args: Args,
  most: number,
): { readonly items: readonly Item[]; readonly cursor: string } {
  const limit = Number(args.text("limit") ?? most);
  if (!Number.isInteger(limit) || limit < 1) throw new Refusal("invalid_limit");
  const cursor = args.text("cursor") ?? "";
  const from = cursor === "" ? 0 : Number(/^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1]);
  if (!Number.isInteger(from)) throw new Refusal("invalid_cursor");
  const end = from + Math.min(limit, most);
  const next = end < all.length ? Buffer.from(`next:${end}`).toString("base64") : "";
  return { items: all.slice(from, end), cursor: next };
}
