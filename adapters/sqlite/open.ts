import type { Clock } from "../../src/ports/clock.ts";
import type { KeyRing } from "../../src/ports/key-ring.ts";
import type { Store } from "../../src/ports/store.ts";
import { createAnswers } from "./answers.ts";
import { createConversations } from "./conversations.ts";
import { createDatabase, type Database, openConnection } from "./database.ts";
import { resultCode, toStoreError } from "./errors.ts";
import { createInstallations } from "./installations.ts";
import { createLeads } from "./leads.ts";
import { inUseError, prepareFolder, removePid, writePid } from "./lock.ts";
import { createMails } from "./mails.ts";
import { createProcedures } from "./procedures.ts";
import { createRoles } from "./roles.ts";
import { createRuns } from "./runs.ts";
import { createSettings } from "./settings.ts";
import { createTickets } from "./tickets.ts";

const busy = 5;

/**
 * Opens the store in a folder of its own, making both if they are missing. One process at a time has it: throws
 * PermanentError with the holder's process id if another one does, and also if the folder cannot be used or the
 * database was made by a newer Usher; TransientError if the disk does not work. `keyRing`: for what is encrypted at
 * rest; without one (null) there can be no installations.
 */
export async function openSqliteStore(options: {
  readonly folder: string;
  readonly clock: Clock;
  readonly keyRing: KeyRing | null;
}): Promise<Store> {
  const { folder, clock, keyRing } = options;
  const connection = openLocked(folder, prepareFolder(folder));
  try {
    writePid(folder);
    return createStore(
      createDatabase(connection, clock, () => removePid(folder)),
      keyRing,
    );
  } catch (error) {
    connection.close();
    throw toStoreError(error);
  }
}

/** Answers the store over an open database; `keyRing` as above. */
export function createStore(database: Database, keyRing: KeyRing | null): Store {
  return {
    conversations: createConversations(database),
    procedures: createProcedures(database),
    runs: createRuns(database),
    answers: createAnswers(database),
    tickets: createTickets(database),
    leads: createLeads(database),
    mails: createMails(database),
    roles: createRoles(database),
    settings: createSettings(database),
    installations: createInstallations(database, keyRing),
    async close() {
      database.close();
    },
  };
}

function openLocked(folder: string, file: string) {
  try {
    return openConnection(file);
  } catch (error) {
    throw resultCode(error) === busy ? inUseError(folder, error) : toStoreError(error);
  }
}
