import type { CardRef } from "../domain/ids.ts";
import type { Turn } from "../domain/turn.ts";
import { advance } from "../engine/advance.ts";
import { whyNotChosen } from "../engine/choices.ts";
import type { ChoiceReceipt, Place } from "../ports/channel.ts";
import { checkTurn, type ReceiveOptions, withRole } from "./receive.ts";

const gone: ChoiceReceipt = {
  kind: "refused",
  reason: "There is nothing to choose here any more. Write what you need.",
};

/**
 * Takes in a pressed choice: the answer, while the message with its button is the one that waits for it. Throws
 * TransientError when it could not be stored, PermanentError if the turn is none.
 */
export async function choose(
  { work, roles }: Pick<ReceiveOptions, "work" | "roles">,
  { workspace, conversation: id, address }: Place,
  card: CardRef,
  pressed: Turn,
): Promise<ChoiceReceipt> {
  checkTurn(pressed);
  const turn = { ...pressed, from: await withRole(roles, workspace, pressed.from) };
  return work.apply<ChoiceReceipt>({ workspace, id }, (conversation, contextOf) => {
    if (conversation === null) return { conversation, answer: gone };
    const context = contextOf(conversation);
    const reason = whyNotChosen(conversation, context, card, turn);
    if (reason !== null) return { conversation, answer: { kind: "refused", reason } };
    const chosen = advance(conversation, { kind: "chose", card, turn }, context);
    // The way back to the customer follows the customer; a press that came before changes nothing.
    const placed = chosen === conversation || chosen.address === address ? chosen : { ...chosen, address };
    return { conversation: placed, answer: { kind: "accepted" } };
  });
}
