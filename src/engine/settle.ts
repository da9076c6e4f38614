import type { Conversation } from "../domain/conversation.ts";
import type { Effect, Outgoing } from "../domain/effect.ts";
import { limits } from "../domain/limits.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Context } from "./context.ts";
import { replace, without } from "./outbox.ts";
import { handOff } from "./people.ts";
import { forgetClosed, keepCard } from "./posted.ts";
import { readsOnly } from "./request.ts";
import { onRequestResult, type Result } from "./result.ts";
import { afterForward, afterRoute } from "./routing.ts";
import { askForVerdict } from "./verdict.ts";

/** What follows from the outcome of one attempt: try again later, ask a person, or take it as the result. */
type Consequence =
  | { readonly kind: "retry"; readonly afterMs: number | null }
  | { readonly kind: "ask"; readonly reason: string }
  | { readonly kind: "result"; readonly result: Result };

/**
 * An attempt has an outcome. Anything but the attempt that is known here is ignored, except that a late answer may turn
 * an unknown outcome of its own attempt into what really happened. Pure.
 */
export function onSettled(
  conversation: Conversation,
  context: Context,
  event: { readonly effectId: string; readonly attempt: number; readonly outcome: Outcome },
): Conversation {
  const effect = conversation.outbox.find(({ id }) => id === event.effectId);
  if (effect === undefined) return onLateAnswer(conversation, context, event);
  if (effect.attempt !== event.attempt || effect.attempt === 0) return conversation;
  // Settled before, by whoever took the lease over: now only what really happened is news.
  if (!effect.started && event.outcome.kind !== "done" && event.outcome.kind !== "failed") return conversation;
  const consequence = consequenceOf(conversation, effect, event.outcome, context.now);
  switch (consequence.kind) {
    case "retry":
      return retry(
        conversation,
        effect,
        context.now,
        consequence.afterMs,
        effect.mayHaveHappened || event.outcome.kind === "unknown",
      );
    case "ask":
      return askForVerdict(without(conversation, effect.id), context, effect, consequence.reason);
    case "result":
      return onResult(without(conversation, effect.id), context, effect, consequence.result);
    default:
      return consequence satisfies never;
  }
}

/**
 * Messages are tried until they are refused for good (to tidy one up, a few times); records, and what belongs to an open
 * hand-off, for ever. A question to the model that never got there, or was cut short with the process, is asked again; one
 * that the model did not answer has failed. Calls and actions have their own rules.
 */
function consequenceOf(conversation: Conversation, of: Outgoing, outcome: Outcome, now: number): Consequence {
  const { effect } = of;
  if (outcome.kind === "failed" && mustNotBeLost(conversation, of))
    return { kind: "retry", afterMs: limits.backoffMostMs };
  if (outcome.kind === "done" || outcome.kind === "failed") return { kind: "result", result: outcome };
  const afterMs = outcome.kind === "notSent" ? outcome.retryAfterMs : null;
  if (effect.kind === "call" || effect.kind === "act")
    return consequenceOfRequest(conversation, of, effect, outcome, now);
  // Choices that keep their buttons do no harm: who presses one is told that it is too late.
  const mayBeGivenUp = effect.kind === "route" || effect.kind === "editSay";
  if (mayBeGivenUp && of.tries >= limits.attempts) return failed(outcome.reason);
  return { kind: "retry", afterMs };
}

/**
 * Tried a limited number of times within a limited time, and not again once the run was asked to end. Then what may have
 * happened in any of the attempts is put to a person, unless it only reads; what was surely never sent has failed.
 */
