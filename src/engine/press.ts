import type { Conversation } from "../domain/conversation.ts";
import type { Outgoing } from "../domain/effect.ts";
import { limits } from "../domain/limits.ts";
import { isAgent, isSamePerson, type Person } from "../domain/person.ts";
import { personWords } from "../domain/person-words.ts";
import type { Decision, Press, PressAction } from "../domain/press.ts";
import type { Wait } from "../domain/run.ts";
import { resume } from "./answer.ts";
import { labelOf } from "./card-sections.ts";
import { decisionLines, isAbout, statusLine, verdictId } from "./card-status.ts";
import { closedEffectCard } from "./cards.ts";
import type { Context } from "./context.ts";
import { editCard, say } from "./outbox.ts";
import { pick } from "./path.ts";
import { endHandOff, handOff } from "./people.ts";
import { actHere, isLocal, send } from "./request.ts";
import { endAsAsked, onRequestResult } from "./result.ts";
import { trace } from "./trace.ts";

type Approval = Wait & { readonly kind: "approval" };
type Verdict = Wait & { readonly kind: "verdict" };

/** What a press comes to: it counts, somebody was faster, or it is not for this person, moment or card. */
export type Judgement =
  | { readonly kind: "counts"; readonly decision: Decision }
  | { readonly kind: "decided"; readonly decision: Decision }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Judges a press against the document, without changing it. Only agents of the workspace's own side decide; the first
 * decision wins, and every later press learns who made it. Pure.
 */
export function judge(conversation: Conversation, context: Context, press: Press): Judgement {
  if (!isAgent(press.by)) return refused("Only agents can decide.");
  const wait = waitingFor(conversation, press);
  if (wait === null) {
    const made = earlierDecision(decisionsOf(conversation), press);
    return made === null ? refused("There is nothing to decide here any more.") : { kind: "decided", decision: made };
  }
  if (isElsewhere(conversation, wait, press))
    return refused("This card has been copied here. Decide on the one that Usher posted.");
  if (wait.kind === "approval" && wait.expiresAt <= context.now) {
    return refused("This approval has expired. A person takes over.");
  }
  if (wait.kind !== "handOff" && hasStarted(conversation, press.by) && !context.settings.selfApproval) {
    return refused("You started this request, so somebody else must decide it.");
  }
  const of = wait.kind === "verdict" ? verdictId(wait.of) : press.id;
  return { kind: "counts", decision: decisionOf({ ...press, id: of }, context.now) };
}

/** The newest decision of the same sort on the same thing, or null. Pure. */
export function earlierDecision(decisions: readonly Decision[], press: Press): Decision | null {
  return (
    decisions.findLast(({ of, action }) => isAbout(of, press.id) && sortOf[action] === sortOf[press.action.kind]) ??
    null
  );
}

/** Does what a press that counts decides; any other press changes nothing. Pure. */
export function onPressed(conversation: Conversation, context: Context, press: Press): Conversation {
  const judgement = judge(conversation, context, press);
  if (judgement.kind !== "counts") return conversation;
  if (sortOf[press.action.kind] === "handOff")
    return afterHandOff(endHandOff(conversation, context, judgement.decision), context, press.action.kind);
  const decided = note(conversation, context, judgement.decision);
  const wait = decided.run?.wait;
  if (wait?.kind === "approval") {
    return press.action.kind === "reject"
      ? reject(decided, context, wait, press.action.reason)
      : approve(decided, context, wait);
  }
  return wait?.kind === "verdict" ? settleVerdict(decided, context, wait, press.action) : decided;
}

const sortOf: { readonly [action in PressAction["kind"]]: "approval" | "verdict" | "handOff" } = {
  approve: "approval",
  reject: "approval",
  happened: "verdict",
  runAgain: "verdict",
  stop: "verdict",
  handBack: "handOff",
  resolve: "handOff",
};

type Pending = Approval | Verdict | { readonly kind: "handOff"; readonly card: string };

function waitingFor({ run, people }: Conversation, press: Press): Pending | null {
  const sort = sortOf[press.action.kind];
  if (sort === "handOff") return people?.card === press.id ? { kind: "handOff", card: people.card } : null;
  const wait = run?.wait;
  if (wait?.kind !== "approval" && wait?.kind !== "verdict") return null;
  if (wait.kind !== sort) return null;
  // Whoever knows only the effect's id means the question that is open.
  return press.id === wait.of.id || (sort === "verdict" && press.id === verdictId(wait.of)) ? wait : null;
}

/** A click that comes before the card's own reference is stored is accepted; one on another card is not. */
function isElsewhere({ cards }: Conversation, { card }: Pending, press: Press): boolean {
  const posted = cards[card];
  return press.card !== null && posted !== undefined && posted !== press.card;
}

