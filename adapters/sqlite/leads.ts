import type { Lead } from "../../src/domain/lead.ts";
import type { LeadStore } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { pageOf, rowsPerPage, startOf } from "./page.ts";
import { integer, stored } from "./row.ts";

type Draft = Omit<Lead, "id" | "updatedAt">;

/** Answers the leads of the port. */
export function createLeads(database: Database): LeadStore {
  const { workspaces } = database;
  const carriedOut = database.prepare(
    `SELECT l.body FROM lead_effects AS e JOIN leads AS l ON l.key = e.lead WHERE e.workspace = ? AND e.effect_id = ?`,
  );
  const byEmail = database.prepare("SELECT key, body FROM leads WHERE workspace = ? AND email = ?");
  const insert = database.prepare("INSERT INTO leads (workspace, email, body) VALUES (?, ?, ?)");
  const update = database.prepare("UPDATE leads SET body = ? WHERE key = ?");
  const remember = database.prepare("INSERT INTO lead_effects (workspace, effect_id, lead) VALUES (?, ?, ?)");
  const list = database.prepare(
    "SELECT key, body FROM leads WHERE workspace = ? AND key < ? ORDER BY key DESC LIMIT ?",
  );

  const upsert = (draft: Draft): Lead => {
    const workspace = workspaces.keyFor(draft.workspace);
    const done = carriedOut.get(workspace, draft.effectId);
    if (done !== undefined) return stored<Lead>(done, "body");
    const email = draft.email.toLowerCase();
    const row = byEmail.get(workspace, email);
    const lead = row === undefined ? made(draft, email) : renewed(stored<Lead>(row, "body"), draft);
    const body = JSON.stringify(lead);
    if (row !== undefined) update.run(body, integer(row, "key"));
    const key = row === undefined ? insert.run(workspace, email, body).lastInsertRowid : integer(row, "key");
    remember.run(workspace, draft.effectId, key);
    return lead;
  };

  return {
    upsert: (draft) => database.write(() => upsert(draft)),
    list: (workspace, page) =>
      database.read(() => {
        const rows = list.all(workspaces.keyOf(workspace), startOf(page), rowsPerPage);
        return pageOf(rows, (row) => stored<Lead>(row, "body"));
      }),
  };
}

function made(draft: Draft, email: string): Lead {
  return { ...draft, id: draft.effectId, email, updatedAt: draft.createdAt };
}

// The draft's moment is when this effect was asked for: to a lead that is there already, that is its renewal.
function renewed(lead: Lead, draft: Draft): Lead {
  return {
    ...lead,
    effectId: draft.effectId,
    conversationId: draft.conversationId,
    name: draft.name ?? lead.name,
    phone: draft.phone ?? lead.phone,
    company: draft.company ?? lead.company,
    companySize: draft.companySize ?? lead.companySize,
    notes: draft.notes ?? lead.notes,
    updatedAt: draft.createdAt,
  };
}
