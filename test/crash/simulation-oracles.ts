import type { Card } from "../../src/domain/card.ts";
import { defaultTexts } from "../../src/domain/texts.ts";
import { conversationsByNonce, everyCard } from "./simulation-cards.ts";
import { agentsChannel, placeOf } from "./simulation-instance.ts";
import { groupedBy, type Journal, type Pressed, partsOf } from "./simulation-journal.ts";
import { agents } from "./simulation-people.ts";

/** What broke, by the figure under which it counts. */
export interface Finding {
  readonly figure: "lost" | "unsafeRepeats" | "doubleDecisions" | "stranded" | "other";
  readonly what: string;
}

/** Everything that the journals of a world show to be broken. Pure. */
export function judgeJournal(journal: Journal): readonly Finding[] {
  return [
    ...lostTurns(journal),
    ...repeatedRequests(journal),
    ...otherBytes(journal),
    ...doubleDecisions(journal),
    ...unapproved(journal),
    ...repeatedPosts(journal),
    ...disorder(journal),
    ...mixedVersions(journal),
  ];
}

function lost(what: string): Finding {
  return { figure: "lost", what };
}

// More turns than these, and the oldest keys of a conversation are forgotten.
const turnsRemembered = 60;

const mayShareAnswer = /^(?:cancel|human please)/;

/** Each turn that was acknowledged shows somewhere, or has an answer of its own that was made after it came in. */
function lostTurns(journal: Journal): readonly Finding[] {
  const seen = new Set(wordsAnywhere(journal).match(/t\d+z/g));
  const findings: Finding[] = [];
  for (const [conversation, turns] of groupedBy(journal.sent, (sent) => sent.conversation)) {
    const free = answersIn(journal, conversation);
    const told = journal.posts.filter(({ to }) => to === placeOf(conversation).address);
    const overflowed = told.some(({ message }) => message.kind === "text" && message.text === defaultTexts.inboxFull);
    if (overflowed || turns.length > turnsRemembered) continue;
    const admitted = turns.map((sent) => ({ ...sent, admission: journal.admissions.get(sent.key) }));
    // Who came in last has the fewest answers to choose from.
    const lastFirst = admitted.toSorted((a, b) => (b.admission?.from ?? 0) - (a.admission?.from ?? 0));
    for (const { key, token, text, acknowledged, exempt, admission } of lastFirst) {
      if (!acknowledged || exempt) continue;
      if (admission === undefined) findings.push(lost(`${key} in ${conversation} was acknowledged and not stored`));
      if (admission === undefined || seen.has(token)) continue;
      const answer = free.findIndex(({ nonce, n }) => nonce === admission.nonce && n >= admission.from);
      if (answer < 0) findings.push(lost(`${key} "${text}" in ${conversation} was acknowledged and never answered`));
      // A cancel may withdraw what an earlier turn asked for, and then answers both.
      else if (!mayShareAnswer.test(text)) free.splice(answer, 1);
    }
  }
  return findings;
}

function wordsAnywhere({ posts, arrivals, routed }: Journal): string {
  const words = [...routed];
  for (const { message } of posts) words.push(message.kind === "text" ? message.text : wordsOn(message.card));
  for (const { url, body } of arrivals) words.push(url, body ?? "");
  return words.join("\n");
}

function wordsOn({ sections }: Card): string {
  return sections
    .flatMap(({ fields }) => fields.map(({ value }) => (typeof value === "string" ? value : "")))
    .join("\n");
}

/** What Usher said there, and what it relayed to people from there; newest first. */
function answersIn(journal: Journal, conversation: string) {
  const owners = conversationsByNonce(journal);
  const ids = new Set<string>();
  for (const { effectId, to, message } of journal.posts) {
    const isRelay = to === agentsChannel && message.kind === "card" && message.card.kind === "relay";
    if (to !== agentsChannel || isRelay) ids.add(effectId);
  }
  return [...ids]
    .map(partsOf)
    .filter(({ nonce }) => owners.get(nonce) === conversation)
    .toSorted((a, b) => b.n - a.n);
}

/** An unsafe request arrives once, and once more for each time that an agent said so. */
function repeatedRequests({ arrivals, pressed }: Journal): readonly Finding[] {
  const unsafe = arrivals.filter(({ method, turnedAway }) => (method === "POST" || method === "MAIL") && !turnedAway);
  return [...groupedBy(unsafe, ({ key }) => key)].flatMap(([key, all]) => {
    const again = pressed.filter((one) => isTaken(one) && one.action.kind === "runAgain" && isAboutKey(one.id, key));
    const allowed = 1 + new Set(again.map(({ id }) => id)).size;
    if (all.length <= allowed) return [];
    return [{ figure: "unsafeRepeats", what: `${all[0]?.method} ${key} arrived ${all.length} times` } as const];
  });
}

/** Whether a press is about this effect, or about one of its attempts; another effect's id may begin with the same digits. */
function isAboutKey(pressed: string, key: string): boolean {
  return pressed === key || pressed.startsWith(`${key}-`);
}

