import type { Button, ConfirmationDialog, KnownBlock } from "@slack/types";
import type { Card } from "../../src/domain/card.ts";
import { plainText } from "./escape.ts";
import { cut, lengthOf, sizeOf } from "./length.ts";
import { slackLimits } from "./limits.ts";
import { pack } from "./posts.ts";

type PressAction = Card["buttons"][number]["action"];

/** The action ids of what can be pressed under a message; behind the first two stands which of them. */
export const actionIds = { press: "press:", choice: "choice:", answerPrivately: "answer-privately" } as const;

const styles: { readonly [action in PressAction]?: "primary" | "danger" } = {
  approve: "primary",
  reject: "danger",
  stop: "danger",
};

// What cannot be taken back is asked twice.
const confirms: { readonly [action in PressAction]?: ConfirmationDialog } = {
  approve: {
    title: plainText("Approve this?"),
    text: plainText("It will be done at once, exactly as the card shows it. This cannot be taken back."),
    confirm: plainText("Approve"),
    deny: plainText("Not yet"),
    style: "primary",
  },
  runAgain: {
    title: plainText("Run it again?"),
    text: plainText("Nobody knows whether it happened. If it did, it will then have happened twice."),
    confirm: plainText("Run again"),
    deny: plainText("Not yet"),
    style: "danger",
  },
};

/** The buttons of a card: each says which press it is, and holds the card's press id and nothing else. Pure. */
export function pressBlocks({ buttons, pressId }: Card): readonly KnownBlock[] {
  if (pressId === null) return [];
  const each = new Map(buttons.map((button) => [button.action, button])).values();
  const elements = [...each].map(({ action, label }): Button => {
    const style = styles[action];
    const confirm = confirms[action];
    return {
      type: "button",
      action_id: `${actionIds.press}${action}`,
      text: plainText(cut(label, slackLimits.buttonText)),
      value: pressId,
      ...(style === undefined ? {} : { style }),
      ...(confirm === undefined ? {} : { confirm }),
    };
  });
  return elements.length === 0 ? [] : [{ type: "actions", elements }];
}

// So that a row always fits into a message, and often below the words that it answers.
const actionsLength = 6000;

/**
 * Answers offered as buttons whose value is the answer. One that is too long for a value has no button, and can be typed.
 * Pure.
 */
export function choiceBlocks(choices: readonly string[]): readonly KnownBlock[] {
  const buttons = choices.flatMap((choice, index): readonly Button[] => {
    if (lengthOf(choice) > slackLimits.buttonValue || choice === "") return [];
    const text = plainText(cut(choice, slackLimits.buttonText));
    return [{ type: "button", action_id: `${actionIds.choice}${index}`, text, value: choice }];
  });
  const room = { blocks: slackLimits.actionsElements, length: actionsLength };
  const rows = pack(buttons, room, (button) => ({ blocks: 1, length: sizeOf(button) }));
  return rows.map((elements) => ({ type: "actions", elements: [...elements] }));
}

/** The button that opens the form for an answer which must not be seen. Pure. */
export function privateAnswerBlock(): KnownBlock {
  const text = plainText("Answer privately");
  return {
    type: "actions",
    elements: [{ type: "button", action_id: actionIds.answerPrivately, text, style: "primary" }],
  };
}
