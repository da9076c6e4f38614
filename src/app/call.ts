import type { Conversation } from "../domain/conversation.ts";
import type { Effect, Outgoing } from "../domain/effect.ts";
import type { Json } from "../domain/json.ts";
import { limits } from "../domain/limits.ts";
import type { Outcome } from "../domain/outcome.ts";
import { jsonBytes, pick } from "../engine/path.ts";
import type { Clock } from "../ports/clock.ts";
import type { Http } from "../ports/http.ts";
import type { Log } from "../ports/log.ts";
import type { AnswerStore } from "../ports/store.ts";

/** What a call needs. */
export interface CallOptions {
  readonly http: Http;
  readonly store: { readonly answers: AnswerStore };
  readonly clock: Clock;
  readonly log: Log;
}

/** One call, under the effect's id as its key; later steps get only what they read, the inspector the whole answer. */
export async function call(
  options: CallOptions,
  conversation: Conversation,
  of: Outgoing,
  { request, keep }: Effect & { readonly kind: "call" },
  startBefore: number,
): Promise<Outcome> {
  const keyed = { ...request, headers: { ...request.headers, "idempotency-key": of.id } };
  const { workspace } = conversation;
  const bounds = { workspace, timeoutMs: limits.callTimeoutMs, maxBytes: limits.answerBytes, startBefore };
  const outcome = await options.http.send(keyed, bounds);
  if (outcome.kind !== "done") return outcome;
  keepAnswer(options, conversation, of, outcome.text ?? "");
  return keptOf(outcome.value, keep);
}

function keptOf(value: Json, keep: readonly (readonly string[])[]): Outcome {
  if (keep.some((path) => path.length > 0) && (typeof value !== "object" || value === null)) {
    return { kind: "failed", reason: "the answer is not JSON with the fields that later steps use" };
  }
  const kept = pick(value, keep);
  if (jsonBytes(kept) <= limits.keptPathBytes) return { kind: "done", value: kept };
  const size = `${limits.keptPathBytes / 1024} KiB`;
  return {
    kind: "failed",
    reason: `the part of the answer that later steps use is larger than ${size}: name the fields you need`,
  };
}

/** Not waited for: it joins the same group of writes as the outcome, and nothing depends on it. */
function keepAnswer(
  { store, clock, log }: CallOptions,
  { workspace, run, id }: Conversation,
  of: Outgoing,
  whole: string,
): void {
  const body = cutToBytes(whole, limits.keptAnswerBytes);
  const answer = {
    workspace,
    runId: run?.id ?? "",
    effectId: of.id,
    at: clock.now(),
    body,
    cut: body.length < whole.length,
  };
  store.answers.put(answer).catch((error: unknown) => {
    log.warn({ conversation: id, effect: of.id, error }, "A whole answer could not be kept for the inspector.");
  });
}

/** The longest beginning of the text that has at most so many bytes of UTF-8. */
function cutToBytes(text: string, bytes: number): string {
  // A UTF-16 unit is at most three bytes.
  if (text.length * 3 <= bytes) return text;
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read);
}
