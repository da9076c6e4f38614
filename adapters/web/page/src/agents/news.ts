import type { CardStatus } from "../../../../../src/domain/card.ts";
import { personWords } from "../../../../../src/domain/person-words.ts";
import type { AgentsCardJson } from "../../../api.ts";

/**
 * What a screen reader is to hear of the agents channel: the titles of new cards and the new outcome lines. A relay
 * stands in a thread that is read out by itself. Pure.
 */
export function newsOf(before: readonly AgentsCardJson[], after: readonly AgentsCardJson[]): readonly string[] {
  const known = new Map(before.map(({ id, card }) => [id, card]));
  return after.flatMap(({ id, card }) => {
    if (card.kind === "relay") return [];
    const old = known.get(id);
    const lines = card.status.slice(old?.status.length ?? 0).map(withoutTime);
    const isNews = old === undefined || (old.title !== card.title && card.buttons.length > 0);
    return isNews ? [sentence(card.title), ...lines] : lines;
  });
}

/** An outcome line as it is spoken: it is news, so that its moment is now. */
function withoutTime({ before, by, after }: CardStatus): string {
  const words = by === undefined ? before.replace(/,?\s*$/, "") : before + personWords(by);
  return sentence(words + after);
}

function sentence(text: string): string {
  return /[.?!…]$/.test(text) ? text : `${text}.`;
}
