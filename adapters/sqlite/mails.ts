import type { Mail } from "../../src/domain/mail.ts";
import type { MailStore } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { pageOf, rowsPerPage, startOf } from "./page.ts";
import { stored } from "./row.ts";

/** Answers the mails of the port. */
export function createMails(database: Database): MailStore {
  const { workspaces } = database;
  const put = database.prepare(
    `INSERT INTO mails (workspace, effect_id, body) VALUES (?, ?, ?)
     ON CONFLICT (workspace, effect_id) DO UPDATE SET body = excluded.body`,
  );
  const list = database.prepare(
    "SELECT key, body FROM mails WHERE workspace = ? AND key < ? ORDER BY key DESC LIMIT ?",
  );
  return {
    async put(mail) {
      const body = JSON.stringify(mail);
      await database.write(() => {
        put.run(workspaces.keyFor(mail.workspace), mail.effectId, body);
      });
    },
    list: (workspace, page) =>
      database.read(() => {
        const rows = list.all(workspaces.keyOf(workspace), startOf(page), rowsPerPage);
        return pageOf(rows, (row) => stored<Mail>(row, "body"));
      }),
  };
}
