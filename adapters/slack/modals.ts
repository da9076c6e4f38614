import type { InputBlock, KnownBlock, ModalView } from "@slack/types";
import type { Procedure } from "../../src/domain/procedure.ts";
import { visible } from "../../src/domain/visible.ts";
import { ownWords, plainText, sendable } from "./escape.ts";
import { cut } from "./length.ts";
import { slackLimits } from "./limits.ts";
import { inputAction, inputs, type PressTarget, type QuestionTarget, type StartTarget } from "./modal-values.ts";
import { context, textBlocks } from "./render-fields.ts";

/** The callback ids of Usher's modals, by what they ask for. */
export const modalIds = {
  reject: "reject",
  happened: "happened",
  answer: "answer",
  start: "start",
} as const;

interface Form {
  readonly id: string;
  readonly title: string;
  readonly submit: string;
  readonly target: PressTarget | QuestionTarget | StartTarget;
  readonly blocks: readonly KnownBlock[];
}

// A modal keeps its block ids, so that what somebody typed is not lost when it is shown again.
function modal({ id, title, submit, target, blocks }: Form): ModalView {
  return {
    type: "modal",
    callback_id: id,
    title: plainText(title),
    submit: plainText(submit),
    close: plainText("Cancel"),
    private_metadata: JSON.stringify(target),
    blocks: [...blocks],
  };
}

interface TextInput {
  readonly block: string;
  readonly label: string;
  readonly hint: string;
  readonly optional: boolean;
  readonly multiline: boolean;
}

function textInput({ block, label, hint, optional, multiline }: TextInput): InputBlock {
  return {
    type: "input",
    block_id: block,
    label: plainText(label),
    hint: plainText(hint),
    optional,
    element: { type: "plain_text_input", action_id: inputAction, multiline, max_length: slackLimits.inputLength },
  };
}

/** Asks why something is rejected. Pure. */
export function rejectModal(target: PressTarget): ModalView {
  const hint = "Your colleagues see it. The customer does not.";
  const input = textInput({ block: inputs.reason, label: "Reason", hint, optional: false, multiline: true });
  return modal({ id: modalIds.reject, title: "Reject", submit: "Reject", target, blocks: [input] });
}

/** Asks what came of something that happened. Pure. */
export function happenedModal(target: PressTarget): ModalView {
  const hint = "What the other system answered, as JSON or in words. Later steps may use it.";
  const input = textInput({ block: inputs.result, label: "Result", hint, optional: true, multiline: true });
  return modal({ id: modalIds.happened, title: "It happened", submit: "Confirm", target, blocks: [input] });
}

/** Asks a question whose answer nobody else is to see; `question` as it stands in the thread. Pure. */
export function answerModal(question: string, target: QuestionTarget): ModalView {
  const hint = "Nobody sees it in Slack.";
  const input = textInput({ block: inputs.answer, label: "Your answer", hint, optional: false, multiline: false });
  const blocks = textBlocks(sendable(question)).map((block, index) => ({ ...block, block_id: `question-${index}` }));
  return modal({ id: modalIds.answer, title: "Answer privately", submit: "Send", target, blocks: [...blocks, input] });
}

/** Asks which of the active procedures is to start from a message. Pure. */
export function startModal(procedures: readonly Pick<Procedure, "slug" | "name">[], target: StartTarget): ModalView {
  const form = { id: modalIds.start, title: "Start a procedure", submit: "Start", target };
  if (procedures.length === 0) {
    const { submit: _, ...view } = modal({ ...form, blocks: [note("No procedure is active. Publish one first.")] });
    return view;
  }
  const left = procedures.length - slackLimits.selectOptions;
  const options = procedures.slice(0, slackLimits.selectOptions).map(({ slug, name }) => ({
    text: plainText(cut(visible(name), slackLimits.optionText)),
    description: plainText(slug),
    value: slug,
  }));
  const input: InputBlock = {
    type: "input",
    block_id: inputs.procedure,
    label: plainText("Procedure"),
    element: { type: "static_select", action_id: inputAction, placeholder: plainText("Choose one"), options },
  };
  const more = left > 0 ? [note(`… and ${left} more, which do not fit into this list. ${howElse}`)] : [];
  return modal({ ...form, blocks: [input, ...more] });
}

const howElse = "The customer can start one of them by asking for it.";

/** Says something to whoever has a form open, in its place. Pure. */
export function noticeModal(words: string): ModalView {
  return blocksModal(textBlocks(sendable(words)));
}

/** Blocks in a modal that can only be closed. Pure. */
export function blocksModal(given: readonly KnownBlock[]): ModalView {
  const blocks = given.map((block, index) => ({ ...block, block_id: `notice-${index}` }));
  return { type: "modal", title: plainText("Usher"), close: plainText("Close"), blocks };
}

function note(words: string): KnownBlock {
  return { ...context([ownWords(words)]), block_id: "note" };
}
