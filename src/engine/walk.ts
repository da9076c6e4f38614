import type { Conversation } from "../domain/conversation.ts";
import type { Json } from "../domain/json.ts";
import { limits } from "../domain/limits.ts";
import type { Person } from "../domain/person.ts";
import { personWords } from "../domain/person-words.ts";
import type { Turn } from "../domain/turn.ts";
import type { CompiledProcedure, CompiledStep } from "./compile.ts";
import { compare } from "./condition.ts";
import { type Context, scopeOf, stepOf } from "./context.ts";
import { endRun } from "./ending.ts";
import { closeOffer, isFull, say, takeId } from "./outbox.ts";
import { jsonBytes, readPath } from "./path.ts";
import { handOff } from "./people.ts";
import { ask, renderWords } from "./prompt.ts";
import { type Asked, askForAction, askForCall } from "./request.ts";
import { noteIfLate } from "./seen.ts";
import { evaluate } from "./template.ts";
import { trace } from "./trace.ts";

/** Where one step leads: on to a step (`null`: the end), or nowhere until something happens. */
type Move =
  | { readonly kind: "go"; readonly conversation: Conversation; readonly to: string | null }
  | { readonly kind: "stay"; readonly conversation: Conversation }
  | { readonly kind: "fail"; readonly conversation: Conversation; readonly problem: string };

/**
 * Starts a run of this procedure for the person who wrote the turn, and walks as far as it can. `chosenBy`: who chose it by
 * hand, null: a workflow; not given: nobody but the person. Pure.
 */
export function startRun(
  conversation: Conversation,
  context: Context,
  procedure: CompiledProcedure,
  turn: Turn,
  chosenBy?: Person | null,
): Conversation {
  // Whatever was asked before the run is no question of the run's.
  const taken = takeId(closeOffer(conversation, context, null));
  const started: Conversation = {
    ...taken.conversation,
    choosing: null,
    resolvedAt: null,
    run: {
      id: taken.id,
      procedure: { slug: procedure.slug, version: procedure.version },
      startedBy: turn.from,
      ...(chosenBy === undefined ? {} : { chosenBy }),
      startedAt: context.now,
      stepId: procedure.first,
      walked: 0,
      variables: {},
      wait: { kind: "input", expiresAt: context.now + context.settings.silenceMs, remindAt: null, invalid: 0 },
      decisions: [],
      trace: [],
      ending: null,
    },
  };
  const chosen = noteChoice(started, context, chosenBy);
  const heard = noteIfLate(trace(chosen, context, { kind: "heard", text: turn.text }), context, turn);
  return walk(heard, context, procedure.first);
}

function noteChoice(started: Conversation, context: Context, chosenBy: Person | null | undefined): Conversation {
  if (chosenBy === undefined) return started;
  const who = chosenBy === null ? "a workflow" : personWords(chosenBy);
  return trace(started, context, { kind: "note", text: `Started by ${who}.` });
}

/**
 * Enters this step (`null`: the end) and walks through every step that needs no answer from the world. Reaching a bound
 * hands the conversation over, with the reason. While people have the conversation, the run is held before the step. Pure.
 */
export function walk(conversation: Conversation, context: Context, to: string | null): Conversation {
  let at = conversation;
  let next = to;
  for (let transitions = 0; next !== null; transitions += 1) {
    if (at.people !== null) return hold(at, next);
    const bound = boundReached(at, transitions);
    if (bound !== null) return fail(at, context, bound);
    at = enter(at, next);
    const move = doStep(at, context, stepOf(at, context));
    if (move.kind === "stay") return move.conversation;
    if (move.kind === "fail") return fail(move.conversation, context, move.problem);
    at = move.conversation;
    next = move.to;
  }
  return endRun(at, context, "completed");
}

/** A step could not be done: nothing half is sent, people take over, and only they learn why. Pure. */
export function fail(conversation: Conversation, context: Context, problem: string): Conversation {
  const stepId = conversation.run?.stepId ?? "";
  return handOff(conversation, context, {
    customerText: context.settings.texts.handOff,
    internalReason: `Step ${stepId} could not be done: ${problem}`,
  });
}

