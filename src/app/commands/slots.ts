import type { Command, CommandWord } from "../../domain/command.ts";
import { type ConversationId, conversationIdSchema } from "../../domain/ids.ts";
import type { Role } from "../../domain/person.ts";
import { nearest } from "../../engine/nearest.ts";
import { nameOf, type Slot, type Wrong } from "./grammar.ts";

/** A word as it is. */
function plain(name: string, mend: string): Slot<string> {
  return {
    name,
    ask: mend,
    read: (word) => (word.kind === "text" ? { kind: "ok", value: word.text } : wrong(word, mend)),
  };
}

/** A procedure, by its slug or its name. */
export const procedureSlot = plain("procedure", "Name a procedure, as the list of procedures shows it.");

/** What can be asked for. */
export const verbSlot = plain("verb", "Name what you want to know about: the first word of a command.");

const nameConversation = "Name a conversation by its id, as the list of runs shows it.";

/** A conversation: a link to it that the channel has read, or its id. */
export const conversationSlot: Slot<ConversationId> = {
  name: "conversation",
  ask: nameConversation,
  read: (word) => {
    if (word.kind === "conversation") return { kind: "ok", value: word.conversation };
    const id = conversationIdSchema.safeParse(word.kind === "text" ? word.text : null);
    return id.success ? { kind: "ok", value: id.data } : wrong(word, nameConversation);
  },
};

const mention = "Mention the person with an @.";

/** Somebody whom the channel knows. */
export const personSlot: Slot<(CommandWord & { readonly kind: "person" })["person"]> = {
  name: "person",
  ask: mention,
  read: (word) => (word.kind === "person" ? { kind: "ok", value: word.person } : wrong(word, mention)),
};

/** A role that can be given. */
export type GivenRole = Exclude<Role, "customer">;
const givenRoles: readonly GivenRole[] = ["agent", "admin", "owner"];
const aRole = `A role is one of: ${givenRoles.join(", ")}.`;

/** A role that can be given. */
export const roleSlot: Slot<GivenRole> = {
  name: "role",
  ask: aRole,
  read: (word) => {
    const asked = word.kind === "text" ? word.text.toLowerCase() : "";
    const role = givenRoles.find((known) => known === asked);
    if (role !== undefined) return { kind: "ok", value: role };
    const near = nearest(asked, givenRoles);
    return wrong(word, near === null ? aRole : `Do you mean “${near}”?`);
  },
};

/** A place for the agents channel; `here`: where the command was asked. */
export type GivenPlace =
  | { readonly kind: "here" }
  | { readonly kind: "channel"; readonly channel: NonNullable<Command["channel"]> };

/** A place for the agents channel. */
export const placeSlot: Slot<GivenPlace> = {
  name: "channel|here",
  ask: "Name a channel, or write “here”.",
  read: (word) => {
    if (word.kind === "channel") {
      const { kind: _word, ...channel } = word;
      return { kind: "ok", value: { kind: "channel", channel } };
    }
    if (word.kind === "text" && word.text.toLowerCase() === "here") return { kind: "ok", value: { kind: "here" } };
    return wrong(word, "Name the channel with a #, or write “here” in it.");
  },
};

function wrong(word: CommandWord, mend: string): Wrong {
  return { kind: "wrong", problem: `I do not know what “${nameOf(word)}” is here. ${mend}` };
}
