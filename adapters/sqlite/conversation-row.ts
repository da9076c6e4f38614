import { type Conversation, conversationSchema, conversationSchemaNumber } from "../../src/domain/conversation.ts";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import { isRecord } from "../../src/domain/json.ts";
import type { Person } from "../../src/domain/person.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { pack, unpack } from "./pack.ts";
import { integer, type Row, text } from "./row.ts";
import { upgradeConversation } from "./upgrade.ts";

/** What stands beside a body, for the queries. */
export interface ConversationColumns {
  readonly dueAt: number | null;
  readonly leaseOwner: string | null;
  readonly waiting: string | null;
  readonly people: number;
  readonly procedure: string | null;
  readonly customer: string;
  readonly handOff: string | null;
}

/** The columns of a document. Pure. */
export function columnsOf(conversation: Conversation): ConversationColumns {
  const { dueAt, lease, people, run, customer, cards } = conversation;
  return {
    // Never early: a moment between two ms counts as the later one.
    dueAt: dueAt === null ? null : Math.ceil(dueAt),
    leaseOwner: lease?.owner ?? null,
    waiting: run?.wait.kind ?? null,
    people: people === null ? 0 : 1,
    procedure: run?.procedure.slug ?? null,
    customer: customerKey(customer),
    // Null also until the card is posted.
    handOff: people === null ? null : (cards[people.card] ?? null),
  };
}

/**
 * The same column for a body as it is stored, of schema 1 or 2, for the step to tables that have it; null where the body
 * cannot be read. Pure.
 */
export function handOffIn(stored: unknown): string | null {
  const body = read(stored);
  if (!isRecord(body) || !isRecord(body["people"]) || !isRecord(body["cards"])) return null;
  const { card } = body["people"];
  const ref = typeof card === "string" && Object.hasOwn(body["cards"], card) ? body["cards"][card] : null;
  return typeof ref === "string" ? ref : null;
}

/** The customer as one text; no platform's name has a colon. Pure. */
export function customerKey(customer: Pick<Person, "platform" | "id">): string {
  return `${customer.platform}:${customer.id}`;
}

/** The body as it is stored: plain while somebody performs its effects, else packed. Pure. */
export function bodyOf(conversation: Conversation): string | Uint8Array {
  const body = JSON.stringify(conversation);
  return conversation.lease === null ? pack(body) : body;
}

/** What a query must select for `conversationOf`, from the tables below. */
export const conversationColumns = "c.id, c.version, c.schema, coalesce(work.body, rest.body) AS body";

/**
 * What a query must select from, by one index: left alone, SQLite takes the ids' for every list that is in their order,
 * and reads the whole workspace to find one nonce. A body in `work` is newer than one in `rest`. Pure.
 */
export function conversationTables(index: string): string {
  return `conversations AS c INDEXED BY ${index}
    LEFT JOIN work ON work.key = c.key LEFT JOIN rest ON rest.key = c.key`;
}

/**
 * Answers the document of a row as it was saved: checked, upgraded if it is older, with all the fields that this version
 * does not know. Throws PermanentError, which names the ids and nothing else, if it does not fit or is newer.
 */
export function conversationOf(workspace: WorkspaceId, row: Row): Conversation {
  const id = text(row, "id");
  const name = `The stored conversation ${id} of workspace ${workspace}`;
  if (integer(row, "schema") > conversationSchemaNumber) {
    throw new PermanentError(`${name} was written by a newer Usher, and is left alone. Upgrade this process.`);
  }
  const body = read(row["body"]);
  if (!isRecord(body)) throw new PermanentError(`${name} cannot be read. Restore the database from a copy.`);
  const upgraded = upgradeConversation(body);
  const itself = body["workspace"] === workspace && body["id"] === id && body["version"] === integer(row, "version");
  if (!itself || !conversationSchema.safeParse(upgraded).success) {
    // Without zod's report: it could quote what a customer wrote.
    throw new PermanentError(`${name} is not what it should be. Restore the database from a copy.`);
  }
  // Not what zod answers: that has lost the fields which it does not know.
  return upgraded as unknown as Conversation;
}

function read(stored: unknown): unknown {
  try {
    if (typeof stored === "string") return JSON.parse(stored);
    if (stored instanceof Uint8Array) return JSON.parse(unpack(stored));
    return null;
  } catch {
    // Without the cause: a SyntaxError quotes the text.
    return null;
  }
}
