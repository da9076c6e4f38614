import { conversationSchemaNumber } from "../../src/domain/conversation.ts";
import type { Json } from "../../src/domain/json.ts";

type Body = { readonly [field: string]: Json };

// From the schema number in the key to the next one; each is pure and keeps the fields that it does not know.
const steps: { readonly [from: number]: (body: Body) => Body } = {};

/**
 * Answers the document in today's shape, which it has already if its `schema` is today's; one that no step leads on
 * from comes back as far as it got, and does not pass the check. Pure.
 */
export function upgradeConversation(body: Body): Body {
  let upgraded = body;
  while (typeof upgraded["schema"] === "number" && upgraded["schema"] < conversationSchemaNumber) {
    const step = steps[upgraded["schema"]];
    if (step === undefined) return upgraded;
    upgraded = step(upgraded);
  }
  return upgraded;
}
