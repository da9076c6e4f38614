import type { Address, ConversationId } from "./ids.ts";
import type { Person, Platform } from "./person.ts";

/** A channel, as an address for the agents channel. `isPublic`: everybody of the workspace can read it; not given: unknown. */
export interface GivenChannel {
  readonly address: Address;
  readonly name: string;
  readonly isPublic?: boolean;
}

/**
 * One word of a command as its channel read it: what names a person, a channel or a conversation is that already.
 * `external` of a person: as in Person; a channel that cannot tell says true.
 */
export type CommandWord =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "person"; readonly person: Pick<Person, "platform" | "id" | "name" | "external"> }
  | ({ readonly kind: "channel" } & GivenChannel)
  | { readonly kind: "conversation"; readonly conversation: ConversationId };

/**
 * What somebody asks Usher to do, in words: `list`, `show refund`, … `conversation`: the one in whose thread it was
 * asked, or null. `card`: the id of the effect under whose card it was asked, or null. `channel`: where it was asked, as
 * an address for the agents channel; null where none can be.
 */
export interface Command {
  readonly by: Person;
  readonly words: readonly CommandWord[];
  readonly conversation: ConversationId | null;
  readonly card: string | null;
  readonly channel: GivenChannel | null;
}

// What stands before a command's words: Slack knows no slash commands in threads, and there mentions do the same.
const before: { readonly [platform in Platform]: { readonly anywhere: string; readonly inThread: string } } = {
  web: { anywhere: "", inThread: "" },
  slack: { anywhere: "/procedures ", inThread: "@Usher procedures " },
  teams: { anywhere: "", inThread: "" },
};

/** A command as people write it on a platform: `/procedures list`; `inThread`: in the thread of a message. Pure. */
export function asWritten(platform: Platform, words: string, where: "anywhere" | "inThread" = "anywhere"): string {
  return `${before[platform][where]}${words}`;
}
