import type { Conversation } from "../domain/conversation.ts";
import type { CompiledStep } from "./compile.ts";
import { type Context, scopeOf } from "./context.ts";
import { say } from "./outbox.ts";
import { type Rendered, render, type Template } from "./template.ts";

type CollectStep = CompiledStep & { readonly kind: "collect" };
type Prompted =
  | { readonly kind: "ok"; readonly conversation: Conversation }
  | { readonly kind: "bad"; readonly problem: string };

/** Asks the step's question and begins to wait for the answer; a conversation that was resolved is open again. Pure. */
export function ask(conversation: Conversation, context: Context, step: CollectStep): Prompted {
  return prompt(waitForInput({ ...conversation, resolvedAt: null }, context, 0), context, step, "");
}

/** Says the question again after a sentence, without beginning to wait anew. Pure. */
export function prompt(conversation: Conversation, context: Context, step: CollectStep, before: string): Prompted {
  const question = renderWords(step.prompt, conversation, context);
  if (question.kind === "bad") return question;
  const text = before === "" ? question.text : `${before}\n${question.text}`;
  const { choices, sensitive } = step.step;
  return { kind: "ok", conversation: say(conversation, context, text, { choices: choices ?? [], sensitive }) };
}

/** Waits for an answer from now on: the reminder and the expiry begin anew. Pure. */
export function waitForInput(conversation: Conversation, context: Context, invalid: number): Conversation {
  const { run } = conversation;
  if (run === null) return conversation;
  const { silenceMs, silenceReminderMs } = context.settings;
  const expiresAt = context.now + silenceMs;
  const remindAt = silenceReminderMs < silenceMs ? context.now + silenceReminderMs : null;
  return { ...conversation, run: { ...run, wait: { kind: "input", expiresAt, remindAt, invalid } } };
}

/** Words for the customer, in full: what came out empty is a problem, as half a sentence is. Pure. */
export function renderWords(template: Template, conversation: Conversation, context: Context): Rendered {
  const rendered = render(template, scopeOf(conversation, context));
  if (rendered.kind === "bad" || rendered.text.trim() !== "") return rendered;
  return { kind: "bad", problem: "the text came out empty" };
}
