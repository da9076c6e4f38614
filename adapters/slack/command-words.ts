import type { CommandWord } from "../../src/domain/command.ts";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Person } from "../../src/domain/person.ts";
import { addressOf, conversationOf } from "./address.ts";
import { readText } from "./text.ts";

/**
 * The words of a command: what Slack has marked as a person or a channel (`should_escape` in the manifest) is that, a
 * link to a message is its conversation, and the rest is text. `personOf`: who a user id is.
 */
export async function commandWords(
  raw: string,
  { workspace, botUser }: Pick<Installation, "workspace" | "botUser">,
  personOf: (user: string) => Promise<Person>,
): Promise<readonly CommandWord[]> {
  // A label between angle brackets may hold blanks.
  const parts = raw.match(/<[^<>]*>|[^\s<]+|</g) ?? [];
  const words = await Promise.all(parts.map((part) => wordOf(part, workspace, botUser, personOf)));
  return words.flatMap((word) => word ?? []);
}

async function wordOf(
  part: string,
  workspace: WorkspaceId,
  botUser: string,
  personOf: (user: string) => Promise<Person>,
): Promise<CommandWord | null> {
  const [, user] = /^<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>$/.exec(part) ?? [];
  // Whoever speaks to the bot does not speak of it.
  if (user === botUser) return null;
  if (user !== undefined) return { kind: "person", person: await personOf(user) };
  const [, channel, name = ""] = /^<#([CG][A-Z0-9]+)(?:\|([^<>]*))?>$/.exec(part) ?? [];
  if (channel !== undefined) {
    return {
      kind: "channel",
      address: addressOf({ workspace, channel, thread: null }),
      name: name === "" ? channel : name,
    };
  }
  const conversation = conversationAt(part);
  if (conversation !== null) return { kind: "conversation", conversation };
  return { kind: "text", text: readText(part, botUser).text };
}

const permalink =
  /^<?https:\/\/[a-z0-9.-]+\.slack\.com\/archives\/([CGD][A-Z0-9]+)\/p(\d{6,})(\d{6})(?:\?([^<>|]*))?(?:\|[^<>]*)?>?$/i;

/** The conversation of the message that a link leads to, or null if it leads to none. */
function conversationAt(part: string) {
  const [, channel, seconds, decimals, query = ""] = permalink.exec(part.replaceAll("&amp;", "&")) ?? [];
  if (channel === undefined || seconds === undefined || decimals === undefined) return null;
  const thread = new URLSearchParams(query).get("thread_ts");
  const root = thread !== null && /^\d{1,12}\.\d{1,9}$/.test(thread) ? thread : `${seconds}.${decimals}`;
  return conversationOf({ channel, thread: root });
}
