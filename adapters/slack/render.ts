import type { KnownBlock } from "@slack/types";
import type { OutMessage, TextMessage } from "../../src/domain/message.ts";
import { visibleLine } from "../../src/domain/visible.ts";
import { choiceBlocks, privateAnswerBlock } from "./buttons.ts";
import { ownWords, sendable } from "./escape.ts";
import { type Post, postsOf } from "./layout.ts";
import { lengthOf } from "./length.ts";
import { slackLimits } from "./limits.ts";
import { renderCard } from "./render-card.ts";
import { context, textBlocks } from "./render-fields.ts";

/**
 * A message as posts, one or more: the first is the message itself, each further one belongs into its thread. What an edit
 * puts in the place of the message is the first alone; the parts below it stay what they were. Pure.
 */
export function renderMessage(message: OutMessage): readonly [Post, ...Post[]] {
  const [first, ...further] = message.kind === "text" ? renderText(message) : renderCard(message.card);
  if (first === undefined) throw new RangeError("A message became no post.");
  return [first, ...further];
}

function renderText({ text, author, choices, chosen, sensitive }: TextMessage): readonly Post[] {
  const words = author === null ? sendable(text) : `${visibleLine(author.name)}: ${sendable(text)}`;
  if (chosen !== undefined) {
    return postsOf(textBlocks(chosen === null ? words : `${words}\n✓ ${sendable(chosen)}`), "");
  }
  const blocks = [...textBlocks(words), ...shownChoices(choices.map(sendable)), ...(sensitive ? privateAnswer() : [])];
  return postsOf(blocks, "Choose one of these answers.");
}

/** The answers as buttons, and above them as a list where a button does not show or hold one whole. */
function shownChoices(choices: readonly string[]): readonly KnownBlock[] {
  const isLong = choices.some((choice) => lengthOf(choice) > slackLimits.buttonText);
  const list = choices.map((choice, index) => `${index + 1}. ${choice}`).join("\n");
  return [...(isLong ? textBlocks(list) : []), ...choiceBlocks(choices)];
}

function privateAnswer(): readonly KnownBlock[] {
  const words = "🔒 Please do not write the answer here: the button opens a form that nobody else can see.";
  return [context([ownWords(words)]), privateAnswerBlock()];
}
