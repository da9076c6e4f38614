import type { Ticket } from "../../src/domain/ticket.ts";
import type { TicketStore } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { pageOf, rowsPerPage, startOf } from "./page.ts";
import { integer, stored } from "./row.ts";

/** Answers the tickets of the port. */
export function createTickets(database: Database): TicketStore {
  const { workspaces } = database;
  const existing = database.prepare("SELECT body FROM tickets WHERE workspace = ? AND effect_id = ?");
  const count = database.prepare(
    "UPDATE workspaces SET last_ticket = last_ticket + 1 WHERE key = ? RETURNING last_ticket",
  );
  const insert = database.prepare("INSERT INTO tickets (workspace, effect_id, body) VALUES (?, ?, ?)");
  const list = database.prepare(
    "SELECT key, body FROM tickets WHERE workspace = ? AND key < ? ORDER BY key DESC LIMIT ?",
  );

  const create = (draft: Omit<Ticket, "number">): Ticket => {
    const workspace = workspaces.keyFor(draft.workspace);
    const row = existing.get(workspace, draft.effectId);
    if (row !== undefined) return stored<Ticket>(row, "body");
    const ticket = { ...draft, number: integer(count.get(workspace) ?? {}, "last_ticket") };
    insert.run(workspace, draft.effectId, JSON.stringify(ticket));
    return ticket;
  };

  return {
    create: (draft) => database.write(() => create(draft)),
    list: (workspace, page) =>
      database.read(() => {
        const rows = list.all(workspaces.keyOf(workspace), startOf(page), rowsPerPage);
        return pageOf(rows, (row) => stored<Ticket>(row, "body"));
      }),
  };
}
