import type { Conversation } from "../domain/conversation.ts";
import { dots } from "../domain/dots.ts";
import type { Json } from "../domain/json.ts";
import { isSamePerson } from "../domain/person.ts";
import type { Turn } from "../domain/turn.ts";
import { cancel } from "./cancel.ts";
import type { CompiledStep } from "./compile.ts";
import { type Context, fill, procedureOf, stepOf } from "./context.ts";
import { exampleOf, readInput } from "./input.ts";
import { closeOffer } from "./outbox.ts";
import { handOff } from "./people.ts";
import { correction, matchesVariable, recognise } from "./phrases.ts";
import { prompt, waitForInput } from "./prompt.ts";
import { noteIfLate } from "./seen.ts";
import { trace } from "./trace.ts";
import { fail, setVariables, walk } from "./walk.ts";

type CollectStep = CompiledStep & { readonly kind: "collect" };

/** A turn while the run waits for input: a word to the bot, a correction, or the answer. Pure. */
export function onAnswer(conversation: Conversation, context: Context, turn: Turn): Conversation {
  const step = stepOf(conversation, context);
  if (step.kind !== "collect") return conversation;
  if (!mayAnswer(conversation, context, turn)) return conversation;
  if (turn.text.trim() === "") return askOnceMore(conversation, context, step, context.settings.texts.filesNotRead);
  // An offered choice is an answer even if it reads like a word to the bot ("Stop").
  if (isChoice(step, turn.text)) return take(conversation, context, step, turn);
  return onWord(conversation, context, step, turn) ?? take(conversation, context, step, turn);
}

/** Whether a turn would be taken as the answer: it is valid, and neither a word to the bot nor a correction. Pure. */
export function wouldAnswer(conversation: Conversation, context: Context, turn: Turn): boolean {
  const step = stepOf(conversation, context);
  if (step.kind !== "collect" || !mayAnswer(conversation, context, turn) || turn.text.trim() === "") return false;
  if (isChoice(step, turn.text)) return true;
  const word = recognise(turn.text, step.step.prompt);
  if ((word !== null && word !== "yes" && word !== "no") || correction(turn.text) !== null) return false;
  return readInput(turn.text, step.step, context.settings).kind !== "bad";
}

/** Whether this person's words count for the run: its starter's do, or anyone's where the procedure says so. Pure. */
export function mayAnswer(conversation: Conversation, context: Context, { from }: Turn): boolean {
  const { run } = conversation;
  if (run === null) return false;
  return isSamePerson(run.startedBy, from) || procedureOf(conversation, context).answers === "anyone";
}

/** The conversation is back from people: a held run goes on, and a question that waits is asked again. Pure. */
export function resume(conversation: Conversation, context: Context): Conversation {
  if (conversation.run?.wait.kind === "held") return walk(conversation, context, conversation.run.stepId);
  if (conversation.run?.wait.kind !== "input") return conversation;
  const step = stepOf(conversation, context);
  if (step.kind !== "collect") return conversation;
  return askOnceMore(waitForInput(conversation, context, conversation.run.wait.invalid), context, step, "");
}

function isChoice(step: CollectStep, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return step.step.choices?.some((choice) => choice.toLowerCase() === wanted) ?? false;
}

/** What the customer says to the bot rather than to the question; null when it is meant as the answer. */
function onWord(conversation: Conversation, context: Context, step: CollectStep, turn: Turn): Conversation | null {
  const { texts } = context.settings;
  switch (recognise(turn.text, step.step.prompt)) {
    case "cancel":
      return cancel(conversation, context);
    case "human":
      return handOff(conversation, context, {
        customerText: texts.handOff,
        internalReason: "The customer asked for a person.",
      });
    case "repeat":
      return askOnceMore(conversation, context, step, "");
    case "skip":
    case "why":
      return askOnceMore(
        conversation,
        context,
        step,
        fill(texts.whyAsked, { procedure: procedureOf(conversation, context).name }),
      );
    default:
      return correct(conversation, context, step, turn);
  }
}

