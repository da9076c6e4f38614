import type { Conversation } from "../domain/conversation.ts";
import type { Event } from "../domain/event.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { isAgent, isSamePerson, type Person } from "../domain/person.ts";
import { type Turn, turnSchema } from "../domain/turn.ts";
import { advance } from "../engine/advance.ts";
import type { Context } from "../engine/context.ts";
import { createConversation } from "../engine/create.ts";
import { isForgotten } from "../engine/seen.ts";
import type { Place } from "../ports/channel.ts";
import { PermanentError } from "../ports/errors.ts";
import type { Ids } from "../ports/ids.ts";
import type { Log } from "../ports/log.ts";
import type { ConversationStore, RoleStore } from "../ports/store.ts";
import { waitingBeside } from "./forward.ts";
import type { Work } from "./work.ts";

/** What receiving needs. */
export interface ReceiveOptions {
  readonly work: Work;
  readonly conversations: Pick<ConversationStore, "find">;
  readonly roles: RoleStore;
  readonly ids: Ids;
  readonly log: Log;
}

/** The same person with the role that Usher's own table gives; unknown people are customers. */
export async function withRole(roles: RoleStore, workspace: WorkspaceId, person: Person): Promise<Person> {
  const role = await roles.load(workspace, person.platform, person.id);
  return { ...person, role: role ?? "customer" };
}

/**
 * Takes in an event of a channel: who wrote is looked up, a conversation is made for a first turn, and the change is
 * stored. Throws TransientError when it could not be stored, PermanentError when the person may not do this or the turn
 * is none.
 */
export async function receive(options: ReceiveOptions, place: Place, event: Event): Promise<void> {
  const { work, roles, ids, log } = options;
  const known = await withBeside(options, place, await withRoles(roles, place.workspace, checked(event)));
  const key = { workspace: place.workspace, id: place.conversation };
  const forgotten = await work.apply(key, (conversation, contextOf) => ({
    conversation: take(conversation, place, known, ids, contextOf),
    answer: conversation !== null && "turn" in known && isForgotten(conversation, known.turn),
  }));
  if (!forgotten) return;
  log.warn({ conversation: key.id }, "A message was older than all that is remembered there, and counted as seen.");
}

function checked(event: Event): Event {
  if ("turn" in event) checkTurn(event.turn);
  return event;
}

/** What an adapter gets wrong must not get into a document, where it could never be read again. Throws PermanentError. */
export function checkTurn(turn: Turn): void {
  if (turnSchema.safeParse(turn).success) return;
  throw new PermanentError("The channel gave a turn that is none: its id, its keys or its time is not as it must be.");
}

async function withRoles(roles: RoleStore, workspace: WorkspaceId, event: Event): Promise<Event> {
  if (event.kind === "agentWrote") return { ...event, turn: await agentsTurn(roles, workspace, event.turn) };
  if (event.kind !== "turn") return event;
  return { ...event, turn: { ...event.turn, from: await withRole(roles, workspace, event.turn.from) } };
}

/** A turn at the top level of a channel may be the answer for which a run of the same person waits in a thread. */
async function withBeside({ conversations }: ReceiveOptions, place: Place, event: Event): Promise<Event> {
  if (event.kind !== "turn") return event;
  const beside = await waitingBeside(conversations, place, event.turn.from);
  return beside === null ? event : { ...event, beside };
}

/** The same turn with the role of who wrote it. Throws PermanentError if that is no agent. */
export async function agentsTurn(roles: RoleStore, workspace: WorkspaceId, turn: Turn): Promise<Turn> {
  const from = await withRole(roles, workspace, turn.from);
  if (!isAgent(from)) throw new PermanentError("Only agents can answer for the company.");
  return { ...turn, from };
}

function take(
  conversation: Conversation | null,
  place: Place,
  event: Event,
  ids: Ids,
  contextOf: (conversation: Conversation) => Context,
): Conversation | null {
  if (conversation === null) {
    // Only somebody's words begin a conversation; anything else comes too late for one that is gone.
    if (event.kind !== "turn") return null;
    if (place.isOurs === true && !event.turn.mentioned) return null;
    const created = beginning(place, event.turn, ids);
    return advance(created, event, contextOf(created));
  }
  const seen = asAgentWrote(conversation, event);
  // The way back to the customer follows the customer, never an agent.
  const renewed = seen.kind === "turn" && conversation.address !== place.address;
  const placed = renewed ? { ...conversation, address: place.address } : conversation;
  return advance(placed, seen, contextOf(placed));
}

/** The conversation that begins with this turn, in which nothing has happened yet. */
export function beginning({ workspace, conversation: id, address }: Place, { from, at }: Turn, ids: Ids): Conversation {
  return createConversation({ workspace, id, address, customer: from, random: ids.nonce() }, at);
}

/** An agent in somebody else's conversation is not the customer, whatever the channel took the words for. */
function asAgentWrote(conversation: Conversation, event: Event): Event {
  if (event.kind !== "turn" || !isAgent(event.turn.from)) return event;
  if (isSamePerson(conversation.customer, event.turn.from)) return event;
  return { kind: "agentWrote", turn: event.turn, where: "thread" };
}
