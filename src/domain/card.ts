import { z } from "zod";
import type { DeepReadonly } from "./json.ts";
import { personSchema } from "./person.ts";
import { visible } from "./visible.ts";

const valueSchema = z.union([
  z.string(),
  z.object({ at: z.number() }),
  z.object({ person: personSchema.pick({ platform: true, id: true, name: true }) }),
]);

const toneSchema = z.enum(["wait", "ok", "bad", "doubt", "plain"]);

const buttonSchema = z.object({
  action: z.enum(["approve", "reject", "happened", "runAgain", "stop", "handBack", "resolve"]),
  label: z.string(),
});

/**
 * A card for the agents channel as plain data; each channel renders and escapes it in its own way, and no text in it is
 * markup. `sections` are in the order in which people read them; a value `{at}` is a moment (Unix ms), shown in the
 * reader's own time zone, and a value `{person}` is somebody, whom a channel may show as its own mention where it knows
 * them, and always with the id: a name can be chosen. `status` are the outcome lines, oldest first; the moment stands
 * between the words before and after it, as in "Rejected by Agent 1, 14:05: too late". `pressId` goes into the buttons,
 * and nothing else does.
 */
export const cardSchema = z.object({
  kind: z.enum(["approval", "notice", "handOff", "verdict", "reminder", "relay"]),
  title: z.string(),
  tone: toneSchema,
  sections: z.array(
    z.object({ label: z.string(), fields: z.array(z.object({ name: z.string(), value: valueSchema })) }),
  ),
  status: z.array(z.object({ tone: toneSchema, before: z.string(), at: z.number(), after: z.string() })),
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
    after: visible(status.after),
  });
  return {
    ...card,
    title: visible(card.title),
    sections: card.sections.map(section),
    status: card.status.map(line),
  };
}

function visibleValue(value: CardValue): CardValue {
  if (typeof value === "string") return visible(value);
  if ("at" in value) return value;
  const { platform, id, name } = value.person;
  return { person: { platform, id: visible(id), name: visible(name) } };
}
