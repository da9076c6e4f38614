import { type Address, addressSchema, type CardRef, type ConversationId, cardRefSchema } from "../../src/domain/ids.ts";

// `web:agents` is the agents channel, `web:thread:<conversation>` a customer's thread; a card's reference is the
// address of the place where it stands, a colon, and the id of the effect that posted it.

/** Where the agents channel of the playground is; for the workspace's settings. */
export const agentsAddress: Address = addressSchema.parse("web:agents");

/** A place of the playground: the agents channel, or one customer's thread. */
export type WebPlace = { readonly kind: "agents" } | { readonly kind: "thread"; readonly conversation: string };

const address = /^web:(?:agents|thread:([A-Za-z0-9_-]{1,64}))$/;
const reference = /^(web:(?:agents|thread:[A-Za-z0-9_-]{1,64})):(.{1,300})$/su;

/** The address of a customer's thread. Pure. */
export function threadAddress(conversation: ConversationId): Address {
  return addressSchema.parse(`web:thread:${conversation}`);
}

/** Which place an address means; null when it is no address of the playground. Pure. */
export function readAddress(text: string): WebPlace | null {
  const match = address.exec(text);
  if (match === null) return null;
  return match[1] === undefined ? { kind: "agents" } : { kind: "thread", conversation: match[1] };
}

/** How a shown message is found again. Pure. */
export function cardRef(at: Address, effectId: string): CardRef {
  return cardRefSchema.parse(`${at}:${effectId}`);
}

/** The place and the effect of a shown message; null when it is no reference of the playground. Pure. */
export function readCardRef(card: CardRef): { readonly place: WebPlace; readonly effectId: string } | null {
  const match = reference.exec(card);
  const place = readAddress(match?.[1] ?? "");
  const effectId = match?.[2];
  return place === null || effectId === undefined ? null : { place, effectId };
}