/** Whether it is this person's own run: in whose name it goes, or who chose it for somebody else (guarantee G8). */
function hasStarted({ run }: Conversation, by: Person): boolean {
  if (run === null) return false;
  const { startedBy, chosenBy = null } = run;
  return isSamePerson(startedBy, by) || (chosenBy !== null && isSamePerson(chosenBy, by));
}

function decisionsOf({ run, handOffs, outbox }: Conversation): readonly Decision[] {
  const leaving = outbox.flatMap(({ effect }) => (effect.kind === "record" ? effect.run.decisions : []));
  return [...leaving, ...(run?.decisions ?? []), ...handOffs];
}

function decisionOf({ id, by, action }: Press, at: number): Decision {
  return { of: id, by, at, action: action.kind, reason: action.kind === "reject" ? action.reason : null };
}

function refused(reason: string): Judgement {
  return { kind: "refused", reason };
}

function note(conversation: Conversation, context: Context, decision: Decision): Conversation {
  const { run } = conversation;
  if (run === null) return conversation;
  const decided = {
    ...conversation,
    run: { ...run, decisions: [...run.decisions, decision].slice(-limits.decisionsOfRun) },
  };
  return trace(decided, context, {
    kind: "decided",
    id: decision.of,
    action: decision.action,
    by: personWords(decision.by),
  });
}

function approve(conversation: Conversation, context: Context, { of, card }: Approval): Conversation {
  const { effect } = of;
  if (effect.kind === "act" && isLocal(effect.action)) {
    const acted = actHere(conversation, context, effect.action, "require");
    return onRequestResult(waitFor(acted, of, card), context, of, { kind: "done", value: {} });
  }
  const sent = send(conversation, context, { ...of, dueAt: context.now }, card);
  return editCard(sent, context, card, decidedCard(sent, context, of, "Approved", "wait", "Running…"));
}

function reject(conversation: Conversation, context: Context, { of, card }: Approval, reason: string): Conversation {
  const shown = decidedCard(conversation, context, of, "Rejected", "bad", "A person takes over.");
  // No longer an approval, so that the end of the run does not close the card a second time.
  const closed = waitFor(editCard(conversation, context, card, shown), of, null);
  return handOff(closed, context, {
    customerText: context.settings.texts.rejected,
    internalReason: `The approval was rejected: ${reason}`,
  });
}

function settleVerdict(conversation: Conversation, context: Context, wait: Verdict, action: PressAction): Conversation {
  const { of, card } = wait;
  switch (action.kind) {
    case "happened": {
      const value = of.effect.kind === "call" ? pick(action.value, of.effect.keep) : action.value;
      return onRequestResult(waitFor(conversation, of, card), context, of, { kind: "done", value });
    }
    case "runAgain": {
      // A person has found out that it did not happen: the tries begin anew, under the same id and key.
      const fresh = { ...of, dueAt: context.now, firstAt: null, tries: 0, mayHaveHappened: false };
      const again = send(conversation, context, fresh, card);
      return editCard(again, context, card, decidedCard(again, context, of, "Running again", "wait", "Running…"));
    }
    case "stop": {
      const shown = decidedCard(conversation, context, of, "Stopped", "plain", "A person takes over.");
      const stopped = waitFor(editCard(conversation, context, card, shown), of, null);
      const ending = stopped.run?.ending ?? null;
      if (ending !== null)
        return endAsAsked(stopped, context, ending, of.effect, { kind: "failed", reason: "stopped" });
      return handOff(stopped, context, {
        customerText: context.settings.texts.handOff,
        internalReason: "Nobody knows whether the last step happened, and an agent stopped the run there.",
      });
    }
    default:
      return conversation;
  }
}

function waitFor(conversation: Conversation, of: Outgoing, card: string | null): Conversation {
  const { run } = conversation;
  if (run === null) return conversation;
  return { ...conversation, run: { ...run, wait: { kind: "effect", effectId: of.id, card } } };
}

function decidedCard(
  conversation: Conversation,
  context: Context,
  of: Outgoing,
  word: string,
  tone: "wait" | "bad" | "plain",
  then: string,
) {
  return closedEffectCard(conversation, context, of, {
    title: `${word}: ${labelOf(of)}`,
    tone,
    status: [...decisionLines(conversation, of.id), statusLine(tone, then, context.now)],
  });
}

/** Handed back: the run goes on; without one the customer learns who listens now. */
function afterHandOff(conversation: Conversation, context: Context, action: PressAction["kind"]): Conversation {
  if (action !== "handBack") return conversation;
  return conversation.run === null
    ? say(conversation, context, context.settings.texts.handedBack)
    : resume(conversation, context);
}
