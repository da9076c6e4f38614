import { isAgent, isSamePerson, type Person } from "../domain/person.ts";
import type { Turn } from "../domain/turn.ts";
import { advance } from "../engine/advance.ts";
import { whyNotStarted } from "../engine/start.ts";
import type { Place, StartReceipt } from "../ports/channel.ts";
import { beginning, checkTurn, type ReceiveOptions, withRole } from "./receive.ts";

/**
 * Starts a procedure that somebody has chosen, in the name of the customer whose turn it is. The role of whoever chose is
 * looked up at this very moment. Throws TransientError when it could not be stored, PermanentError if the turn is none.
 */
export async function start(
  { work, roles, ids }: ReceiveOptions,
  place: Place,
  slug: string,
  turn: Turn,
  by: Person,
): Promise<StartReceipt> {
  checkTurn(turn);
  const chooser = await withRole(roles, place.workspace, by);
  if (!isSamePerson(chooser, turn.from) && !isAgent(chooser)) {
    return { kind: "refused", reason: "Only agents can start a procedure for somebody else." };
  }
  const from = await withRole(roles, place.workspace, turn.from);
  const known = { ...turn, from };
  return work.apply<StartReceipt>({ workspace: place.workspace, id: place.conversation }, (conversation, contextOf) => {
    const before = conversation ?? beginning(place, known, ids);
    const context = contextOf(before);
    const reason = whyNotStarted(before, context, slug, known);
    if (reason !== null) return { conversation, answer: { kind: "refused", reason } };
    const started = advance(before, { kind: "start", slug, turn: known }, context);
    return { conversation: started, answer: { kind: "accepted" } };
  });
}
