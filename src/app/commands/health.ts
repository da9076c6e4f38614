import { asWritten } from "../../domain/command.ts";
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
  const problems = await problemsOf(asked);
  const words = problems.length === 0 ? "Everything is well." : `Please look at this: ${problems.join(" ")}`;
  return sentences("Health", words);
}

/** What keeps Usher from its work, or waits for people alone, in sentences. */
async function problemsOf({ options, workspace, by }: Asked): Promise<readonly string[]> {
  const { agentsChannel } = options.settings.of(workspace);
  const doubts = await countOf(options.store.conversations, workspace);
  return [
    ...(agentsChannel === null
      ? [
          `There is no agents channel, so nothing can be approved; an admin sets it with “${asWritten(by.platform, "channel set here")}”.`,
        ]
      : []),
    ...(options.inspector.procedures(workspace).length === 0 ? ["No procedure is active, so none can start."] : []),
    ...(doubts === 0 ? [] : [doubtWords(doubts, asWritten(by.platform, "runs"))]),
  ];
}

function doubtWords(count: number, runs: string): string {
  if (count === 1) return `Nobody knows whether one call happened: see its card, or “${runs}”.`;
  const many = count === most ? `${most} calls or more` : `${count} calls`;
  return `Nobody knows whether ${many} happened: see their cards, or “${runs}”.`;
}

// Whoever has more of them knows.
const most = 100;

async function countOf(
  conversations: Asked["options"]["store"]["conversations"],
  workspace: Asked["workspace"],
): Promise<number> {
  let count = 0;
  for await (const _ of allOf((page) => conversations.find(workspace, { waiting: "verdict" }, page))) {
    count += 1;
    if (count === most) break;
  }
  return count;
}
