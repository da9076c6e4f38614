import type { Command, CommandWord } from "../../src/domain/command.ts";
import { addressSchema } from "../../src/domain/ids.ts";
import type { Person, Role } from "../../src/domain/person.ts";
import type { Cell, View } from "../../src/domain/view.ts";
import { agent } from "./chat.ts";
import type { House } from "./house.ts";

/** Somebody with this id, without a role until one is set. */
export function somebody(id: string, overrides: Partial<Person> = {}): Person {
  return { platform: "web", id, name: `Name of ${id}`, role: "customer", external: false, ...overrides };
}

/** Somebody who has this role in the house. */
export async function withRole(house: House, id: string, role: Role): Promise<Person> {
  await house.store.roles.set(house.workspace, "web", id, role);
  return somebody(id);
}

/** A word that names somebody. */
export function personWord({ platform, id, name, external }: Person): CommandWord {
  return { kind: "person", person: { platform, id, name, external } };
}

/** A word that names a channel. */
export function channelWord(name: string): CommandWord & { readonly kind: "channel" } {
  return { kind: "channel", address: addressSchema.parse(`channel-${name}`), name };
}

/** Words that a person typed, with spaces between them. */
export function typed(text: string): readonly CommandWord[] {
  return text === "" ? [] : text.split(" ").map((word) => ({ kind: "text", text: word }));
}

/** Asks the house for something, as `agent` and nowhere in particular unless said otherwise. */
export function ask(
  house: House,
  words: string | readonly (string | CommandWord)[],
  asked: Partial<Command> = {},
): Promise<View> {
  const all = typeof words === "string" ? [words] : words;
  const read = all.flatMap((word) => (typeof word === "string" ? typed(word) : [word]));
  return house.inbound.command(house.workspace, {
    by: agent,
    words: read,
    conversation: null,
    card: null,
    channel: null,
    ...asked,
  });
}

/** Everything that a view says, part by part and row by row, as people would read it aloud. */
export function spoken(view: View): readonly string[] {
  const parts = view.parts.flatMap((part): readonly string[] => {
    switch (part.kind) {
      case "text":
        return [part.text];
      case "fields":
        return part.fields.map(({ name, value }) => `${name}: ${cellText(value)}`);
      case "table":
        return part.rows.map((row) => row.map(cellText).join(" | "));
      case "card":
        return [part.card.title];
      default:
        return part satisfies never;
    }
  });
  return [view.title, ...parts];
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return cell;
  if ("channel" in cell) return `#${cell.channel.name}`;
  if ("conversation" in cell) return cell.conversation.id;
  return "at" in cell ? `at ${cell.at}` : `@${cell.person.id}`;
}
