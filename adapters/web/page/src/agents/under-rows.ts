import type { Card } from "../../../../../src/domain/card.ts";
import type { AgentsCardJson, MessageJson } from "../../../api.ts";

/** A row under a card: somebody's words, or a line of Usher's. */
export type UnderRow =
  | {
      readonly kind: "said";
      readonly key: string;
      readonly by: "customer" | "agent";
      readonly name: string;
      readonly text: string;
      readonly at: number;
    }
  | {
      readonly kind: "line";
      readonly key: string;
      readonly tone: Card["tone"];
      readonly text: string;
      readonly at: number;
    };

/**
 * The rows under a card, oldest first. `messages`: of the customer's thread, where it is known; what agents answered
 * from here stands there under their names, and comes back between the customer's words. Pure.
 */
export function underRows(
  { at: since, card }: AgentsCardJson,
  under: readonly AgentsCardJson[],
  messages: readonly MessageJson[],
): readonly UnderRow[] {
  const until = card.buttons.length > 0 ? Number.POSITIVE_INFINITY : (card.status.at(-1)?.at ?? since);
  const cards = under.map(({ id, card: own, at }): UnderRow => {
    if (own.kind !== "relay") return { kind: "line", key: id, tone: own.tone, text: own.title, at };
    const value = own.sections[0]?.fields[0]?.value;
    return { kind: "said", key: id, by: "customer", name: own.title, text: typeof value === "string" ? value : "", at };
  });
  const relayed = messages.filter(({ role, id, at }) => {
    const isAgent = role !== "customer" && role !== "bot";
    return isAgent && id.startsWith("usher.") && at >= since && at <= until;
  });
  const replies = relayed.map(({ id, name, text, at }): UnderRow => {
    return { kind: "said", key: id, by: "agent", name, text, at };
  });
  return [...cards, ...replies].sort((a, b) => a.at - b.at);
}
