import type { Conversation } from "../domain/conversation.ts";
import type { Event } from "../domain/event.ts";
import type { Turn } from "../domain/turn.ts";
import type { Context } from "./context.ts";
import { onForwarded } from "./forward.ts";
import { onAnswered, withoutStaleOffer } from "./offer.ts";
import { pause, relayToCustomer, stayWithPeople } from "./people.ts";
import { onPressed } from "./press.ts";
import { remember, wasSeen } from "./seen.ts";
import { onSettled } from "./settle.ts";
import { onStart } from "./start.ts";
import { onTick } from "./time.ts";
import { drainInbox, isBusy, onTurn } from "./turns.ts";
import { onUninstalled } from "./uninstalled.ts";

/**
 * What a conversation becomes when something happens to it. The effects that it wants are in the outbox of the answer,
 * so that no caller can lose one; ids, the lease and the version are the shell's to keep. An event that changes nothing
 * answers the very same object. Pure: the same arguments always give the same answer, and none of them is changed.
 * @throws Error only when the shell has not loaded the version that the run keeps.
 */
export function advance(conversation: Conversation, event: Event, context: Context): Conversation {
  const happened = happen(conversation, event, context);
  if (happened === conversation) return conversation;
  const drained = withoutStaleOffer(drainInbox(happened, context), context);
  return { ...drained, touchedAt: Math.max(drained.touchedAt, context.now) };
}

function happen(conversation: Conversation, event: Event, context: Context): Conversation {
  switch (event.kind) {
    case "turn":
      return onTurn(conversation, context, event.turn, event.beside ?? null);
    case "forwarded":
      return onForwarded(conversation, context, event.turn);
    case "answered":
      return onAnswered(conversation, context, event.card, event.turn);
    case "agentWrote":
      return onAgentWrote(conversation, context, event.turn, event.where);
    case "start":
      return onStart(conversation, context, event);
    case "edited":
      return onEdited(conversation, event.turnId, event.text);
    case "pressed":
      return onPressed(conversation, context, event.press);
    case "uninstalled":
      return onUninstalled(conversation, context, event.by);
    case "settled":
      return onSettled(conversation, context, event);
    case "tick":
      return onTick(conversation, context);
    default:
      return event satisfies never;
  }
}

/** In the customer's thread the bot steps back, if it has anything to do there; under the hand-off card it relays. */
function onAgentWrote(
  conversation: Conversation,
  context: Context,
  turn: Turn,
  where: "thread" | "handOff",
): Conversation {
  if (wasSeen(conversation, turn)) return conversation;
  const seen = remember(conversation, turn);
  if (where === "handOff") return relayToCustomer(seen, context, turn);
  const isIdle = seen.run === null && seen.choosing === null && !isBusy(seen);
  if (seen.people !== null) return stayWithPeople(seen, context);
  return isIdle ? seen : pause(seen, context, turn.from);
}

/** An edit or a deletion counts while the turn has not been read yet; what was processed is never processed again. */
function onEdited(conversation: Conversation, turnId: string, text: string | null): Conversation {
  if (!conversation.inbox.some(({ id }) => id === turnId)) return conversation;
  const inbox =
    text === null
      ? conversation.inbox.filter(({ id }) => id !== turnId)
      : conversation.inbox.map((turn) => (turn.id === turnId ? { ...turn, text } : turn));
  return { ...conversation, inbox };
}
