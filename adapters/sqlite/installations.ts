import type { WorkspaceId } from "../../src/domain/ids.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { type Installation, installationSchema } from "../../src/domain/installation.ts";
import { type Platform, platformSchema } from "../../src/domain/person.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import type { KeyRing } from "../../src/ports/key-ring.ts";
import type { InstallationStore } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { bytes, integer, type Row, text } from "./row.ts";

/** Answers the installations of the port, each sealed as a whole by the key ring; without one (null) there are none. */
export function createInstallations(database: Database, keyRing: KeyRing | null): InstallationStore {
  const { workspaces } = database;
  const { insert, select, remove, installed, note, clear, noted } = prepared(database);
  // Runs a change and, if it has removed tokens, takes their traces away before the caller is answered (G18).
  const write = async (change: () => { readonly changes: number | bigint }): Promise<void> => {
    const { changes } = await database.write(change);
    if (changes > 0) database.removedNow();
  };

  return {
    async put(installation) {
      const { workspace, platform } = installation;
      const sealed = ringOf(keyRing).seal(JSON.stringify(installation), contextOf(workspace, platform));
      await write(() => {
        const key = workspaces.keyFor(workspace);
        const removed = remove.run(key, platform);
        insert.run(key, platform, sealed);
        return removed;
      });
    },
    load: (workspace, platform) =>
      database.read(() => {
        const row = select.get(workspaces.keyOf(workspace), platform);
        return row === undefined ? null : installationOf(ringOf(keyRing), workspace, platform, row);
      }),
    remove: (workspace, platform, installedAt) =>
      write(() => {
        const key = workspaces.keyFor(workspace);
        const row = select.get(key, platform);
        if (row !== undefined && momentOf(keyRing, workspace, platform, row) > installedAt) return { changes: 0 };
        note.run(key, platform);
        return remove.run(key, platform);
      }),
    uninstalled: (platform) => database.read(() => noted.all(platform).map(nameOf)),
    async cleared(workspace, platform) {
      await database.write(() => {
        clear.run(workspaces.keyOf(workspace), platform);
      });
    },
    workspaces: (platform) => database.read(() => installed.all(platform).map(nameOf)),
    renew: createRenew(database, keyRing),
  };
}

function prepared(database: Database) {
  return {
    insert: database.prepare("INSERT INTO installations (workspace, platform, sealed) VALUES (?, ?, ?)"),
    select: database.prepare("SELECT sealed FROM installations WHERE workspace = ? AND platform = ?"),
    remove: database.prepare("DELETE FROM installations WHERE workspace = ? AND platform = ?"),
    installed: database.prepare(
      `SELECT w.name FROM installations AS i JOIN workspaces AS w ON w.key = i.workspace
    WHERE i.platform = ? ORDER BY w.name`,
    ),
    note: database.prepare("INSERT INTO departures (workspace, platform) VALUES (?, ?) ON CONFLICT DO NOTHING"),
    clear: database.prepare("DELETE FROM departures WHERE workspace = ? AND platform = ?"),
    noted: database.prepare(
      "SELECT w.name FROM departures AS d JOIN workspaces AS w ON w.key = d.workspace WHERE d.platform = ? ORDER BY w.name",
    ),
  };
}

/** When it was installed, in Unix ms; what no key opens is of no use to anybody, and counts as the oldest. */
function momentOf(keyRing: KeyRing | null, workspace: WorkspaceId, platform: Platform, row: Row): number {
  try {
    return installationOf(ringOf(keyRing), workspace, platform, row).installedAt;
  } catch (error) {
    if (error instanceof PermanentError) return Number.NEGATIVE_INFINITY;
    throw error;
  }
}

function nameOf(row: Row): WorkspaceId {
  return workspaceIdSchema.parse(text(row, "name"));
}

function createRenew(database: Database, keyRing: KeyRing | null): () => Promise<number> {
  const everywhere = database.prepare(
    `SELECT i.workspace, i.platform, i.sealed, w.name FROM installations AS i JOIN workspaces AS w ON w.key = i.workspace`,
  );
  // Only over what was read: one that was removed meanwhile does not come back.
  const replace = database.prepare(
    "UPDATE installations SET sealed = ? WHERE workspace = ? AND platform = ? AND sealed = ?",
  );
  return async () => {
    const rows = await database.read(() => everywhere.all());
    const writes = rows.flatMap((row) => {
      const ring = ringOf(keyRing);
      const platform = platformSchema.parse(text(row, "platform"));
      const context = contextOf(workspaceIdSchema.parse(text(row, "name")), platform);
      const old = bytes(row, "sealed");
      // Each is opened, or a key that is missing would be found when the first message has come.
      const opened = ring.open(old, context);
      if (ring.isCurrent(old)) return [];
      const sealed = ring.seal(opened, context);
      return [() => Number(replace.run(sealed, integer(row, "workspace"), platform, old).changes)];
    });
    const changes = await Promise.all(writes.map((write) => database.write(write)));
    const renewed = changes.reduce((sum, one) => sum + one, 0);
    if (renewed > 0) database.removedNow();
    return renewed;
  };
}

// A sealed body that was copied to another row does not open there.
function contextOf(workspace: WorkspaceId, platform: Platform): string {
  return `${workspace}|installation|${platform}`;
}

function ringOf(keyRing: KeyRing | null): KeyRing {
  if (keyRing !== null) return keyRing;
  throw new PermanentError(
    "The tokens of an installation are kept encrypted, and there is no key for that. Set USHER_KEYS to id:key, the key " +
      "being 32 random bytes in base64; if there were installations before, to the keys from then.",
  );
}

function installationOf(ring: KeyRing, workspace: WorkspaceId, platform: Platform, row: Row): Installation {
  const parsed = installationSchema.safeParse(jsonIn(ring.open(bytes(row, "sealed"), contextOf(workspace, platform))));
  if (parsed.success) return parsed.data;
  // Without zod's report, which could quote what stands there.
  throw new PermanentError(
    `The stored installation of workspace ${workspace} on ${platform} is not what it should be. Install Usher there anew.`,
  );
}

function jsonIn(opened: string): unknown {
  try {
    return JSON.parse(opened);
  } catch {
    // Without the cause: a SyntaxError quotes the text.
    return null;
  }
}
