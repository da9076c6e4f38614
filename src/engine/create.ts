import { type Conversation, conversationSchemaNumber } from "../domain/conversation.ts";
import type { Address, ConversationId, WorkspaceId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";

/**
 * A conversation in which nothing has happened, not stored yet (version 0). `random`: 128 random bits in hex from the
 * shell, so that the ids made from it cannot be guessed and the engine needs no randomness. Pure.
 */
export function createConversation(
  of: {
    readonly workspace: WorkspaceId;
    readonly id: ConversationId;
    readonly address: Address;
    readonly customer: Person;
    readonly random: string;
  },
  now: number,
): Conversation {
  return {
    schema: conversationSchemaNumber,
    workspace: of.workspace,
    id: of.id,
    nonce: nonceOfMoment(now) + of.random,
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
    offered: null,
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

// In front, so that what happens in conversations of one hour lies side by side in every index: with the random bits
// first, each new row is on a page of its own.
function nonceOfMoment(now: number): string {
  const moment = Math.min(Math.max(0, Math.floor(now)), latestMoment);
  return moment.toString(16).padStart(12, "0");
}

// What 12 hex digits hold: the year 10889.
const latestMoment = 2 ** 48 - 1;
