import type { Conversation } from "../domain/conversation.ts";
import type { Context } from "./context.ts";
import { endLater, endRun, withdraw } from "./ending.ts";
import { say } from "./outbox.ts";
import { handOff, handOffMeanwhile } from "./people.ts";

/**
 * Ends the run at the customer's wish. What has surely done nothing yet is withdrawn; while an effect is out, or its
 * outcome is unknown, the run ends when it is known. Pure.
 */
export function cancel(conversation: Conversation, context: Context): Conversation {
  const { texts } = context.settings;
  const { conversation: rest, isOut } = withdraw(conversation, context);
  if (rest.run === null) return say(rest, context, texts.nothingToCancel);
  if (isOut) return say(endLater(rest, "cancelled"), context, texts.cancelling);
  return say(endRun(rest, context, "cancelled"), context, texts.cancelled);
}

/** Gives the conversation to a person at the customer's wish. Pure. */
export function askForPerson(conversation: Conversation, context: Context): Conversation {
  const { texts } = context.settings;
  const { conversation: rest, isOut } = withdraw(conversation, context);
  const why = { customerText: texts.handOff, internalReason: "The customer asked for a person." };
  return isOut ? handOffMeanwhile(rest, context, why) : handOff(rest, context, why);
}
