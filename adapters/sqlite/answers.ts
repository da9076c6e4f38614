import type { Answer, AnswerStore } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { packText, unpackText } from "./pack-text.ts";
import { integer, text } from "./row.ts";

// An answer has up to 256 KiB and each byte of it is overwritten: so many take some ms.
const prunedAtOnce = 20;

/** Answers the whole answers of calls of the port. */
export function createAnswers(database: Database): AnswerStore {
  const { workspaces } = database;
  const put = database.prepare(
    `INSERT INTO answers (workspace, effect_id, run_id, at, cut, body) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (workspace, effect_id) DO UPDATE
     SET run_id = excluded.run_id, at = excluded.at, cut = excluded.cut, body = excluded.body`,
  );
  const select = database.prepare("SELECT run_id, at, cut, body FROM answers WHERE workspace = ? AND effect_id = ?");
  const prune = database.prepare(
    "DELETE FROM answers WHERE key IN (SELECT key FROM answers WHERE at < ? ORDER BY at LIMIT ?)",
  );

  return {
    async put({ workspace, effectId, runId, at, cut, body }) {
      const packed = packText(body);
      await database.write(() => {
        put.run(workspaces.keyFor(workspace), effectId, runId, Math.floor(at), cut ? 1 : 0, packed);
      });
    },
    load: (workspace, effectId) =>
      database.read((): Answer | null => {
        const row = select.get(workspaces.keyOf(workspace), effectId);
        if (row === undefined) return null;
        const cut = integer(row, "cut") === 1;
        return {
          workspace,
          effectId,
          runId: text(row, "run_id"),
          at: integer(row, "at"),
          cut,
          body: unpackText(row, "body"),
        };
      }),
    async prune(before) {
      for (let pruned = prunedAtOnce; pruned === prunedAtOnce; ) {
        pruned = await database.write(() => Number(prune.run(before, prunedAtOnce).changes));
        if (pruned > 0) database.removed();
      }
    },
  };
}