/** The press counted, or may have: the answer was lost with the process. */
function isTaken({ receipt, by }: Pressed): boolean {
  return (receipt === null && agents.some(({ id }) => id === by.id)) || receipt?.kind === "accepted";
}

function otherBytes({ arrivals }: Journal): readonly Finding[] {
  return [...groupedBy(arrivals, ({ key }) => key)].flatMap(([key, all]) => {
    const different = new Set(all.map(({ bytes }) => bytes)).size;
    const what = `the attempts of ${key} had ${different} different contents`;
    return different === 1 ? [] : [{ figure: "other", what } as const];
  });
}

function doubleDecisions({ pressed }: Journal): readonly Finding[] {
  const accepted = pressed.filter(({ receipt }) => receipt?.kind === "accepted");
  const decided = accepted.flatMap(({ receipt }) => (receipt?.kind === "accepted" ? [receipt.decision.of] : []));
  const double = [...groupedBy(decided, (id) => id)].flatMap(([id, all]): readonly Finding[] =>
    all.length === 1 ? [] : [{ figure: "doubleDecisions", what: `${id} was decided ${all.length} times` }],
  );
  const wrong = accepted.filter(({ by }) => !agents.some(({ id }) => id === by.id));
  const found = wrong.map(({ id, by }): Finding => ({ figure: "other", what: `${by.id} could decide ${id}` }));
  return [...double, ...found];
}

/** What needs an approval runs only with one, and exactly as its card says. */
function unapproved(journal: Journal): readonly Finding[] {
  const needing = journal.arrivals.filter(({ url }) => url.includes("/approved") || url.includes("/accounts/"));
  const cards = everyCard(journal);
  return needing.flatMap(({ key, method, url, body }): readonly Finding[] => {
    const presses = journal.pressed.filter(({ id }) => id === key);
    const approved = presses.some((one) => one.action.kind === "approve" && isTaken(one));
    const rejected = presses.some(({ action, receipt }) => action.kind === "reject" && receipt?.kind === "accepted");
    const findings: Finding[] = [];
    if (!approved || rejected) findings.push({ figure: "doubleDecisions", what: `${key} ran without an approval` });
    const shown = cards.find(({ card }) => card.kind === "approval" && card.pressId === key)?.card;
    const fields = shown?.sections.flatMap((section) => section.fields) ?? [];
    const says = (name: string) => fields.find((field) => field.name === name)?.value;
    if (shown !== undefined && (says("Method") !== method || says("URL") !== url || says("Body") !== body)) {
      findings.push({ figure: "other", what: `${key} ran another request than its card showed` });
    }
    return findings;
  });
}

/** A post appears once; a copy only where the sender could not know, and said so to the channel. */
function repeatedPosts({ posts }: Journal): readonly Finding[] {
  const shown = posts.filter(({ refused }) => !refused);
  return [...groupedBy(shown, ({ effectId }) => effectId)].flatMap(([effectId, copies]): readonly Finding[] => {
    if (copies.length === 1) return [];
    const findings: Finding[] = [];
    const report = (why: string) => findings.push({ figure: "other", what: `${effectId} was posted again ${why}` });
    if (copies.filter(({ mayHaveBeenSent }) => !mayHaveBeenSent).length > 1) report("as if it were new");
    if (copies.some(({ settledBefore }) => settledBefore)) report("after it was done");
    copies.forEach(({ boot, clean }, index) => {
      const next = copies[index + 1];
      if (clean && next?.boot === boot && !next.late) report("by the very process that knew of the first");
    });
    return findings;
  });
}

/** In a lane, first in is first out. */
function disorder({ posts }: Journal): readonly Finding[] {
  const findings: Finding[] = [];
  const newest = new Map<string, number>();
  const known = new Set<string>();
  for (const { effectId, to, late, refused } of posts) {
    if (late || refused || known.has(effectId)) continue;
    known.add(effectId);
    const { nonce, n } = partsOf(effectId);
    const lane = `${nonce} ${to === agentsChannel ? "agents" : "customer"}`;
    if (n < (newest.get(lane) ?? -1))
      findings.push({ figure: "other", what: `${effectId} was posted after a later one` });
    newest.set(lane, Math.max(n, newest.get(lane) ?? -1));
  }
  return findings;
}

/** All that one run says and sends names one version. */
function mixedVersions({ posts, arrivals }: Journal): readonly Finding[] {
  const texts = posts.flatMap(({ message }) => (message.kind === "text" ? [message.text] : []));
  const words = [...texts, ...arrivals.map(({ url }) => url)].join("\n");
  const marks = [...words.matchAll(/(?:<|run=)([0-9a-f]{44}-\d+)(?: |&)v=?(\d+)/g)];
  return [...groupedBy(marks, ([, run = ""]) => run)].flatMap(([run, all]): readonly Finding[] => {
    const versions = new Set(all.map(([, , version]) => version));
    return versions.size === 1
      ? []
      : [{ figure: "other", what: `run ${run} mixed versions ${[...versions].join(", ")}` }];
  });
}
