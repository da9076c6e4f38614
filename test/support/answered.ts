import type { Outcome } from "../../src/domain/outcome.ts";
import type { HttpOutcome } from "../../src/ports/http.ts";

/** The outcome of a fake backend, with the text that a real one would have sent. */
export function withText(outcome: Outcome): HttpOutcome {
  if (outcome.kind !== "done") return outcome;
  return { ...outcome, text: typeof outcome.value === "string" ? outcome.value : JSON.stringify(outcome.value) };
}

/** What became of a request, for tests that look at its outcome alone. */
export async function withoutText(sending: Promise<HttpOutcome>): Promise<Outcome> {
  const outcome = await sending;
  return outcome.kind === "done" ? { kind: "done", value: outcome.value } : outcome;
}
