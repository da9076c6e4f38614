import type { GivenChannel } from "../../src/domain/command.ts";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Person } from "../../src/domain/person.ts";
import type { View } from "../../src/domain/view.ts";
import type { Inbound } from "../../src/ports/channel.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import { addressOf, conversationOf, type SlackPlace } from "./address.ts";
import type { Background } from "./background.ts";
import type { SlackClient } from "./client.ts";
import { commandWords } from "./command-words.ts";
import type { Gate } from "./gate.ts";
import type { Post } from "./layout.ts";
import type { SlackPeople } from "./people.ts";
import { effectOf } from "./posts.ts";
import { renderEphemeral } from "./render-view.ts";
import { showDrawn } from "./show-drawn.ts";

export interface CommandsInOptions {
  readonly gate: Gate;
  readonly people: SlackPeople;
  readonly background: Background;
  readonly client: Pick<SlackClient, "postEphemeral" | "conversationInfo" | "history">;
}

/** Somebody's command: the words as Slack has them, and where they were written. */
export interface SlackCommand {
  readonly by: Person;
  readonly text: string;
  readonly at: SlackPlace;
}

/** Carries out commands. Slack was told already: what comes of one is shown to whoever asked, a moment later. */
export interface CommandAnswers {
  /**
   * A mention in a channel or a thread: answered there, for one person alone. Slack tells of one mention in two events, and
   * of each perhaps again: whatever has the same key is one command.
   */
  inThread(installation: Installation, command: SlackCommand & { readonly key: string }): void;
  /**
   * A slash command: `respond` shows the answer in the place where it was given. `key`: Slack's id of its being given; the
   * signed request can come again for five minutes, from whoever has seen it, and is carried out once.
   */
  bySlash(
    installation: Installation,
    command: SlackCommand & { readonly key: string },
    respond: (post: Post) => Promise<unknown>,
  ): void;
}

/** Makes the way from words in Slack to the commands of the use cases and back. */
export function createCommandAnswers({ gate, people, background, client }: CommandsInOptions): CommandAnswers {
  const run = async (installation: Installation, { by, text, at }: SlackCommand, inbound: Inbound): Promise<View> => {
    const { workspace } = installation;
    const channelOf = (channel: string) => lookUp(client, workspace, channel);
    const personOf = (user: string): Promise<Person> => people.of(installation, user, null);
    const words = await commandWords(text, installation, { personOf, channelOf });
    // In a direct message nobody else could decide.
    const isChannel = !at.channel.startsWith("D");
    const address = addressOf({ ...at, thread: null });
    const channel = isChannel ? { address, ...(await channelOf(at.channel)) } : null;
    const conversation = isChannel && at.thread === null ? null : conversationOf(at);
    // Whether they are still who they were: whoever was deactivated or is a guest changes nothing.
    const verified = await people.verified(installation, by.id);
    const card = isChannel ? await cardAt(client, at) : null;
    return inbound.command(workspace, { by: verified, words, conversation, card, channel });
  };
  const answer = (installation: Installation, command: SlackCommand, show: (post: Post) => Promise<unknown>): void =>
    background.run("a command", async () => {
      const view = await gate.enter((inbound) => run(installation, command, inbound)).catch(viewOf);
      await showDrawn((tables) => show(renderEphemeral(view, tables)));
    });
  const heard = new Set<string>();
  const given = new Set<string>();
  return {
    inThread(installation, command) {
      if (!isNew(heard, `${installation.workspace} ${command.key}`, mostHeard)) return;
      answer(installation, command, (post) => {
        const { workspace, channel, thread } = command.at;
        return client.postEphemeral({ workspace, channel, user: command.by.id, threadTs: thread, post });
      });
    },
    bySlash(installation, command, respond) {
      if (isNew(given, `${installation.workspace} ${command.key}`, mostGiven)) answer(installation, command, respond);
    },
  };
}

// More than anybody asks for while Slack sends an event again.
const mostHeard = 1000;
// More than anybody gives in the five minutes for which a signature is good.
const mostGiven = 10_000;

function isNew(heard: Set<string>, key: string, most: number): boolean {
  if (heard.has(key)) return false;
  heard.add(key);
  for (const oldest of heard) {
    if (heard.size <= most) break;
    heard.delete(oldest);
  }
  return true;
}

async function lookUp(
  client: Pick<SlackClient, "conversationInfo">,
  workspace: WorkspaceId,
  channel: string,
): Promise<Pick<GivenChannel, "name" | "isPublic">> {
  const info = await client.conversationInfo(workspace, channel).catch(() => null);
  if (info === null) return { name: channel };
  return { name: info.name ?? channel, isPublic: info.kind === "channel" && !info.isPrivate };
}

/** The effect whose card a thread stands under; null where it stands under none, or Slack does not say. */
async function cardAt(client: Pick<SlackClient, "history">, { workspace, channel, thread }: SlackPlace) {
  if (thread === null) return null;
  const look = { workspace, channel, threadTs: thread, oldest: 0, cursor: null };
  const { messages } = await client.history(look).catch(() => ({ messages: [] }));
  const root = messages.find(({ ts }) => ts === thread);
  return root === undefined ? null : effectOf(root);
}

/** What somebody is told whose command could not be carried out. Throws what is a fault of ours. */
function viewOf(error: unknown): View {
  if (!(error instanceof PermanentError || error instanceof TransientError)) throw error;
  return { title: "That did not work", parts: [{ kind: "text", text: error.message }] };
}
