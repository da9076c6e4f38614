import type { CommandWord, GivenChannel } from "../../src/domain/command.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Person } from "../../src/domain/person.ts";
import { addressOf, conversationOf } from "./address.ts";
import { type Token, tokensOf } from "./text.ts";

/** Who and what the ids in a command are. */
export interface Directory {
  personOf(user: string): Promise<Person>;
  /** How a channel is called (its id where Slack does not say), and whether it is public, if Slack says. */
  channelOf(channel: string): Promise<Pick<GivenChannel, "name" | "isPublic">>;
}

/**
 * The words of a command: what Slack has marked as a person or a channel (`should_escape` in the manifest) is that, a
 * link to a message is its conversation, and the rest is text. So are people beyond the third, who are not looked up.
 */
export async function commandWords(
  raw: string,
  { workspace, botUser }: Pick<Installation, "workspace" | "botUser">,
  { personOf, channelOf }: Directory,
): Promise<readonly CommandWord[]> {
  const mentioned = new Set<string>();
  const words = partsOf(tokensOf(raw)).map(async (part): Promise<CommandWord | null> => {
    if (part.kind === "words") return textWord(part.words);
    const { id, name } = part;
    // Whoever speaks to the bot does not speak of it.
    if (part.kind === "user") {
      if (id === botUser) return null;
      mentioned.add(id);
      return mentioned.size > mostPeople
        ? { kind: "text", text: `@${id}` }
        : { kind: "person", person: await personOf(id) };
    }
    if (part.kind === "group" || !/^[CG]/.test(id)) return { kind: "text", text: name };
    const address = addressOf({ workspace, channel: id, thread: null });
    const known = await channelOf(id);
    return { kind: "channel", address, ...known, name: name === id ? known.name : name };
  });
  return (await Promise.all(words)).flatMap((word) => word ?? []);
}

// More than any command names. Each is a call of Slack's, of which there are not many for all that people do.
const mostPeople = 3;

/** What stands between blanks; a link is a word like others, also between quotes. */
function partsOf(tokens: readonly Token[]): readonly Token[] {
  const parts: Token[] = [];
  let text = "";
  const flush = (): void => {
    const words = text.split(/\s+/).filter((word) => word !== "");
    parts.push(...words.map((word) => ({ kind: "words", words: word }) as const));
    text = "";
  };
  for (const token of tokens) {
    if (token.kind === "words") text += token.words;
    else {
      flush();
      parts.push(token);
    }
  }
  flush();
  return parts;
}

function textWord(word: string): CommandWord {
  const conversation = conversationAt(word);
  return conversation === null ? { kind: "text", text: word.toWellFormed() } : { kind: "conversation", conversation };
}

const permalink =
  /^(?:https:\/\/)?(?:[a-z0-9.-]+\.)?slack\.com\/archives\/([CGD][A-Z0-9]+)\/p(\d{6,})(\d{6})(?:\?(.*))?$/i;

/** The conversation of the message that a link leads to, or null if it leads to none. */
function conversationAt(word: string) {
  const [, channel, seconds, decimals, query = ""] = permalink.exec(word) ?? [];
  if (channel === undefined || seconds === undefined || decimals === undefined) return null;
  const thread = new URLSearchParams(query).get("thread_ts");
  const root = thread !== null && /^\d{1,12}\.\d{1,9}$/.test(thread) ? thread : `${seconds}.${decimals}`;
  return conversationOf({ channel, thread: root });
}
