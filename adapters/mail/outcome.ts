import type { Outcome } from "../../src/domain/outcome.ts";

/**
 * Answers the outcome of a mail that was not accepted. What the server said decides where it said something: 4xx is
 * "not now", 5xx is "no". Where it said nothing, it depends on whether the mail's body had begun to leave. `why` ends
 * the sentence where the error has nothing to tell. The server's words are never repeated: they can hold addresses. Pure.
 */
export function outcomeOfError(label: string, error: unknown, began: boolean, why?: string): Outcome {
  const { code, responseCode } = read(error);
  if (responseCode >= 500 && responseCode <= 599) {
    return { kind: "failed", reason: `${label} refused the mail (${responseCode})` };
  }
  if (responseCode >= 400 && responseCode <= 499) {
    return { kind: "notSent", reason: `${label} did not take the mail now (${responseCode})`, retryAfterMs: null };
  }
  const cause = why ?? code;
  if (began) {
    return { kind: "unknown", reason: `${label} gave no answer to the mail: ${cause}; it may have been sent` };
  }
  if (hopeless.has(code)) return { kind: "failed", reason: `${label} can't be given the mail (${code})` };
  return { kind: "notSent", reason: `${label} could not be given the mail: ${cause}`, retryAfterMs: null };
}

// Found wrong on this side, before anything was said: the mail is larger than the server allows, or the login is
// incomplete. Trying again changes neither.
const hopeless: ReadonlySet<string> = new Set(["EMESSAGE", "EENVELOPE", "EAUTH"]);

function read(error: unknown): { readonly code: string; readonly responseCode: number } {
  if (!(error instanceof Error)) return { code: "no reason given", responseCode: 0 };
  const code = "code" in error && typeof error.code === "string" ? error.code : "no reason given";
  const responseCode = "responseCode" in error && typeof error.responseCode === "number" ? error.responseCode : 0;
  return { code, responseCode };
}
