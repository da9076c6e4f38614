import { defaultTexts } from "../../src/domain/texts.ts";
import { company } from "../support/slack/company.ts";
import type { FakeSlack } from "../support/slack/fake-slack.ts";
import type { FakeMessage } from "../support/slack/state.ts";
import type { Backend } from "./process-backend.ts";
import type { Told } from "./process-desk.ts";
import { type Decided, type Findings, judgeCalls, judgeDecisions, judgeProgress } from "./process-oracles.ts";
import { cardsIn, type Reported, type SlackCard } from "./process-slack-cards.ts";
import type { SlackStory } from "./process-slack-customers.ts";
import type { SlackDesk } from "./process-slack-desk.ts";
import { buttonsOn, markOf, saidIn } from "./process-slack-scene.ts";

/** What there is to read at the end: Slack's journal, the shop's, and what people did. */
export interface SlackEvidence {
  readonly slack: FakeSlack;
  readonly backend: Backend;
  readonly desk: SlackDesk;
  readonly stories: readonly SlackStory[];
  /** Where customers write. */
  readonly channels: readonly string[];
  /** What Usher had posted before anybody wrote: the answers to who set it up. */
  readonly before: ReadonlySet<string>;
  /** How a run is seen again, for each line. */
  readonly again: string;
}

type Note = (line: string) => void;

/** Reads all journals. Nothing here is Usher's word but what it has posted in Slack, and no table of the store is opened. */
export function judgeInSlack(evidence: SlackEvidence): Findings {
  const { slack, backend, desk, stories, again } = evidence;
  const violations: string[] = [];
  const note: Note = (line) => void violations.push(`${line} (${again})`);
  const cards = cardsIn(slack);
  const decided = decidedOn(cards, desk);
  judgeCards(cards, desk, note);
  judgePosts(evidence, note);
  const lost = stories.map((story) => judgeStory(evidence, cards, story, note)).reduce((sum, one) => sum + one, 0);
  const open = stories.filter(({ ended }) => ended === null);
  for (const { kind, id, channel, root, said } of open) {
    note(`stranded: ${kind} ${id} in ${channel} ${root}, after ${said.length} messages of its customer`);
  }
  if (open.length === 0) judgeRest(slack, note);
  // A run of pure errors must not pass, nor one in which nobody was ever asked.
  if (!stories.some(({ ended }) => ended === "completed")) note("no story was completed");
  if (!stories.some(({ ended }) => ended === "people")) note("no story came to people");
  if (decided.approvals.size === 0) note("no agent was ever asked for an approval");
  judgeProgress(backend, decided, note);
  const unsafeRepeats = judgeCalls(backend, decided, stories, note);
  const doubleDecisions = judgeDecisions(decided, note);
  return { lost, unsafeRepeats, doubleDecisions, stranded: open.length, violations };
}

/** What was decided, by what the cards say; what was pressed again and again counts once. */
export function decidedOn(cards: readonly SlackCard[], { presses }: Pick<SlackDesk, "presses">): Decided {
  const told = ({ action, by, at }: Reported): Told => ({ outcome: "decided", by, at, approved: action === "approve" });
  const approvals = new Map<string, { readonly conversationId: string; readonly receipts: Told[] }>();
  const verdicts = new Map<string, readonly Told[]>();
  const runAgains = new Map<string, number>();
  for (const { ts, approval, questions, reported } of cards) {
    const on = reported.filter(({ action }) => action === "approve" || action === "reject").map(told);
    if (approval !== null) {
      const known = approvals.get(approval)?.receipts ?? [];
      approvals.set(approval, { conversationId: ts, receipts: [...known, ...on] });
    }
    // Which of several questions a line answers, it does not say: there are no more answers than questions; see judgeCards.
    for (const question of questions) verdicts.set(question, []);
  }
  for (const question of new Set(presses.flatMap(({ action, pressId }) => (action === "runAgain" ? [pressId] : [])))) {
    const key = effectOf(question);
    runAgains.set(key, (runAgains.get(key) ?? 0) + 1);
  }
  return { approvals, verdicts, runAgains };
}

/** The effect that a question is about. */
function effectOf(question: string): string {
  return question.replace(/-\d+$/, "");
}

