import type { Conversation } from "../domain/conversation.ts";
import type { Context } from "./context.ts";
import { endLater, endRun } from "./ending.ts";
import { say, without } from "./outbox.ts";
import { handOff, handOffMeanwhile } from "./people.ts";

/**
 * Ends the run at the customer's wish. What was never started is withdrawn; while an effect is out, or its outcome is
 * unknown, the run ends when it is known. Pure.
 */
export function cancel(conversation: Conversation, context: Context): Conversation {
  const { texts } = context.settings;
  const { conversation: rest, isOut } = withdraw(conversation);
  if (rest.run === null) return say(rest, context, texts.nothingToCancel);
  if (isOut) return say(endLater(rest, "cancelled"), context, texts.cancelling);
  return say(endRun(rest, context, "cancelled", "The customer cancelled."), context, texts.cancelled);
}

/** Gives the conversation to a person at the customer's wish. Pure. */
export function askForPerson(conversation: Conversation, context: Context): Conversation {
  const { texts } = context.settings;
  const { conversation: rest, isOut } = withdraw(conversation);
  const why = { customerText: texts.handOff, internalReason: "The customer asked for a person." };
  return isOut ? handOffMeanwhile(rest, context, why) : handOff(rest, context, why);
}

/** Takes an effect that was never started out of the outbox; answers whether one is out all the same. */
function withdraw(conversation: Conversation): { readonly conversation: Conversation; readonly isOut: boolean } {
  const wait = conversation.run?.wait;
  if (wait?.kind === "verdict") return { conversation, isOut: true };
  if (wait?.kind !== "effect") return { conversation, isOut: false };
  const effect = conversation.outbox.find(({ id }) => id === wait.effectId);
  return effect?.attempt === 0
    ? { conversation: without(conversation, effect.id), isOut: false }
    : { conversation, isOut: true };
}
