import { type Conversation, conversationSchemaNumber } from "../domain/conversation.ts";
import type { Address, ConversationId, WorkspaceId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";

/**
 * A conversation in which nothing has happened, not stored yet (version 0). `nonce`: 128 random bits from the shell, so
 * that the ids made from it cannot be guessed and the engine needs no randomness. Pure.
 */
export function createConversation(
  of: {
    readonly workspace: WorkspaceId;
    readonly id: ConversationId;
    readonly address: Address;
    readonly customer: Person;
    readonly nonce: string;
  },
  now: number,
): Conversation {
  return {
    schema: conversationSchemaNumber,
    workspace: of.workspace,
    id: of.id,
    nonce: of.nonce,
    version: 0,
    lease: null,
    address: of.address,
    customer: of.customer,
    people: null,
    handOffs: [],
    recent: [],
    floor: 0,
    inbox: [],
    dropped: 0,
    choosing: null,
    cards: {},
    tags: [],
    resolvedAt: null,
    lastRoute: null,
    lastRun: null,
    run: null,
    outbox: [],
    nextId: 1,
    touchedAt: now,
    dueAt: null,
  };
}
