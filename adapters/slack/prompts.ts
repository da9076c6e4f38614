import type { Installation } from "../../src/domain/installation.ts";
import type { PublishedProcedure } from "../../src/domain/procedure.ts";
import { visibleLine } from "../../src/domain/visible.ts";
import type { Inspector } from "../../src/ports/inspector.ts";
import type { Prompt, SlackClient } from "./client.ts";
import { cut } from "./length.ts";
import { slackLimits } from "./limits.ts";

/** Offers somebody who opens the bot's Messages tab what they may want. Never throws. */
export type SuggestPrompts = (installation: Installation, channel: string) => Promise<void>;

/** Makes the offers out of the examples of the active procedures. */
export function createSuggestPrompts(
  inspector: Pick<Inspector, "procedures">,
  client: Pick<SlackClient, "setPrompts">,
): SuggestPrompts {
  return async ({ workspace }, channel) => {
    const prompts = promptsOf(inspector.procedures(workspace));
    if (prompts.length > 0) await client.setPrompts({ workspace, channel, prompts });
  };
}

/** The first example of each procedure, as many as Slack shows. Pure. */
function promptsOf(procedures: readonly PublishedProcedure[]): readonly Prompt[] {
  const prompts = procedures.flatMap(({ procedure: { name, trigger } }): readonly Prompt[] => {
    const [message] = trigger.examples;
    return message === undefined ? [] : [{ title: cut(visibleLine(name), slackLimits.promptTitle), message }];
  });
  return prompts.slice(0, slackLimits.prompts);
}