function consequenceOfRequest(
  { run }: Conversation,
  of: Outgoing,
  effect: Effect & { readonly kind: "call" | "act" },
  outcome: Outcome & { readonly kind: "notSent" | "unknown" },
  now: number,
): Consequence {
  const exhausted = of.tries >= limits.attempts || now - (of.firstAt ?? now) >= limits.attemptsWithinMs;
  const isLast = exhausted || (run?.ending ?? null) !== null;
  const afterMs = outcome.kind === "notSent" ? outcome.retryAfterMs : null;
  if (!isLast && (outcome.kind === "notSent" || effect.repeatable)) return { kind: "retry", afterMs };
  const reads = effect.kind === "call" && readsOnly(effect.request.method);
  if (!reads && (outcome.kind === "unknown" || of.mayHaveHappened)) return askOrLeave(run, outcome.reason);
  return failed(exhausted ? `given up after ${of.tries} tries: ${outcome.reason}` : outcome.reason);
}

/** A person is asked whether it happened; where Usher was uninstalled, nobody can be. */
function askOrLeave(run: Conversation["run"], reason: string): Consequence {
  return run?.ending === "uninstalled"
    ? failed(`nobody knows whether it happened: ${reason}`)
    : { kind: "ask", reason };
}

/** A finished run's record; the card of an open hand-off, and the customer's words under it. */
function mustNotBeLost({ people }: Conversation, { id, effect }: Outgoing): boolean {
  if (effect.kind === "record") return true;
  return people !== null && effect.kind === "post" && (people.card === id || people.card === effect.under);
}

function failed(reason: string): Consequence {
  return { kind: "result", result: { kind: "failed", reason } };
}

function retry(
  conversation: Conversation,
  effect: Outgoing,
  now: number,
  afterMs: number | null,
  mayHaveHappened: boolean,
): Conversation {
  const backoff = Math.min(limits.backoffFirstMs * 2 ** Math.min(effect.tries - 1, 20), limits.backoffMostMs);
  const wait = afterMs === null ? backoff : Math.min(Math.max(afterMs, 0), limits.retryAfterMostMs);
  return replace(conversation, { ...effect, started: false, dueAt: now + wait, mayHaveHappened });
}

function onResult(conversation: Conversation, context: Context, of: Outgoing, result: Result): Conversation {
  const { id, effect } = of;
  switch (effect.kind) {
    case "call":
    case "act":
      return onRequestResult(conversation, context, of, result);
    case "route":
      return afterRoute(conversation, context, effect, result.kind === "done" ? result.value : null);
    case "forward":
      return afterForward(conversation, context, effect, result.kind === "done" && result.value === true);
    case "post":
      return result.kind === "done"
        ? keepCard(conversation, id, result.value)
        : onCardRefused(conversation, context, id);
    case "editCard":
      return forgetClosed(result.kind === "done" ? conversation : onCardRefused(conversation, context, effect.of));
    case "say":
      return result.kind === "done" ? keepCard(conversation, id, result.value) : conversation;
    case "editSay":
      return forgetClosed(conversation);
    case "record":
      return conversation;
    default:
      return effect satisfies never;
  }
}

/** A verdict is awaited, and the attempt itself answers after all: that is better than anybody's verdict. */
function onLateAnswer(
  conversation: Conversation,
  context: Context,
  event: { readonly effectId: string; readonly attempt: number; readonly outcome: Outcome },
): Conversation {
  const { run } = conversation;
  if (run?.wait.kind !== "verdict") return conversation;
  const { of, card } = run.wait;
  if (of.id !== event.effectId || of.attempt !== event.attempt) return conversation;
  if (event.outcome.kind !== "done" && event.outcome.kind !== "failed") return conversation;
  const known = { ...conversation, run: { ...run, wait: { kind: "effect" as const, effectId: of.id, card } } };
  return onRequestResult(known, context, of, event.outcome);
}

/** What nobody can see must not look as if people had it: an approval and a verdict are handed over instead. */
function onCardRefused(conversation: Conversation, context: Context, card: string): Conversation {
  const wait = conversation.run?.wait;
  if ((wait?.kind !== "approval" && wait?.kind !== "verdict") || wait.card !== card) return conversation;
  const what = wait.kind === "approval" ? "The approval card" : "The question whether the last step happened";
  return handOff(conversation, context, {
    customerText: context.settings.texts.handOff,
    internalReason: `${what} could not be posted in the agents channel.`,
  });
}
