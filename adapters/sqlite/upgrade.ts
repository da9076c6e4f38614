import { conversationSchemaNumber } from "../../src/domain/conversation.ts";
import { isRecord, type Json } from "../../src/domain/json.ts";
import { recentTurn } from "../../src/domain/recent.ts";

type Body = { readonly [field: string]: Json };

// From the schema number in the key to the next one; each is pure and keeps the fields that it does not know.
const steps: { readonly [from: number]: (body: Body) => Body } = {
  1: (body) => ({ ...body, schema: 2, recent: recentOfSchema1(body["recent"]) }),
  2: (body) => ({ ...body, schema: 3, offered: null, outbox: outboxOfSchema2(body["outbox"]) }),
};

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

// What is not as it should be stays so, and the check finds it.
function recentOfSchema1(recent: Json | undefined): Json {
  if (!Array.isArray(recent)) return null;
  return recent.map((entry: Json) => {
    if (!isRecord(entry)) return entry;
    const { key, at } = entry;
    return typeof key === "string" && typeof at === "number" ? recentTurn(key, at) : entry;
  });
}

function outboxOfSchema2(outbox: Json | undefined): Json {
  if (!Array.isArray(outbox)) return null;
  return outbox.map((outgoing: Json) => {
    if (!isRecord(outgoing) || !isRecord(outgoing["effect"])) return outgoing;
    const { effect } = outgoing;
    return effect["kind"] === "route" ? { ...outgoing, effect: { ...effect, beside: null } } : outgoing;
  });
}
