import type { DatabaseSync } from "node:sqlite";
import { PermanentError } from "../../src/ports/errors.ts";
import { handOffIn } from "./conversation-row.ts";
import { integer } from "./row.ts";

// A conversation is one row of `conversations` and one of `work` or `rest`, under the same key. While somebody performs
// its effects its body stands in `work`, as plain text; when it parks, the body goes packed into `rest`. In one table
// each page would stay as wide as its rows were at their widest: measured, 2,200 bytes a parked row in place of 700.
// The columns beside the body repeat what queries need. The index on approvals and the like is partial, so that a
// conversation which waits for input, as most do, is not in it.
const first = `
CREATE TABLE workspaces (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  last_ticket INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE conversations (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  id TEXT NOT NULL,
  nonce BLOB NOT NULL,
  version INTEGER NOT NULL,
  schema INTEGER NOT NULL,
  due_at INTEGER,
  lease_owner TEXT,
  waiting TEXT,
  people INTEGER NOT NULL,
  procedure TEXT,
  customer TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX conversations_id ON conversations (workspace, id);
CREATE INDEX conversations_nonce ON conversations (nonce);
CREATE INDEX conversations_customer ON conversations (workspace, customer);
CREATE INDEX conversations_due ON conversations (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX conversations_lease ON conversations (lease_owner) WHERE lease_owner IS NOT NULL;
CREATE INDEX conversations_waiting ON conversations (workspace, waiting, id) WHERE waiting IN ('approval', 'verdict');
CREATE INDEX conversations_people ON conversations (workspace, id) WHERE people = 1;
CREATE TABLE work (key INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE rest (key INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

CREATE TABLE procedures (
  workspace INTEGER NOT NULL,
  slug TEXT NOT NULL,
  newest INTEGER NOT NULL,
  active INTEGER NOT NULL,
  PRIMARY KEY (workspace, slug)
) STRICT, WITHOUT ROWID;
CREATE TABLE procedure_versions (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  slug TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX procedure_versions_id ON procedure_versions (workspace, slug, version);

CREATE TABLE runs (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  id TEXT NOT NULL,
  conversation TEXT NOT NULL,
  procedure TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX runs_id ON runs (workspace, id);
CREATE INDEX runs_list ON runs (workspace);
CREATE INDEX runs_conversation ON runs (workspace, conversation);
CREATE INDEX runs_procedure ON runs (workspace, procedure);

CREATE TABLE answers (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  effect_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  cut INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX answers_id ON answers (workspace, effect_id);
CREATE INDEX answers_at ON answers (at);

CREATE TABLE tickets (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  effect_id TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tickets_id ON tickets (workspace, effect_id);
CREATE INDEX tickets_list ON tickets (workspace);

CREATE TABLE leads (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  email TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX leads_email ON leads (workspace, email);
CREATE INDEX leads_list ON leads (workspace);
CREATE TABLE lead_effects (
  workspace INTEGER NOT NULL,
  effect_id TEXT NOT NULL,
  lead INTEGER NOT NULL,
  PRIMARY KEY (workspace, effect_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mails (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  effect_id TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX mails_id ON mails (workspace, effect_id);
CREATE INDEX mails_list ON mails (workspace);

CREATE TABLE roles (
  workspace INTEGER NOT NULL,
  platform TEXT NOT NULL,
  user_id TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (workspace, platform, user_id)
) STRICT, WITHOUT ROWID;
`;

// Whole answers of calls are kept for weeks and hardly ever looked at: a longer one is packed (a BLOB), and writing it
// costs the CPU less than half.
const second = `
CREATE TABLE new_answers (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  effect_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  cut INTEGER NOT NULL,
  body ANY NOT NULL
) STRICT;
INSERT INTO new_answers SELECT key, workspace, effect_id, run_id, at, cut, body FROM answers;
DROP TABLE answers;
ALTER TABLE new_answers RENAME TO answers;
CREATE UNIQUE INDEX answers_id ON answers (workspace, effect_id);
CREATE INDEX answers_at ON answers (at);
`;

// Which conversation an agent writes about is found by the card above it. The index is partial: a conversation that people
// do not have is not in it, and its saves never touch it. `hand_off_in` is registered below.
const third = `
ALTER TABLE conversations ADD COLUMN hand_off TEXT;
UPDATE conversations SET hand_off = hand_off_in(coalesce(
  (SELECT body FROM work WHERE work.key = conversations.key),
  (SELECT body FROM rest WHERE rest.key = conversations.key)
)) WHERE people = 1;
CREATE INDEX conversations_hand_off ON conversations (workspace, hand_off) WHERE hand_off IS NOT NULL;

CREATE TABLE settings (workspace INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;

CREATE TABLE installations (
  platform TEXT NOT NULL,
  workspace INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (platform, workspace)
) STRICT, WITHOUT ROWID;
`;

// Where Usher was uninstalled and has not cleared up yet: whoever dies in between goes on after the next start.
const fourth = `
CREATE TABLE departures (
  platform TEXT NOT NULL,
  workspace INTEGER NOT NULL,
  PRIMARY KEY (platform, workspace)
) STRICT, WITHOUT ROWID;
`;

// The n-th one leads from n-1 to n. They are never changed, only added to.
const migrations: readonly string[] = [first, second, third, fourth];

/** Throws PermanentError if the database was made by a newer Usher than this one; changes nothing. */
export function assertNotNewer(database: DatabaseSync): void {
  const found = versionOf(database);
  if (found <= migrations.length) return;
  throw new PermanentError(
    `The database is of version ${found}, and this Usher knows only up to version ${migrations.length}. ` +
      "Start a newer Usher, or choose another data folder with USHER_DATA.",
  );
}

/** Whether a database has the tables of an older Usher than this one. */
export function isOlder(database: DatabaseSync): boolean {
  return versionOf(database) < migrations.length;
}

/** Brings the tables to the newest version, one transaction a step. Throws SQLite's errors. */
export function migrate(database: DatabaseSync): void {
  database.function("hand_off_in", { deterministic: true }, handOffIn);
  for (const [index, statements] of migrations.entries()) {
    if (index < versionOf(database)) continue;
    database.exec("BEGIN IMMEDIATE");
    try {
      database.exec(`${statements}; PRAGMA user_version = ${index + 1}; COMMIT`);
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare("PRAGMA user_version").get();
  return row === undefined ? 0 : integer(row, "user_version");
}
