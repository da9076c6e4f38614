import type { AgentsCardJson } from "../../../api.ts";

/** How many cards wait for an agent: approvals, hand-offs and outcomes that nobody knows. Pure. */
export function waitingCount(cards: readonly AgentsCardJson[]): number {
  return cards.filter(({ card }) => card.buttons.length > 0).length;
}
