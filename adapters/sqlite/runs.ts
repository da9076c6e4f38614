import type { StatementSync } from "node:sqlite";
import type { RunRecord } from "../../src/domain/run-record.ts";
import type { RunStore } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { pageOf, rowsPerPage, startOf } from "./page.ts";
import { stored } from "./row.ts";

/** Answers the finished runs of the port. */
export function createRuns(database: Database): RunStore {
  const { workspaces } = database;
  const put = database.prepare(
    `INSERT INTO runs (workspace, id, conversation, procedure, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (workspace, id) DO UPDATE
     SET conversation = excluded.conversation, procedure = excluded.procedure, body = excluded.body`,
  );
  const statements = new Map<string, StatementSync>();

  return {
    async put(workspace, run) {
      const body = JSON.stringify(run);
      await database.write(() => {
        put.run(workspaces.keyFor(workspace), run.id, run.conversationId, run.procedure.slug, body);
      });
    },
    find: (workspace, where, page) =>
      database.read(() => {
        const { index, conditions, values } = queryFor(where);
        const statement =
          `SELECT key, body FROM runs INDEXED BY ${index} ` +
          `WHERE ${["workspace = ?", "key < ?", ...conditions].join(" AND ")} ORDER BY key DESC LIMIT ?`;
        const prepared = statements.get(statement) ?? database.prepare(statement);
        statements.set(statement, prepared);
        const rows = prepared.all(workspaces.keyOf(workspace), startOf(page), ...values, rowsPerPage);
        return pageOf(rows, (row) => stored<RunRecord>(row, "body"));
      }),
  };
}

interface Query {
  readonly index: string;
  readonly conditions: readonly string[];
  readonly values: readonly string[];
}

// By one index, named: the one of the condition that leaves the fewest rows.
function queryFor(where: Parameters<RunStore["find"]>[1]): Query {
  let index = "runs_list";
  const conditions: string[] = [];
  const values: string[] = [];
  if (where.procedure !== undefined) {
    index = "runs_procedure";
    conditions.push("procedure = ?");
    values.push(where.procedure);
  }
  if (where.conversation !== undefined) {
    index = "runs_conversation";
    conditions.push("conversation = ?");
    values.push(where.conversation);
  }
  if (where.nonce !== undefined) {
    // A run's id begins with the nonce and a hyphen, and the next character after that is the dot.
    index = "runs_id";
    conditions.push("id > ? AND id < ?");
    values.push(`${where.nonce}-`, `${where.nonce}.`);
  }
  return { index, conditions, values };
}
