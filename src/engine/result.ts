import { actionTable } from "../domain/action.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Effect, Outgoing } from "../domain/effect.ts";
import { isRecord, type Json } from "../domain/json.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Run } from "../domain/run.ts";
import { labelOf } from "./card-sections.ts";
import { decisionLines, statusLine } from "./card-status.ts";
import { closedEffectCard } from "./cards.ts";
import type { CompiledStep } from "./compile.ts";
import { type Context, stepOf } from "./context.ts";
import { endRun } from "./ending.ts";
import { editCard, say } from "./outbox.ts";
import { notify, readsOnly } from "./request.ts";
import { hideSensitive, shorten, trace } from "./trace.ts";
import { fail, setVariables, walk } from "./walk.ts";

/** An outcome that ends the waiting. */
export type Result = Outcome & { readonly kind: "done" | "failed" };

type RequestStep = CompiledStep & { readonly kind: "call" | "action" };

/** The run's call or action has a result: the agents learn it where they must, and the run goes on or ends. Pure. */
export function onRequestResult(
  conversation: Conversation,
  context: Context,
  of: Outgoing,
  result: Result,
): Conversation {
  const wait = conversation.run?.wait;
  if (wait?.kind !== "effect" || wait.effectId !== of.id) return conversation;
  const step = stepOf(conversation, context);
  if (step.kind !== "call" && step.kind !== "action") return conversation;
  const note = result.kind === "done" ? "" : result.reason;
  const traced = trace(conversation, context, { kind: "outcome", id: of.id, outcome: result.kind, note });
  // Nobody is there any more who could be told.
  if (traced.run?.ending === "uninstalled") return endRun(traced, context, "uninstalled");
  const told = tellAgents(traced, context, of, step, wait.card, result);
  const ending = told.run?.ending ?? null;
  if (ending !== null) return endAsAsked(told, context, ending, of.effect, result);
  return result.kind === "done"
    ? goOn(told, context, of.effect, step, result.value)
    : goOnAfterFailure(told, context, step, result.reason);
}

/**
 * Ends a run that was asked to end while its effect was out. A customer who cancelled learns whether the last step was
 * carried out all the same; people who were asked for have the conversation already. Pure.
 */
export function endAsAsked(
  conversation: Conversation,
  context: Context,
  ending: NonNullable<Run["ending"]>,
  effect: Effect,
  result: Result,
): Conversation {
  if (ending !== "cancelled") return endRun(conversation, context, ending);
  const { texts } = context.settings;
  const changed = result.kind === "done" && !(effect.kind === "call" && readsOnly(effect.request.method));
  const told = say(conversation, context, changed ? texts.cancelledTooLate : texts.cancelled);
  return endRun(told, context, ending);
}

function tellAgents(
  conversation: Conversation,
  context: Context,
  of: Outgoing,
  step: RequestStep,
  card: string | null,
  result: Result,
): Conversation {
  if (card !== null) return editCard(conversation, context, card, settledCard(conversation, context, of, result));
  if (step.step.approval !== "notify") return conversation;
  const what = hideSensitive(conversation, context, whatWords(of.effect));
  const label = `${labelOf(of)}${what === "" ? "" : ` (${shorten(what, lengthOfWhat)})`}`;
  if (result.kind === "failed") return notify(conversation, context, label, result.reason);
  return notify(conversation, context, `${label}${resultInWords(result.value)}`);
}

const lengthOfWhat = 200;

/** Which ticket, lead or mail it is, by what agents look for it under; a call says that by its address. Pure. */
function whatWords(effect: Effect): string {
  if (effect.kind !== "act") return "";
  const { action } = effect;
  switch (action.kind) {
    case "create_ticket":
      return `“${action.subject}”`;
    case "create_lead":
      return [action.company, action.name, action.email].flatMap((word) => word ?? []).join(", ");
    case "send_email":
      return `to ${action.to}`;
    case "tag_session":
      return `“${action.tag}”`;
    case "resolve_session":
      return "";
    default:
      return action satisfies never;
  }
}

function settledCard(conversation: Conversation, context: Context, of: Outgoing, result: Result) {
  const tone = result.kind === "done" ? "ok" : "bad";
  const outcome =
    result.kind === "done"
      ? statusLine(tone, `Done${resultInWords(result.value)},`, context.now)
      : statusLine(tone, "Failed,", context.now, `: ${result.reason}`);
  return closedEffectCard(conversation, context, of, {
    title: `${result.kind === "done" ? "Done" : "Failed"}: ${labelOf(of)}`,
    tone,
    status: [...decisionLines(conversation, of.id), outcome],
  });
}

function resultInWords(value: Json): string {
  return isRecord(value) && typeof value["ticketId"] === "string" ? `: ticket #${value["ticketId"]}` : "";
}

function goOn(
  conversation: Conversation,
  context: Context,
  effect: Effect,
  step: RequestStep,
  value: Json,
): Conversation {
  const variables =
    step.kind === "call" ? answerOf(step.step.response, value) : outputsOf(effect, step.step.response, value);
  const stored = setVariables(conversation, context, variables);
  return stored.kind === "ok"
    ? walk(stored.conversation, context, step.next)
    : fail(conversation, context, stored.problem);
}

function answerOf(response: string | undefined, value: Json): { readonly [name: string]: Json } {
  return response === undefined ? {} : { [response]: value };
}

/** The outputs that the action declares; a bare value (an agent's verdict) counts as the only output there is. */
function outputsOf(effect: Effect, response: string | undefined, value: Json): { readonly [name: string]: Json } {
  const names = effect.kind === "act" ? actionTable[effect.action.kind].outputs : [];
  const given = isRecord(value) ? value : {};
  const [first] = names;
  const outputs: { readonly [name: string]: Json } =
    !isRecord(value) && value !== null && first !== undefined
      ? { [first]: String(value) }
      : Object.fromEntries(names.flatMap((name) => (name in given ? [[name, given[name] ?? null]] : [])));
  return response === undefined ? outputs : { [response]: outputs };
}

function goOnAfterFailure(
  conversation: Conversation,
  context: Context,
  step: RequestStep,
  reason: string,
): Conversation {
  return step.onError === undefined ? fail(conversation, context, reason) : walk(conversation, context, step.onError);
}
