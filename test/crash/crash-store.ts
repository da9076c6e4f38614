import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, openConnection } from "../../adapters/sqlite/database.ts";
import { createStore } from "../../adapters/sqlite/open.ts";
import { type WorkspaceId, workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import type { Store } from "../../src/ports/store.ts";
import { agent, otherAgent } from "../support/chat.ts";
import { createFakeClock } from "../support/fake-clock.ts";

/** The workspace of every run, but for those in Slack. */
export const workspace: WorkspaceId = workspaceIdSchema.parse("crash");

/** The durable state of all boots of one run: a real SQLite store, emptied before the next run. */
export interface DurableStore {
  readonly store: Store;
  /** Forgets everything but the workspace, its procedures and its roles. */
  empty(): void;
  close(): Promise<void>;
}

const emptied = ["conversations", "work", "rest", "runs", "answers", "tickets", "leads", "lead_effects", "mails"];

/**
 * Opens a store with these procedures. In memory where the machine has such a folder: that a commit is on the disk is
 * proved elsewhere, here it only takes time.
 */
export async function openDurableStore(
  procedures: readonly Procedure[],
  {
    workspace: at,
    agents,
  }: { readonly workspace: WorkspaceId; readonly agents: readonly Pick<Person, "platform" | "id">[] } = {
    workspace,
    agents: [agent, otherAgent],
  },
): Promise<DurableStore> {
  const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "usher-crash-"));
  const connection = openConnection(join(folder, "usher.db"));
  const store = createStore(
    createDatabase(connection, createFakeClock(), () => {}),
    null,
  );
  for (const procedure of procedures) await store.procedures.publish(at, procedure, 0);
  for (const { platform, id } of agents) await store.roles.set(at, platform, id, "agent");
  const statements = [...emptied.map((table) => `DELETE FROM ${table}`), "UPDATE workspaces SET last_ticket = 0"];
  return {
    store,
    empty: () => connection.exec(`BEGIN; ${statements.join("; ")}; COMMIT`),
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
