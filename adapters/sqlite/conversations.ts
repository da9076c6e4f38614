import type { SQLInputValue, StatementSync } from "node:sqlite";
import { type Conversation, conversationSchemaNumber } from "../../src/domain/conversation.ts";
import type { CardRef, ConversationId, WorkspaceId } from "../../src/domain/ids.ts";
import { conversationIdSchema, workspaceIdSchema } from "../../src/domain/ids.ts";
import { ConflictError } from "../../src/ports/errors.ts";
import type { ConversationFilter, ConversationKey, ConversationStore, Page } from "../../src/ports/store.ts";
import {
  bodyOf,
  columnsOf,
  conversationColumns,
  conversationOf,
  conversationTables,
  customerKey,
} from "./conversation-row.ts";
import type { Database } from "./database.ts";
import { pageOf, rowsPerPage } from "./page.ts";
import { integer, type Row, text } from "./row.ts";

/** Answers the conversations of the port, over these tables: `conversations`, `work` and `rest`. */
export function createConversations(database: Database): ConversationStore {
  const load = createLoad(database);
  const find = createFind(database);
  const save = createSave(database);
  const remove = createRemove(database);
  const locate = createLocate(database);
  const underHandOff = createUnderHandOff(database);
  const due = createDue(database);
  return {
    load: (workspace, id) => database.read(() => load(workspace, id)),
    save,
    remove: (workspace, id, version) => database.write(() => remove(workspace, id, version)),
    find: (workspace, where, page) => database.read(() => find(workspace, where, page)),
    locate: (workspace, nonce) => database.read(() => locate(workspace, nonce)),
    underHandOff: (workspace, card) => database.read(() => underHandOff(workspace, card)),
    due: (now, limit, boot) => database.read(() => due(now, limit, boot)),
  };
}

function createLoad(database: Database) {
  const select = database.prepare(
    `SELECT ${conversationColumns} FROM ${conversationTables("conversations_id")} WHERE c.workspace = ? AND c.id = ?`,
  );
  return (workspace: WorkspaceId, id: ConversationId): Conversation | null => {
    const row = select.get(database.workspaces.keyOf(workspace), id);
    return row === undefined ? null : conversationOf(workspace, row);
  };
}

function createSave(database: Database): (next: Conversation) => Promise<void> {
  const insert = createInsert(database);
  const update = createUpdate(database);
  const putWork = database.prepare(
    "INSERT INTO work (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
  );
  const putRest = database.prepare(
    "INSERT INTO rest (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
  );
  const endWork = database.prepare("DELETE FROM work WHERE key = ?");

  return async (next) => {
    // Before it is queued: what is stored is what the caller gave, whatever becomes of it until then.
    const body = bodyOf(next);
    await database.write(() => {
      const key = next.version === 1 ? insert(next) : update(next);
      if (key === null) throw conflict(next.workspace, next.id);
      if (typeof body === "string") {
        // What stands in `rest` stays until it parks again: the same place will do.
        putWork.run(key, body);
      } else {
        putRest.run(key, body);
        if (next.version > 1) endWork.run(key);
      }
    });
  };
}

// Answers the key of the new row, or null if there is one already.
function createInsert(database: Database): (next: Conversation) => number | bigint | null {
  const insert = database.prepare(
    `INSERT INTO conversations
       (workspace, id, nonce, version, schema, due_at, lease_owner, waiting, people, procedure, hand_off, customer)
     VALUES (?, ?, unhex(?), ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, id) DO NOTHING`,
  );
  return (next) => {
    const { workspaces } = database;
    const c = columnsOf(next);
    const inserted = insert.run(
      workspaces.keyFor(next.workspace),
      next.id,
      next.nonce,
      next.version,
      next.schema,
      c.dueAt,
      c.leaseOwner,
      c.waiting,
      c.people,
      c.procedure,
      c.handOff,
      c.customer,
    );
    return inserted.changes === 0 ? null : inserted.lastInsertRowid;
  };
}

// Answers the key of the changed row, or null if the stored one is not the version before this one.
function createUpdate(database: Database): (next: Conversation) => number | null {
  const set =
    "version = ?, schema = ?, due_at = ?, lease_owner = ?, waiting = ?, people = ?, procedure = ?, hand_off = ?";
  const where = "workspace = ? AND id = ? AND nonce = unhex(?) AND version = ?";
  // A customer hardly ever changes, and a column that is set has its index written anew: one page less in the log.
  const sameCustomer = database.prepare(
    `UPDATE conversations SET ${set} WHERE ${where} AND customer = ? RETURNING key`,
  );
  const anyCustomer = database.prepare(`UPDATE conversations SET ${set}, customer = ? WHERE ${where} RETURNING key`);
  return (next) => {
    const c = columnsOf(next);
    const { version, schema } = next;
    const values = [version, schema, c.dueAt, c.leaseOwner, c.waiting, c.people, c.procedure, c.handOff] as const;
    const old = [database.workspaces.keyOf(next.workspace), next.id, next.nonce, version - 1] as const;
    const row = sameCustomer.get(...values, ...old, c.customer) ?? anyCustomer.get(...values, c.customer, ...old);
    return row === undefined ? null : integer(row, "key");
  };
}

