import type { Address, ConversationId } from "./ids.ts";
import type { Person } from "./person.ts";

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
 * asked, or null. `channel`: where it was asked, as an address for the agents channel; null where none can be.
 */
export interface Command {
  readonly by: Person;
  readonly words: readonly CommandWord[];
  readonly conversation: ConversationId | null;
  readonly channel: GivenChannel | null;
}
