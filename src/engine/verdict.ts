import type { Conversation } from "../domain/conversation.ts";
import type { Outgoing } from "../domain/effect.ts";
import { labelOf } from "./card-sections.ts";
import { decisionLines, statusLine } from "./card-status.ts";
import { effectCard, lineCard, verdictButtons } from "./cards.ts";
import type { Context } from "./context.ts";
import { editCard, post, say } from "./outbox.ts";
import { trace } from "./trace.ts";

/**
 * Nobody knows whether the effect happened, and it may not be repeated on a guess: it leaves the outbox, the run waits
 * for an agent's verdict, and the customer is told that a person is checking. Pure.
 */
export function askForVerdict(
  conversation: Conversation,
  context: Context,
  effect: Outgoing,
  reason: string,
): Conversation {
  const { run } = conversation;
  if (run?.wait.kind !== "effect" || run.wait.effectId !== effect.id) return conversation;
  const of = { ...effect, started: false };
  const traced = trace(conversation, context, { kind: "outcome", id: of.id, outcome: "unknown", note: reason });
  const shown = showCard(traced, context, of, run.wait.card, reason);
  if (shown.conversation.run === null) return shown.conversation;
  const remindAt = context.now + context.settings.approvalReminderMs;
  const wait = { kind: "verdict" as const, of, card: shown.card, remindAt };
  const waiting = { ...shown.conversation, run: { ...shown.conversation.run, wait } };
  return say(waiting, context, context.settings.texts.checking);
}

/** The card of the approval asks the new question in its place, with a line that calls for attention under it. */
function showCard(
  conversation: Conversation,
  context: Context,
  of: Outgoing,
  card: string | null,
  reason: string,
): { readonly conversation: Conversation; readonly card: string } {
  const question = effectCard(conversation, context, of, {
    kind: "verdict",
    title: `Did this happen? ${labelOf(of)}`,
    tone: "doubt",
    status: [
      ...decisionLines(conversation, of.id),
      statusLine(
        "doubt",
        "Sent,",
        context.now,
        `, and the outcome is unknown: ${reason}. Usher will not repeat it on a guess.`,
      ),
    ],
    buttons: verdictButtons,
    expiresAt: null,
  });
  if (card === null) {
    const posted = post(conversation, context, question, null);
    return { conversation: posted.conversation, card: posted.id };
  }
  const edited = editCard(conversation, context, card, question);
  const line = lineCard("reminder", `Did this happen? ${labelOf(of)}. Please decide on the card.`, "doubt");
  return { conversation: post(edited, context, line, card).conversation, card };
}
