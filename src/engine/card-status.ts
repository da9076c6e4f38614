import type { Card, CardStatus } from "../domain/card.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Outgoing } from "../domain/effect.ts";
import type { Person } from "../domain/person.ts";
import { shownPerson } from "../domain/person-words.ts";

/** An outcome line; `after` follows the moment, as in "Withdrawn, 14:05: it was never sent". Pure. */
export function statusLine(tone: Card["tone"], before: string, at: number, after = ""): CardStatus {
  return { tone, before: `${before} `, at, after };
}

/** An outcome line about what somebody did, as in "Rejected by Ann (agent U012ABC), 14:05: too late". Pure. */
export function doneBy(tone: Card["tone"], before: string, by: Person, at: number, after = ""): CardStatus {
  return { ...statusLine(tone, before, at, after), by: shownPerson(by) };
}

/**
 * The id in the buttons of a verdict: which attempt it is about, so that a click meant for one question never answers
 * the next. Pure.
 */
export function verdictId({ id, attempt }: Outgoing): string {
  return `${id}-${attempt}`;
}

/** Whether a decision is about this effect, or a verdict about one of its attempts. Pure. */
export function isAbout(decided: string, effectId: string): boolean {
  return decided === effectId || decided.startsWith(`${effectId}-`);
}

const decisionWords = {
  approve: ["ok", "Approved by"],
  reject: ["bad", "Rejected by"],
  happened: ["ok", "“It happened”, said"],
  runAgain: ["wait", "“Run again”, said"],
  stop: ["bad", "Stopped by"],
  handBack: ["ok", "Handed back by"],
  resolve: ["ok", "Resolved by"],
} as const;

/** The decisions on one effect, as the outcome lines of its card. Pure. */
export function decisionLines({ run }: Conversation, id: string): readonly CardStatus[] {
  const decisions = run?.decisions.filter(({ of }) => isAbout(of, id)) ?? [];
  return decisions.map(({ action, by, at, reason }) => {
    const [tone, words] = decisionWords[action];
    return doneBy(tone, words, by, at, reason === null ? "" : `: ${reason}`);
  });
}