/** "Wait, my mail is …": an earlier answer changes if the new one is valid, and the question comes again. */
function correct(conversation: Conversation, context: Context, step: CollectStep, turn: Turn): Conversation | null {
  const said = correction(turn.text);
  const earlier = said === null ? null : answerMeant(conversation, context, step, said.name);
  if (said === null || earlier === null) return null;
  const read = readInput(said.value, earlier.step, context.settings);
  if (read.kind === "bad") return askOnceMore(conversation, context, step, complaint(context, earlier, read.why));
  const heard = hear(conversation, context, earlier, turn);
  const stored = setVariables(heard, context, { [earlier.step.variable]: read.value });
  if (stored.kind === "full") return fail(conversation, context, stored.problem);
  return askOnceMore(stored.conversation, context, step, context.settings.texts.corrected);
}

/** The earlier question that is meant: by its name, or without one ("I meant 1002") the one that was answered last. */
function answerMeant(
  conversation: Conversation,
  context: Context,
  step: CollectStep,
  name: string,
): CollectStep | null {
  const { run } = conversation;
  if (run === null) return null;
  const answered = [...procedureOf(conversation, context).steps.values()].filter(
    (other): other is CollectStep =>
      other.kind === "collect" &&
      other.step.variable !== step.step.variable &&
      Object.hasOwn(run.variables, other.step.variable),
  );
  if (name !== "")
    return answered.find((other) => matchesVariable(name, other.step.variable, other.step.prompt)) ?? null;
  // After an invalid answer it is that one which is corrected.
  if (run.wait.kind === "input" && run.wait.invalid > 0) return null;
  const last = run.trace.findLast((entry) => entry.kind === "stored");
  return answered.find((other) => other.step.variable === last?.variable) ?? null;
}

function take(conversation: Conversation, context: Context, step: CollectStep, turn: Turn): Conversation {
  const heard = hear(conversation, context, step, turn);
  const read = readInput(turn.text, step.step, context.settings);
  if (read.kind === "bad") return refuse(heard, context, step, read.why);
  const shown = closeOffer(heard, context, chosenIn(step, read.value));
  const stored = setVariables(shown, context, { [step.step.variable]: read.value });
  return stored.kind === "full" ? fail(heard, context, stored.problem) : walk(stored.conversation, context, step.next);
}

function chosenIn({ step }: CollectStep, value: Json): string | null {
  return step.sensitive || typeof value !== "string" ? null : value;
}

function hear(conversation: Conversation, context: Context, step: CollectStep, turn: Turn): Conversation {
  const heard = trace(conversation, context, { kind: "heard", text: step.step.sensitive ? dots : turn.text });
  return noteIfLate(heard, context, turn);
}

/** The prompt repeats until the answer is valid, saying what is wrong, unless the step sets a limit. */
function refuse(conversation: Conversation, context: Context, step: CollectStep, why: Complaint): Conversation {
  const wait = conversation.run?.wait;
  const invalid = (wait?.kind === "input" ? wait.invalid : 0) + 1;
  const traced = trace(conversation, context, { kind: "invalid", problem: why });
  if (step.step.attempts !== undefined && invalid >= step.step.attempts) {
    return handOff(traced, context, {
      customerText: context.settings.texts.handOff,
      internalReason: `The customer gave ${invalid} invalid answers to ${step.step.variable}.`,
    });
  }
  const { personOffered } = context.settings.texts;
  const offer = invalid > 1 ? ` ${personOffered}` : "";
  return askOnceMore(waitForInput(traced, context, invalid), context, step, complaint(context, step, why) + offer);
}

type Complaint = Extract<ReturnType<typeof readInput>, { readonly kind: "bad" }>["why"];

function complaint({ settings }: Context, step: CollectStep, why: Complaint): string {
  const { texts } = settings;
  switch (why) {
    case "text":
      return texts.invalidText;
    case "email":
      return texts.invalidEmail;
    case "phone":
      return fill(texts.invalidPhone, { example: exampleOf("phone", settings) });
    case "number":
      return fill(texts.invalidNumber, { example: exampleOf("number", settings) });
    case "choice":
      return fill(texts.invalidChoice, { choices: (step.step.choices ?? []).join(", ") });
    default:
      return why satisfies never;
  }
}

function askOnceMore(conversation: Conversation, context: Context, step: CollectStep, before: string): Conversation {
  const asked = prompt(conversation, context, step, before);
  return asked.kind === "ok" ? asked.conversation : fail(conversation, context, asked.problem);
}
