import type { Card } from "../../../../../src/domain/card.ts";
import type { AgentsCardJson } from "../../../api.ts";

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

/** What a card that stands under another one says there. Pure. */
export function underRow({ id: key, card, at, saidBy }: AgentsCardJson): UnderRow {
  if (saidBy === null) return { kind: "line", key, tone: card.tone, text: card.title, at };
  const value = card.sections[0]?.fields[0]?.value;
  return { kind: "said", key, by: saidBy, name: card.title, text: typeof value === "string" ? value : "", at };
}
