import { asWritten } from "../../domain/command.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { View } from "../../domain/view.ts";
import { allOf } from "../all-of.ts";
import { sentences } from "./answers.ts";
import { type Asked, form, nothing, type Verb } from "./grammar.ts";

/** Whether Usher can do its work here. */
export const health: Verb = {
  name: "health",
  forms: [
    form({
      keyword: null,
      words: nothing,
      does: "Says whether everything is well here, or what to look at.",
      may: "agent",
      run: look,
    }),
  ],
};

async function look(asked: Asked): Promise<View> {
  const withPeople = await conversationsOf(asked, "people");
  const problems = await problemsOf(asked, withPeople.filter(isUnposted).length);
  const words = problems.length === 0 ? "Everything is well." : `Please look at this: ${problems.join(" ")}`;
  const runs = asWritten(asked.by.platform, "runs");
  return sentences("Health", withPeople.length === 0 ? words : `${words} ${peopleWords(withPeople.length, runs)}`);
}

/** What keeps Usher from its work, or waits for people alone, in sentences. */
async function problemsOf(asked: Asked, unposted: number): Promise<readonly string[]> {
  const { options, workspace, by } = asked;
  const { agentsChannel } = options.settings.of(workspace);
  const doubts = (await conversationsOf(asked, "verdict")).length;
  return [
    ...(agentsChannel === null
      ? [
          "There is no agents channel, so no card can be posted and approvals and hand-offs wait; " +
            `an admin sets it with “${asWritten(by.platform, "channel set here")}”.`,
        ]
      : []),
    ...(unposted === 0 ? [] : [unpostedWords(unposted, agentsChannel === null)]),
    ...(options.inspector.procedures(workspace).length === 0 ? ["No procedure is active, so none can start."] : []),
    ...(doubts === 0 ? [] : [doubtWords(doubts, asWritten(by.platform, "runs"))]),
  ];
}

/** Whether the card of a hand-off was tried and is not there: a customer waits of whom no agent knows. */
function isUnposted({ people, outbox }: Conversation): boolean {
  return outbox.some(({ id, tries, started }) => id === people?.card && tries > 0 && !started);
}

function unpostedWords(count: number, isNowhere: boolean): string {
  const mend = isNowhere
    ? "It comes when there is a channel."
    : "See that Usher is in the agents channel and may write there.";
  return `Of ${counted(count, "conversation")} with people the card could not be posted yet. ${mend}`;
}

function peopleWords(count: number, runs: string): string {
  return `${counted(count, "conversation")} ${count === 1 ? "is" : "are"} with people: see “${runs}”.`.replace(
    /^o/,
    "O",
  );
}

function doubtWords(count: number, runs: string): string {
  const cards = count === 1 ? "its card" : "their cards";
  return `Nobody knows whether ${counted(count, "call")} happened: see ${cards}, or “${runs}”.`;
}

function counted(count: number, noun: string): string {
  if (count === 1) return `one ${noun}`;
  return count === most ? `${most} ${noun}s or more` : `${count} ${noun}s`;
}

// Whoever has more of them knows.
const most = 100;

async function conversationsOf({ options, workspace }: Asked, waiting: "people" | "verdict") {
  const found: Conversation[] = [];
  const { conversations } = options.store;
  for await (const conversation of allOf((page) => conversations.find(workspace, { waiting }, page))) {
    found.push(conversation);
    if (found.length === most) break;
  }
  return found;
}
