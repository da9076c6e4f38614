import type { Conversation } from "../../src/domain/conversation.ts";
import {
  addressSchema,
  type ConversationId,
  conversationIdSchema,
  type WorkspaceId,
  workspaceIdSchema,
} from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import { createConversation } from "../../src/engine/create.ts";

/** The moment at which everything in these helpers happens (Unix ms). */
export const someMoment = Date.UTC(2026, 10, 22, 9);

/** A workspace's id out of a plain text. Throws zod's error if it is none. */
export function workspaceId(text: string): WorkspaceId {
  return workspaceIdSchema.parse(text);
}

/** A conversation's id out of a plain text. Throws zod's error if it is none. */
export function conversationId(text: string): ConversationId {
  return conversationIdSchema.parse(text);
}

/** A nonce that stands for the number `n` (0 or more). */
export function nonceNumber(n: number): string {
  return n.toString(16).padStart(44, "0");
}

/** A valid conversation: new, of the customer Maria, with nothing going on; `overrides` take the place of its fields. */
export function aConversation(overrides: Partial<Conversation> = {}): Conversation {
  const created = createConversation(
    {
      workspace: workspaceId("demo"),
      id: conversationId("web:maria:1"),
      address: addressSchema.parse("web:maria:1"),
      customer: { platform: "web", id: "maria", name: "Maria", role: "customer", external: true },
      random: "0".repeat(32),
    },
    someMoment,
  );
  return { ...created, nonce: nonceNumber(1), version: 1, ...overrides };
}

/** A valid run of `refund-request` that waits for input; `overrides` take the place of its fields. */
export function aRun(overrides: Partial<Run> = {}): Run {
  return {
    id: `${nonceNumber(1)}-0`,
    procedure: { slug: "refund-request", version: 1 },
    startedBy: { platform: "web", id: "maria", name: "Maria", role: "customer", external: true },
    startedAt: someMoment,
    stepId: "ask-order",
    walked: 1,
    variables: {},
    wait: { kind: "input", expiresAt: someMoment + 259_200_000, remindAt: someMoment + 86_400_000, invalid: 0 },
    decisions: [],
    trace: [],
    ending: null,
    ...overrides,
  };
}

/** The conversation `c<n>`, which nothing else of it is like. */
export function numbered(n: number, overrides: Partial<Conversation> = {}): Conversation {
  return aConversation({ id: conversationId(`c${n}`), nonce: nonceNumber(n), ...overrides });
}

/** A hand-off whose card is posted by the effect `card`. */
export function aHandOff(card: string): NonNullable<Conversation["people"]> {
  const shown = {
    kind: "handOff",
    title: "A person is needed",
    tone: "wait",
    sections: [],
    status: [],
    pressId: card,
    buttons: [],
  } as const;
  return { card, shown, since: someMoment, until: someMoment + 43_200_000 };
}
