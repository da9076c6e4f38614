import type { HttpRequest } from "../domain/http-request.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { Outcome } from "../domain/outcome.ts";

/**
 * `workspace`: on whose behalf; connections are never shared between workspaces. `timeoutMs` covers the whole exchange.
 * `startBefore`: monotonic ms of the clock port; if the first byte has not left by then, nothing may leave any more and
 * the outcome is `notSent`.
 */
export interface HttpLimits {
  readonly workspace: WorkspaceId;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly startBefore: number;
}

/** What became of a request; an answer that was read comes with its text as it was sent, null if it was empty. */
export type HttpOutcome =
  | (Outcome & { readonly kind: "done" } & { readonly text: string | null })
  | Exclude<Outcome, { readonly kind: "done" }>;

/** The way to the company's systems. */
export interface Http {
  /**
   * Sends exactly one request, never a repeat and never to where a redirect points, and answers what became of it by
   * the table of guarantee G6. `done` carries the body: parsed JSON, or the text if it is no JSON, or null if empty.
   * The unsafe methods use a connection of their own. Never throws; never puts a body or a header's value in a reason.
   */
  send(request: HttpRequest, limits: HttpLimits): Promise<HttpOutcome>;
}
