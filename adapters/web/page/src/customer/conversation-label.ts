import type { ConversationSummaryJson } from "../../../api.ts";
import { clockTime } from "../shared/time.ts";

const wordsLength = 40;

/** A conversation in a list: when, whose, and the newest words with who said them. Pure but for the reader's zone. */
export function conversationLabel(summary: ConversationSummaryJson, zone?: string): string {
  const { customer, startedAt, lastBy, lastText } = summary;
  const whose = `${clockTime(startedAt, zone)} ${customer.name}`;
  if (lastBy === null) return whose;
  const signs = Array.from(lastText);
  const words = signs.length > wordsLength ? `${signs.slice(0, wordsLength).join("")}…` : lastText;
  return lastBy === customer.name ? `${whose}: ${words}` : `${whose} · ${lastBy}: ${words}`;
}
