import { InvalidError } from "../../src/ports/errors.ts";
import type { Page } from "../../src/ports/store.ts";
import type { Row } from "./row.ts";
import { integer } from "./row.ts";

// How many items a page has.
const pageSize = 50;

/** What to give a query as LIMIT: one row more than a page tells whether there is a next one. */
export const rowsPerPage = pageSize + 1;

/**
 * Answers the key below which a page of a list "newest first" begins. Throws InvalidError if `page` was not made by
 * `pageOf`. Pure.
 */
export function startOf(page: string | null): number {
  if (page === null) return Number.MAX_SAFE_INTEGER;
  if (/^[1-9]\d{0,14}$/.test(page)) return Number(page);
  const problem = { path: ["page"], stepId: null, message: "it is no mark of a page", mend: "Ask for the first page." };
  throw new InvalidError("The page cannot be found: what was given is not a mark that the store made.", [problem]);
}

/** Answers a page of what a query with `rowsPerPage` found; `markOf` says from which row the next one goes on. Pure. */
export function pageOf<Item>(
  rows: readonly Row[],
  itemOf: (row: Row) => Item,
  markOf: (row: Row) => string = (row) => String(integer(row, "key")),
): Page<Item> {
  const shown = rows.slice(0, pageSize);
  const last = shown.at(-1);
  const next = rows.length > pageSize && last !== undefined ? markOf(last) : null;
  return { items: shown.map(itemOf), next };
}
