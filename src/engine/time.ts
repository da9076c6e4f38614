import type { Conversation } from "../domain/conversation.ts";
import { limits } from "../domain/limits.ts";
import type { Run, Wait } from "../domain/run.ts";
import { resume } from "./answer.ts";
import { labelOf } from "./card-sections.ts";
import { statusLine } from "./card-status.ts";
import { closedEffectCard, lineCard } from "./cards.ts";
import { type Context, stepOf } from "./context.ts";
import { endRun } from "./ending.ts";
import { editCard, isFull, post, say } from "./outbox.ts";
import { endSilentHandOff, handOff } from "./people.ts";
import { prompt } from "./prompt.ts";
import { fail } from "./walk.ts";

/** Time has passed: what is due to remind, to expire or to return is done, each of it once. Pure. */
export function onTick(conversation: Conversation, context: Context): Conversation {
  const back = returnFromPeople(conversation, context);
  const chosen = back.choosing !== null && back.choosing.expiresAt <= context.now ? { ...back, choosing: null } : back;
  const { run, people } = chosen;
  if (run?.wait.kind === "approval") return onApprovalTime(chosen, context, run, run.wait);
  if (run?.wait.kind === "verdict") return onVerdictTime(chosen, context, run, run.wait);
  // With people, nobody expects the customer to answer the bot.
  return run?.wait.kind === "input" && people === null ? onSilence(chosen, context, run, run.wait) : chosen;
}

/** Whether nothing is left to remember here: no run, nothing to send, with the bot, and silent for a week. Pure. */
export function isForgettable(conversation: Conversation, now: number): boolean {
  return isIdle(conversation) && conversation.touchedAt + limits.idleMs <= now;
}

/**
 * When somebody must look at the document though no event comes (Unix ms), or null. What is marked is the holder's
 * business until the lease ends; a head that waits for its next try is due then, whoever holds the lease. Pure.
 */
export function dueAtOf(conversation: Conversation): number | null {
  const { run, people, choosing, lease, outbox, touchedAt } = conversation;
  const times = [people?.until, choosing?.expiresAt, ...(run === null ? [] : timesOf(run.wait, people !== null))];
  times.push(...headsOf(outbox).flatMap(({ started, dueAt }) => (started ? [] : [dueAt])), lease?.until);
  if (isIdle(conversation)) times.push(touchedAt + limits.idleMs);
  const due = times.filter((time) => time !== undefined && time !== null);
  return due.length === 0 ? null : Math.min(...due);
}

/** The first effect of each lane. Pure. */
function headsOf(outbox: Conversation["outbox"]): Conversation["outbox"] {
  return outbox.filter((effect, index) => outbox.findIndex(({ lane }) => lane === effect.lane) === index);
}

function isIdle({ run, outbox, people, inbox }: Conversation): boolean {
  return run === null && outbox.length === 0 && people === null && inbox.length === 0;
}

function timesOf(wait: Wait, withPeople: boolean): readonly (number | null)[] {
  switch (wait.kind) {
    case "input":
      return withPeople ? [] : [wait.expiresAt, wait.remindAt];
    case "approval":
      return [wait.expiresAt, wait.remindAt];
    case "verdict":
      return [wait.remindAt];
    case "effect":
    case "held":
      return [];
    default:
      return wait satisfies never;
  }
}

function returnFromPeople(conversation: Conversation, context: Context): Conversation {
  const { people } = conversation;
  if (people === null || people.until > context.now) return conversation;
  return resume(endSilentHandOff(conversation, context), context);
}

function onSilence(
  conversation: Conversation,
  context: Context,
  run: Run,
  wait: Wait & { readonly kind: "input" },
): Conversation {
  if (wait.expiresAt <= context.now) {
    return endRun(say(conversation, context, context.settings.texts.expired), context, "expired");
  }
  if (wait.remindAt === null || wait.remindAt > context.now) return conversation;
  const reminded = { ...conversation, run: { ...run, wait: { ...wait, remindAt: null } } };
  const step = stepOf(reminded, context);
  if (step.kind !== "collect") return reminded;
  const asked = prompt(reminded, context, step, context.settings.texts.reminder);
  return asked.kind === "ok" ? asked.conversation : fail(reminded, context, asked.problem);
}

function onApprovalTime(
  conversation: Conversation,
  context: Context,
  run: Run,
  wait: Wait & { readonly kind: "approval" },
): Conversation {
  if (wait.expiresAt <= context.now) return expireApproval(conversation, context, run, wait);
  if (wait.remindAt === null || wait.remindAt > context.now) return conversation;
  const line = lineCard("reminder", `Still waiting for a decision: ${labelOf(wait.of)}`, "wait");
  const reminded = { ...conversation, run: { ...run, wait: { ...wait, remindAt: null } } };
  return post(reminded, context, line, wait.card).conversation;
}

/** A verdict never expires, since only people can find out what happened: they are reminded again and again. */
function onVerdictTime(
  conversation: Conversation,
  context: Context,
  run: Run,
  wait: Wait & { readonly kind: "verdict" },
): Conversation {
  if (wait.remindAt > context.now) return conversation;
  const remindAt = context.now + context.settings.approvalReminderMs;
  const reminded = { ...conversation, run: { ...run, wait: { ...wait, remindAt } } };
  if (isFull(reminded)) return reminded;
  const line = lineCard("reminder", `Still unknown whether this happened: ${labelOf(wait.of)}`, "doubt");
  return post(reminded, context, line, wait.card).conversation;
}

/** An expiry is not a rejection, and says so. */
function expireApproval(
  conversation: Conversation,
  context: Context,
  run: Run,
  { of, card }: Wait & { readonly kind: "approval" },
): Conversation {
  const hours = Math.round(context.settings.approvalMs / 3_600_000);
  const why = `. Nobody decided in ${hours} h. This is not a rejection. A person takes over.`;
  const shown = closedEffectCard(conversation, context, of, {
    title: `Expired: ${labelOf(of)}`,
    tone: "plain",
    status: [statusLine("wait", "Expired", context.now, why)],
  });
  const closed = editCard(conversation, context, card, shown);
  const wait = { kind: "effect" as const, effectId: of.id, card: null };
  return handOff({ ...closed, run: { ...run, wait } }, context, {
    customerText: context.settings.texts.approvalExpired,
    internalReason: `Nobody decided about this in ${hours} h: ${labelOf(of)}.`,
  });
}
