import { z } from "zod";
import { type Card, cardSchema } from "../../src/domain/card.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { webLimits } from "./limits.ts";
import type { LogFile } from "./log-file.ts";

const cardRow = z.object({
  effect: z.string(),
  conversation: z.string(),
  under: z.string().nullable(),
  card: z.string().transform((stored): Card => cardSchema.parse(JSON.parse(stored))),
  at: z.number(),
});

/**
 * One card of the agents channel; `under`: the effect that posted the card that it stands under. An agent's own words
 * have no effect: `replyCardId` is theirs.
 */
export type LoggedCard = Readonly<z.infer<typeof cardRow>>;

const replyPrefix = "reply.";

/** What stands in an effect's place for an agent's words; no effect's id is like it. Pure. */
export function replyCardId(conversation: string, key: string): string {
  return `${replyPrefix}${conversation}.${key}`;
}

/** Between which two texts the ids of a conversation's replies lie. Pure. */
export function replyCardIds(conversation: string): readonly [string, string] {
  // "/" is the character after ".".
  return [`${replyPrefix}${conversation}.`, `${replyPrefix}${conversation}/`];
}

/** Whether a card holds an agent's own words. Pure. */
export function isReply({ effect }: LoggedCard): boolean {
  return effect.startsWith(replyPrefix);
}

/** The agents channel: what a chat platform's own servers keep. Every method throws what LogFile does. */
export interface CardLog {
  has(effect: string): boolean;
  /** Stores a card, once for each effect id. */
  post(card: LoggedCard): void;
  /** Puts another card in its place. Throws PermanentError if there is none. */
  change(effect: string, card: Card): void;
  /** The newest cards, oldest first. */
  newest(): readonly LoggedCard[];
}

/** The agents channel in an open file. */
export function createCardLog(file: LogFile): CardLog {
  const insert = "INSERT OR IGNORE INTO cards (effect, conversation, under, card, at) VALUES (?, ?, ?, ?, ?)";
  const newest = "SELECT effect, conversation, under, card, at FROM cards ORDER BY seq DESC LIMIT ?";
  return {
    has: (effect) => file.first(z.object({}), "SELECT 1 FROM cards WHERE effect = ?", effect) !== null,
    post: ({ effect, conversation, under, card, at }) => {
      file.run(insert, effect, conversation, under, JSON.stringify(card), at);
    },
    change: (effect, card) => {
      const changed = file.run("UPDATE cards SET card = ? WHERE effect = ?", JSON.stringify(card), effect);
      if (changed === 0) throw new PermanentError(`The playground never showed card ${effect}.`);
    },
    newest: () => file.all(cardRow, newest, webLimits.cardsShown).toReversed(),
  };
}