/** One message for each approval and for each question, and on it no more decisions than were asked for. */
function judgeCards(cards: readonly SlackCard[], { presses }: SlackDesk, note: Note): void {
  const places = new Map<string, Set<string>>();
  for (const { ts, approval, questions } of cards) {
    const effects = new Set([...(approval === null ? [] : [approval]), ...[...questions].map(effectOf)]);
    for (const effect of effects) places.set(effect, (places.get(effect) ?? new Set()).add(ts));
  }
  for (const [effect, all] of places) {
    if (all.size > 1) note(`${effect} was asked about on ${all.size} messages: ${[...all].join(", ")}`);
  }
  for (const { ts, approval, questions, reported } of cards) {
    const verdicts = reported.filter(({ action }) => action !== "approve" && action !== "reject");
    const answers = new Set(verdicts.map(({ action, by, at }) => `${action} ${by} ${at}`));
    if (answers.size > questions.size) {
      note(`card ${ts} had ${questions.size} questions and reports ${[...answers].join(" and ")}`);
    }
    const ids = [...(approval === null ? [] : [approval]), ...questions];
    for (const { action, by } of reported) {
      if (presses.some((press) => press.user === by && press.action === action && ids.includes(press.pressId)))
        continue;
      note(`card ${ts} reports ${action} by ${by}, who never pressed that`);
    }
  }
}

/** Every post of Usher's says which effect it shows, and no two show the same. */
function judgePosts({ slack, channels, before }: SlackEvidence, note: Note): void {
  const shown = new Map<string, FakeMessage>();
  for (const channel of [...channels, company.agents]) {
    for (const message of slack.messagesIn(channel)) {
      if (message.botId === null || before.has(message.ts)) continue;
      const mark = markOf(message);
      if (mark === null) {
        note(`${channel} ${message.ts} does not say which effect it shows`);
        continue;
      }
      const name = `${mark.effect} ${mark.part}`;
      const first = shown.get(name);
      if (first !== undefined) {
        note(
          `part ${mark.part} of ${mark.effect} stands twice: ${first.channel} ${first.ts}, ${channel} ${message.ts}`,
        );
      }
      shown.set(name, message);
    }
  }
}

/** A story's own part; answers how many messages were acknowledged in it and came to nothing. */
function judgeStory({ slack }: SlackEvidence, cards: readonly SlackCard[], story: SlackStory, note: Note): number {
  const { kind, id, channel, root, said, relayed, handOff } = story;
  const at = `${kind} ${id} in ${channel} ${root}`;
  const posts = root === null ? [] : saidIn(slack, channel, root);
  const underCard = handOff === null ? [] : saidIn(slack, company.agents, handOff);
  const nonces = new Set(posts.map((post) => markOf(post)?.nonce));
  if (nonces.size > 1) note(`${at}: ${nonces.size} conversations speak in one thread`);
  const asked = cards.flatMap(({ questions }) => [...questions]).filter((one) => nonces.has(nonceIn(one))).length;
  for (const [text, same] of Map.groupBy(posts, (post) => post.text)) {
    const allowed = text === defaultTexts.checking ? asked : 1;
    if (same.length > allowed) note(`${at}: said ${same.length} times, not ${allowed}: ${text}`);
  }
  const unanswered = said.filter(({ ts }) => !posts.some((post) => post.ts > ts));
  const { toCustomer, toPerson } = relayed;
  const dropped = [
    ...(toCustomer !== null && !posts.some(({ text }) => text.includes(toCustomer.text)) ? [toCustomer] : []),
    ...(toPerson !== null && !underCard.some(({ text }) => text.includes(toPerson.text)) ? [toPerson] : []),
  ];
  for (const { ts } of [...unanswered, ...dropped])
    note(`${at}: message ${ts} was acknowledged, and nothing came of it`);
  for (const [text, same] of Map.groupBy(underCard, (post) => post.text)) {
    if (same.length > 1) note(`${at}: under its card ${same.length} times: ${text}`);
  }
  if (story.ended === null) return unanswered.length + dropped.length;
  const hasDone = posts.some(({ text }) => text === `${kind}: done with ${story.order}`);
  if (story.ended === "completed" && !hasDone) note(`${at}: it ended without its last words`);
  return unanswered.length + dropped.length;
}

function nonceIn(pressId: string): string | undefined {
  return pressId.split("-")[0];
}

/** When every story has ended, nothing waits for anybody any more. */
function judgeRest(slack: FakeSlack, note: Note): void {
  for (const { ts, blocks } of slack.messagesIn(company.agents)) {
    const buttons = [...buttonsOn(blocks).keys()];
    if (buttons.length > 0) note(`card ${ts} still offers ${buttons.join(", ")}, and every story has ended`);
  }
}
