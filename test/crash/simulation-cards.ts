import type { Card } from "../../src/domain/card.ts";
import type { Journal } from "./simulation-journal.ts";
import { partsOf } from "./simulation-journal.ts";

/** A card as it stands in the agents channel. `effectId`: what posted it. */
export interface ShownCard {
  readonly effectId: string;
  readonly nonce: string;
  readonly card: Card;
}

/** Every state of every card that people have seen, oldest first. */
export function everyCard({ posts, edits }: Journal): readonly ShownCard[] {
  const shown: ShownCard[] = [];
  for (const { effectId, message, refused } of posts) {
    if (message.kind === "card" && !refused)
      shown.push({ effectId, nonce: partsOf(effectId).nonce, card: message.card });
  }
  for (const { of, message } of edits) {
    if (message.kind === "card") shown.push({ effectId: of, nonce: partsOf(of).nonce, card: message.card });
  }
  return shown;
}

/** The cards on which somebody can press something now. */
export function openCards(journal: Journal): readonly ShownCard[] {
  const latest = new Map(everyCard(journal).map((shown) => [shown.effectId, shown]));
  return [...latest.values()].filter(({ card }) => card.pressId !== null && card.buttons.length > 0);
}

/** Which conversation was made with a nonce; undefined: none that the journal knows. */
export function conversationsByNonce({ sent, admissions }: Journal): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { key, conversation } of sent) {
    const admission = admissions.get(key);
    if (admission !== undefined) found.set(admission.nonce, conversation);
  }
  return found;
}
