import { z } from "zod";
import type { DeepReadonly } from "./json.ts";
import { personSchema, roleSchema } from "./person.ts";
import type { ShownPerson } from "./person-words.ts";
import { visible } from "./visible.ts";

// The role is missing where nobody has looked it up, and in cards of Usher 0.2.0 and before.
const shownPersonSchema = personSchema
  .pick({ platform: true, id: true, name: true })
  .extend({ role: roleSchema.optional() });

const valueSchema = z.union([z.string(), z.object({ at: z.number() }), z.object({ person: shownPersonSchema })]);

const toneSchema = z.enum(["wait", "ok", "bad", "doubt", "plain"]);

const buttonSchema = z.object({
  action: z.enum(["approve", "reject", "happened", "runAgain", "stop", "handBack", "resolve"]),
  label: z.string(),
});

/**
 * A card for the agents channel as plain data; each channel renders and escapes it in its own way, and no text in it is
 * markup. `sections` are in the order in which people read them; a value `{at}` is a moment (Unix ms), shown in the
 * reader's own time zone, and a value `{person}` is somebody, whom a channel may show as its own mention where it knows
 * them, and always with the id and the verified role: a name can be chosen. `status` are the outcome lines, oldest first;
 * who did it (not given: nobody in particular) and the moment stand between the words before and after them, as in
 * "Rejected by Ann (agent U012ABC), 14:05: too late". `pressId` goes into the buttons,
 * and nothing else does.
 */
export const cardSchema = z.object({
  kind: z.enum(["approval", "notice", "handOff", "verdict", "reminder", "relay"]),
  title: z.string(),
  tone: toneSchema,
  sections: z.array(
    z.object({ label: z.string(), fields: z.array(z.object({ name: z.string(), value: valueSchema })) }),
  ),
  status: z.array(
    z.object({
      tone: toneSchema,
      before: z.string(),
      by: shownPersonSchema.optional(),
      at: z.number(),
      after: z.string(),
    }),
  ),
  pressId: z.string().nullable(),
  buttons: z.array(buttonSchema),
});
export type Card = DeepReadonly<z.infer<typeof cardSchema>>;
export type CardStatus = Card["status"][number];
export type CardSection = Card["sections"][number];
export type CardValue = CardSection["fields"][number]["value"];

/** The card with every character in it as one that is seen, whoever chose its words. Pure. */
export function visibleCard(card: Card): Card {
  const section = ({ label, fields }: CardSection): CardSection => ({
    label: visible(label),
    fields: fields.map(({ name, value }) => ({ name: visible(name), value: visibleValue(value) })),
  });
  const line = (status: CardStatus): CardStatus => ({
    ...status,
    before: visible(status.before),
    ...(status.by === undefined ? {} : { by: visiblePerson(status.by) }),
    after: visible(status.after),
  });
  return {
    ...card,
    title: visible(card.title),
    sections: card.sections.map(section),
    status: card.status.map(line),
  };
}

/** A value as one that is seen; ids stay as they are. Pure. */
export function visibleValue(value: CardValue): CardValue {
  if (typeof value === "string") return visible(value);
  if ("at" in value) return value;
  return { person: visiblePerson(value.person) };
}

function visiblePerson(person: ShownPerson): ShownPerson {
  return { ...person, id: visible(person.id), name: visible(person.name) };
}