/** Sets a variable of the run, or answers why there is no room for it. Pure. */
export function setVariables(
  conversation: Conversation,
  context: Context,
  values: { readonly [name: string]: Json },
): { readonly kind: "ok"; readonly conversation: Conversation } | { readonly kind: "full"; readonly problem: string } {
  const { run } = conversation;
  if (run === null) return { kind: "ok", conversation };
  const variables = { ...run.variables, ...values };
  if (jsonBytes(variables) > limits.variablesBytes) {
    return { kind: "full", problem: `the variables of the run are larger than ${limits.variablesBytes / 1024} KiB` };
  }
  let set: Conversation = { ...conversation, run: { ...run, variables } };
  for (const variable of Object.keys(values)) set = trace(set, context, { kind: "stored", variable });
  return { kind: "ok", conversation: set };
}

function boundReached(conversation: Conversation, transitions: number): string | null {
  if (transitions >= limits.transitionsPerAdvance) {
    return `it walked through ${limits.transitionsPerAdvance} steps without a pause; is there a loop?`;
  }
  if ((conversation.run?.walked ?? 0) >= limits.stepsPerRun) return `the run has walked ${limits.stepsPerRun} steps`;
  return isFull(conversation) ? "too many messages wait to be sent" : null;
}

function hold(conversation: Conversation, stepId: string): Conversation {
  const { run } = conversation;
  return run === null ? conversation : { ...conversation, run: { ...run, stepId, wait: { kind: "held" } } };
}

function enter(conversation: Conversation, stepId: string): Conversation {
  const { run } = conversation;
  return run === null ? conversation : { ...conversation, run: { ...run, stepId, walked: run.walked + 1 } };
}

function doStep(conversation: Conversation, context: Context, step: CompiledStep): Move {
  switch (step.kind) {
    case "message": {
      const content = renderWords(step.content, conversation, context);
      if (content.kind === "bad") return { kind: "fail", conversation, problem: content.problem };
      return { kind: "go", conversation: say(conversation, context, content.text), to: step.next };
    }
    case "collect": {
      const asked = ask(conversation, context, step);
      return asked.kind === "ok"
        ? { kind: "stay", conversation: asked.conversation }
        : { kind: "fail", conversation, problem: asked.problem };
    }
    case "condition":
      return branch(conversation, context, step);
    case "set":
      return set(conversation, context, step);
    case "call":
      return follow(conversation, step.next, askForCall(conversation, context, step));
    case "action":
      return follow(conversation, step.next, askForAction(conversation, context, step));
    case "escalate":
      return escalate(conversation, context, step);
    default:
      return step satisfies never;
  }
}

function branch(conversation: Conversation, context: Context, step: CompiledStep & { kind: "condition" }): Move {
  const left = readPath(scopeOf(conversation, context).variables, step.path);
  const compared = compare(left, step.step.operator, step.step.value);
  const traced = trace(conversation, context, {
    kind: "branch",
    left: compared.leftText,
    type: compared.leftType,
    right: compared.rightText,
    rightType: compared.rightType,
    result: compared.result,
    comparable: compared.comparable,
  });
  return { kind: "go", conversation: traced, to: compared.result ? step.then : step.else };
}

function set(conversation: Conversation, context: Context, step: CompiledStep & { kind: "set" }): Move {
  const value = assigned(conversation, context, step);
  if (value.kind === "bad") return { kind: "fail", conversation, problem: value.problem };
  const stored = setVariables(conversation, context, { [step.step.variable]: value.value });
  if (stored.kind === "full") return { kind: "fail", conversation, problem: stored.problem };
  return { kind: "go", conversation: stored.conversation, to: step.next };
}

function assigned(
  conversation: Conversation,
  context: Context,
  step: CompiledStep & { kind: "set" },
): { readonly kind: "ok"; readonly value: Json } | { readonly kind: "bad"; readonly problem: string } {
  return step.value === null
    ? { kind: "ok", value: step.step.value }
    : evaluate(step.value, scopeOf(conversation, context));
}

function escalate(conversation: Conversation, context: Context, step: CompiledStep & { kind: "escalate" }): Move {
  const reason = renderWords(step.reason, conversation, context);
  if (reason.kind === "bad") return { kind: "fail", conversation, problem: reason.problem };
  const given = handOff(conversation, context, { customerText: reason.text, internalReason: reason.text });
  return { kind: "stay", conversation: given };
}

function follow(conversation: Conversation, next: string | null, asked: Asked): Move {
  switch (asked.kind) {
    case "waiting":
      return { kind: "stay", conversation: asked.conversation };
    case "done": {
      // An action on this very document has no outcome to wait for.
      return asked.conversation.run === null
        ? { kind: "stay", conversation: asked.conversation }
        : { kind: "go", conversation: asked.conversation, to: next };
    }
    case "bad":
      return { kind: "fail", conversation, problem: asked.problem };
    default:
      return asked satisfies never;
  }
}