function createRemove(database: Database): (workspace: WorkspaceId, id: ConversationId, version: number) => void {
  const remove = database.prepare(
    "DELETE FROM conversations WHERE workspace = ? AND id = ? AND version = ? RETURNING key",
  );
  const removeWork = database.prepare("DELETE FROM work WHERE key = ?");
  const removeRest = database.prepare("DELETE FROM rest WHERE key = ?");
  return (workspace, id, version) => {
    const row = remove.get(database.workspaces.keyOf(workspace), id, version);
    if (row === undefined) throw conflict(workspace, id);
    const key = integer(row, "key");
    removeWork.run(key);
    removeRest.run(key);
    database.removed();
  };
}

const newestKnown = `c.schema <= ${conversationSchemaNumber}`;

function createFind(database: Database) {
  const statements = new Map<string, StatementSync>();
  const prepared = (statement: string): StatementSync => {
    const known = statements.get(statement);
    if (known !== undefined) return known;
    const made = database.prepare(statement);
    statements.set(statement, made);
    return made;
  };
  return (workspace: WorkspaceId, where: ConversationFilter, page: string | null): Page<Conversation> => {
    const { index, conditions, values } = queryFor(where);
    const statement =
      `SELECT ${conversationColumns} FROM ${conversationTables(index)} ` +
      // Documents of a newer schema are left to the processes that know it, and must not hide the others.
      `WHERE ${["c.workspace = ?", "c.id > ?", newestKnown, ...conditions].join(" AND ")} ORDER BY c.id LIMIT ?`;
    const rows = prepared(statement).all(database.workspaces.keyOf(workspace), page ?? "", ...values, rowsPerPage);
    return pageOf(
      rows,
      (row) => conversationOf(workspace, row),
      (row) => text(row, "id"),
    );
  };
}

interface Query {
  /** The one that leaves the fewest rows to look at: a condition takes it only from the conditions before it. */
  index: string;
  readonly conditions: string[];
  readonly values: SQLInputValue[];
}

function queryFor(where: ConversationFilter): Query {
  const query: Query = { index: "conversations_id", conditions: [], values: [] };
  const add = (condition: string, values: readonly SQLInputValue[], index = query.index): void => {
    query.index = index;
    query.conditions.push(condition);
    query.values.push(...values);
  };
  if (where.procedure !== undefined) add("c.procedure = ?", [where.procedure]);
  if (where.waiting === "people") {
    add("c.people = 1", [], "conversations_people");
  } else if (where.waiting === "approval" || where.waiting === "verdict") {
    // The list repeats what the partial index says, or SQLite does not see that it may use it.
    add("c.waiting = ? AND c.waiting IN ('approval', 'verdict')", [where.waiting], "conversations_waiting");
  } else if (where.waiting !== undefined) {
    add("c.waiting = ?", [where.waiting]);
  }
  if (where.customer !== undefined) add("c.customer = ?", [customerKey(where.customer)], "conversations_customer");
  return query;
}

function createLocate(database: Database) {
  const select = database.prepare(
    `SELECT c.id FROM conversations AS c INDEXED BY conversations_nonce
    WHERE c.nonce = unhex(?) AND c.workspace = ? AND ${newestKnown}`,
  );
  return (workspace: WorkspaceId, nonce: string): ConversationId | null => {
    const row = select.get(nonce, database.workspaces.keyOf(workspace));
    return row === undefined ? null : conversationIdSchema.parse(text(row, "id"));
  };
}

function createUnderHandOff(database: Database) {
  const select = database.prepare(
    `SELECT c.id FROM conversations AS c INDEXED BY conversations_hand_off
    WHERE c.workspace = ? AND c.hand_off = ? AND ${newestKnown}`,
  );
  return (workspace: WorkspaceId, card: CardRef): ConversationId | null => {
    const row = select.get(database.workspaces.keyOf(workspace), card);
    return row === undefined ? null : conversationIdSchema.parse(text(row, "id"));
  };
}

function createDue(database: Database) {
  // Documents of a newer schema are left to the processes that know it.
  const from = `SELECT w.name, c.id FROM conversations AS c JOIN workspaces AS w ON w.key = c.workspace
    WHERE c.schema <= ${conversationSchemaNumber}`;
  const overdue = database.prepare(`${from} AND c.due_at <= ? ORDER BY c.due_at LIMIT ?`);
  const lapsed = database.prepare(
    `${from} AND c.lease_owner IS NOT NULL AND c.lease_owner <> ? AND (c.due_at IS NULL OR c.due_at > ?)
    ORDER BY c.due_at IS NULL, c.due_at LIMIT ?`,
  );
  return (now: number, limit: number, boot: string | null): readonly ConversationKey[] => {
    const rows = overdue.all(now, limit);
    const rest = limit - rows.length;
    const others = boot === null || rest <= 0 ? [] : lapsed.all(boot, now, rest);
    return [...rows, ...others].map(keyIn);
  };
}

function keyIn(row: Row): ConversationKey {
  return {
    workspace: workspaceIdSchema.parse(text(row, "name")),
    id: conversationIdSchema.parse(text(row, "id")),
  };
}

function conflict(workspace: WorkspaceId, id: ConversationId): ConflictError {
  return new ConflictError(
    `The conversation ${id} of workspace ${workspace} was changed meanwhile. Load it again and decide again.`,
  );
}
