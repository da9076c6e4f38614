import type { WorkspaceId } from "../domain/ids.ts";
import type { Installation } from "../domain/installation.ts";
import type { Person, Platform } from "../domain/person.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { RoleStore, Store } from "../ports/store.ts";
import { changeRoles } from "./change-roles.ts";
import { admitFirstOwner } from "./first-owner.ts";
import type { Settings } from "./settings.ts";
import { endConversations } from "./uninstall.ts";
import type { Work } from "./work.ts";

/** Where Usher is on one platform: what comes in and what goes out asks this. */
interface Known {
  of(workspace: WorkspaceId): Installation | null;
  put(installation: Installation): Promise<void>;
  /** Nothing is sent there from the call on; resolved means that the token is destroyed where it is stored, too. */
  remove(workspace: WorkspaceId): Promise<void>;
}

export interface InstallingOptions {
  readonly platform: Platform;
  readonly known: Known;
  readonly store: Pick<Store, "conversations" | "roles" | "installations">;
  readonly settings: Settings;
  readonly work: Work;
  /** Makes a workspace ready for its people: settings and procedures. */
  readonly openWorkspace: (workspace: WorkspaceId) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How workspaces of a platform come and go, one change after another. Every method throws what the store throws. */
export interface Installing {
  /**
   * Opens a workspace and keeps its token, in the place of an earlier one. Whoever installs it becomes owner where there is
   * none; answers whether that was so.
   */
  install(installation: Installation): Promise<{ readonly isOwner: boolean }>;
  /**
   * Usher was uninstalled there, or its token is void; what was put in its place meanwhile stays. Resolved means that the
   * token is destroyed and the workspace is cleared up; what fails is tried again.
   */
  uninstall(installation: Installation): Promise<void>;
  /** Goes on with what an earlier process has left half done. Call it before anything comes in. */
  finish(): Promise<void>;
}

const againMs = 60_000;

/** Makes it over the store and the work that goes on there. */
export function createInstalling(options: InstallingOptions): Installing {
  const { platform, known, store, openWorkspace, clock, log } = options;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Answer>(change: () => Promise<Answer>): Promise<Answer> => {
    const changed = last.then(change, change);
    last = changed;
    return changed;
  };
  const finish = async (): Promise<void> => {
    for (const workspace of await store.installations.left(platform)) {
      await clearUp(options, workspace);
      await store.installations.cleared(workspace, platform);
      log.info({ workspace, platform }, "What was under way in a workspace that Usher has left is cleared up.");
    }
  };
  const leave = async (workspace: WorkspaceId): Promise<void> => {
    try {
      await known.remove(workspace);
      await inTurn(finish);
    } catch (error) {
      clock.after(againMs, () => {
        // Whoever has installed it anew has cleared it up before.
        if (known.of(workspace) === null) void leave(workspace).catch(() => {});
      });
      log.error(
        { workspace, platform, error },
        "A workspace that Usher has left could not be cleared up; it is tried again.",
      );
      throw error;
    }
  };
  return {
    install: (installation) =>
      inTurn(async () => {
        const { workspace, by } = installation;
        await finish();
        await openWorkspace(workspace);
        const isOwner = by !== null && (await admitFirstOwner(store.roles, workspace, platform, by));
        await known.put(installation);
        log.info({ workspace, platform, by, isOwner }, "Usher was installed in a workspace.");
        return { isOwner };
      }),
    async uninstall({ workspace, botToken }) {
      const current = known.of(workspace);
      if (current !== null && current.botToken !== botToken) return;
      log.warn(
        { workspace, platform },
        "Usher was uninstalled there: the token is destroyed, and the runs are cancelled.",
      );
      await leave(workspace);
    },
    finish: () => inTurn(finish),
  };
}

/**
 * Ends what must not go on when Usher comes back: runs and hand-offs, the agents channel, and the roles that owners have
 * given. Owners stay, or whoever may remove and add apps could make himself one.
 */
async function clearUp({ platform, store, settings, work }: InstallingOptions, workspace: WorkspaceId): Promise<void> {
  const by: Person = { platform, id: "uninstalled", name: "Usher (uninstalled)", role: "agent", external: false };
  await endConversations({ work, store }, workspace, by);
  await settings.refresh(workspace);
  if (settings.of(workspace).agentsChannel?.platform === platform)
    await settings.set(workspace, { agentsChannel: null });
  await takeRoles(store.roles, workspace, platform);
}

function takeRoles(roles: RoleStore, workspace: WorkspaceId, platform: Platform): Promise<void> {
  return changeRoles(roles, async () => {
    for (const row of await roles.list(workspace)) {
      if (row.platform === platform && row.role !== "owner") await roles.remove(workspace, platform, row.userId);
    }
  });
}
