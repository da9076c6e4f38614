import type { Conversation } from "../domain/conversation.ts";
import type { Run } from "../domain/run.ts";
import type { RunEnd, RunRecord } from "../domain/run-record.ts";
import { labelOf } from "./card-sections.ts";
import { decisionLines, statusLine } from "./card-status.ts";
import { closedEffectCard } from "./cards.ts";
import type { Context } from "./context.ts";
import { editCard, emit, isUnsent, without } from "./outbox.ts";
import { hideSensitive, trace } from "./trace.ts";

/** Why a run ends. One that ends because Usher was uninstalled goes on record as cancelled. */
type Ending = RunEnd | NonNullable<Run["ending"]>;

/** Why a card closed, for the agents. */
const closedBecause: { readonly [ending in Ending]: string } = {
  completed: "Closed: the run is complete.",
  escalated: "Closed: a person takes over.",
  cancelled: "Closed: the customer cancelled.",
  uninstalled: "Closed: Usher was uninstalled.",
  resolved: "Closed: the conversation was resolved.",
  expired: "Closed: the customer did not answer.",
};

/** Who cancelled, for the record. */
const reasons: { readonly [ending in Ending]?: string } = {
  cancelled: "The customer cancelled.",
  uninstalled: "Usher was uninstalled.",
};

/**
 * Ends the run: its waiting card closes with the reason, and it leaves the document as a record with its trace. `reason`:
 * for the record, where more is known than how it ended. Pure.
 */
export function endRun(
  conversation: Conversation,
  context: Context,
  ending: Ending,
  reason: string | null = reasons[ending] ?? null,
): Conversation {
  if (conversation.run === null) return conversation;
  const ended = ending === "uninstalled" ? "cancelled" : ending;
  const closed = closeCard(conversation, context, ending);
  const noted = trace(closed, context, { kind: "note", text: endNote(ended, reason) });
  const { run } = noted;
  if (run === null) return noted;
  const hidden = reason === null ? null : hideSensitive(noted, context, reason);
  const record = recordOf(noted, run, ended, hidden, context.now);
  const left = emit(noted, context, { kind: "record", run: { ...record } }).conversation;
  return {
    ...left,
    run: null,
    lastRun: { id: run.id, slug: run.procedure.slug, ended, endedAt: context.now },
  };
}

/** Marks the run to end when the outcome of the effect that is out is known. Pure. */
export function endLater(conversation: Conversation, ending: NonNullable<Run["ending"]>): Conversation {
  const { run } = conversation;
  if (run === null || run.ending !== null) return conversation;
  return { ...conversation, run: { ...run, ending } };
}

/**
 * Takes the run's effect out of the outbox if it has surely done nothing, and closes its card; answers whether one is
 * out all the same, or nobody knows what became of it. Pure.
 */
export function withdraw(
  conversation: Conversation,
  context: Context,
): { readonly conversation: Conversation; readonly isOut: boolean } {
  const wait = conversation.run?.wait;
  if (wait?.kind === "verdict") return { conversation, isOut: true };
  if (wait?.kind !== "effect") return { conversation, isOut: false };
  const of = conversation.outbox.find(({ id }) => id === wait.effectId);
  if (of === undefined || !isUnsent(of)) return { conversation, isOut: true };
  const rest = without(conversation, of.id);
  if (wait.card === null) return { conversation: rest, isOut: false };
  const status = [
    ...decisionLines(rest, of.id),
    statusLine("plain", "Withdrawn,", context.now, ": it was never sent."),
  ];
  const card = closedEffectCard(rest, context, of, { title: `Withdrawn: ${labelOf(of)}`, tone: "plain", status });
  return { conversation: editCard(rest, context, wait.card, card), isOut: false };
}

function closeCard(conversation: Conversation, context: Context, ending: Ending): Conversation {
  const wait = conversation.run?.wait;
  if (wait?.kind !== "approval" && wait?.kind !== "verdict") return conversation;
  const card = closedEffectCard(conversation, context, wait.of, {
    title: `Closed: ${labelOf(wait.of)}`,
    tone: "plain",
    status: [statusLine("plain", closedBecause[ending], context.now)],
  });
  return editCard(conversation, context, wait.card, card, "withdraw");
}

function endNote(ended: RunEnd, reason: string | null): string {
  return reason === null ? `The run ended: ${ended}.` : `The run ended: ${ended}. ${reason}`;
}

function recordOf(
  conversation: Conversation,
  { wait: _wait, ending: _ending, walked: _walked, ...rest }: Run,
  ended: RunEnd,
  reason: string | null,
  now: number,
): RunRecord {
  return { ...rest, conversationId: conversation.id, ended, endedAt: now, reason };
}
