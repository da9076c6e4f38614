import type { CardRef } from "../domain/ids.ts";
import type { Turn } from "../domain/turn.ts";
import { advance } from "../engine/advance.ts";
import { whyNotAnswered } from "../engine/offer.ts";
import type { Place, TurnReceipt } from "../ports/channel.ts";
import { checkTurn, type ReceiveOptions, withRole } from "./receive.ts";

const gone: TurnReceipt = { kind: "refused", reason: "This question is not open any more. Write what you need." };

/**
 * Takes in what was answered on a message of ours: a pressed choice, or a private form. It counts while that message is
 * the one that waits for it. Throws TransientError when it could not be stored, PermanentError if the turn is none.
 */
export async function answerTo(
  { work, roles }: Pick<ReceiveOptions, "work" | "roles">,
  { workspace, conversation: id, address }: Place,
  card: CardRef,
  answered: Turn,
): Promise<TurnReceipt> {
  checkTurn(answered);
  const turn = { ...answered, from: await withRole(roles, workspace, answered.from) };
  return work.apply<TurnReceipt>({ workspace, id }, (conversation, contextOf) => {
    if (conversation === null) return { conversation, answer: gone };
    const context = contextOf(conversation);
    const reason = whyNotAnswered(conversation, context, card, turn);
    if (reason !== null) return { conversation, answer: { kind: "refused", reason } };
    const taken = advance(conversation, { kind: "answered", card, turn }, context);
    if (taken === conversation) return { conversation, answer: { kind: "known" } };
    // The way back to the customer follows the customer.
    const placed = taken.address === address ? taken : { ...taken, address };
    return { conversation: placed, answer: { kind: "accepted" } };
  });
}
