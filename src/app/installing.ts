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
  /** Stores one, in the place of an earlier one, and then knows it. */
  put(installation: Installation): Promise<void>;
  /** Nothing is sent there from the call on. */
  forget(workspace: WorkspaceId): void;
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

/** How workspaces of a platform come and go, in each one change after another. Every method throws what the store throws. */
export interface Installing {
  /**
   * Opens a workspace and keeps its token, in the place of an earlier one, once what was under way before an uninstallation
   * is cleared up. Whoever installs it becomes owner where there is none; answers whether the installer is an owner. What
   * fails half-way is made whole by installing once more.
   */
  install(installation: Installation): Promise<{ readonly isOwner: boolean }>;
  /**
   * Usher was uninstalled there, or its token is void; what was put in its place meanwhile stays. Resolved means that the
   * token is destroyed and the workspace is cleared up; what fails is tried again.
   */
  uninstall(installation: Installation): Promise<void>;
  /** Goes on with what an earlier process has not cleared up; what fails is tried again. Call it before anything comes in. */
  finish(): Promise<void>;
}

const againMs = 60_000;

/** Makes it over the store and the work that goes on there. */
export function createInstalling(options: InstallingOptions): Installing {
  const { platform, known, store, openWorkspace, log } = options;
  const inTurn = createTurns();
  const { clear, untilDone } = createClearing(options, inTurn);
  return {
    install: (installation) =>
      inTurn(installation.workspace, async () => {
        const { workspace, by } = installation;
        await clear(workspace);
        await openWorkspace(workspace);
        await known.put(installation);
        const isOwner = by !== null && (await makeOwner(options, workspace, by));
        log.info({ workspace, platform, by, isOwner }, "Usher was installed in a workspace.");
        return { isOwner };
      }),
    async uninstall({ workspace, botToken, installedAt }) {
      const current = known.of(workspace);
      if (current !== null && current.botToken !== botToken) return;
      known.forget(workspace);
      log.warn({ workspace, platform }, "Usher was uninstalled in a workspace: nothing is sent there any more.");
      await untilDone(workspace, async () => {
        // Whoever has installed it meanwhile has put another token in the place of this one.
        if (known.of(workspace) !== null) return;
        await store.installations.remove(workspace, platform, installedAt);
        log.info({ workspace, platform }, "The token of a workspace in which Usher was uninstalled is destroyed.");
        await clear(workspace);
      });
    },
    async finish() {
      for (const workspace of await store.installations.uninstalled(platform)) {
        // One workspace that cannot be cleared up holds up no other. The log has it.
        await untilDone(workspace, () => clear(workspace)).catch(() => {});
      }
    },
  };
}

/** Lets one change of a workspace begin when the one before has ended, however that was. */
type InTurn = <Answer>(workspace: WorkspaceId, change: () => Promise<Answer>) => Promise<Answer>;

function createTurns(): InTurn {
  const last = new Map<WorkspaceId, Promise<unknown>>();
  return async (workspace, change) => {
    const before = last.get(workspace) ?? Promise.resolve();
    const changed = before.then(change, change);
    last.set(workspace, changed);
    try {
      return await changed;
    } finally {
      if (last.get(workspace) === changed) last.delete(workspace);
    }
  };
}

/** `clear`: what was under way before an uninstallation. `untilDone`: makes a change in its turn, again until it works. */
function createClearing(options: InstallingOptions, inTurn: InTurn) {
  const { platform, store, clock, log } = options;
  const untilDone = async (workspace: WorkspaceId, change: () => Promise<void>): Promise<void> => {
    try {
      await inTurn(workspace, change);
    } catch (error) {
      clock.after(againMs, () => void untilDone(workspace, change).catch(() => {}));
      log.error(
        { workspace, platform, error },
        "A workspace in which Usher was uninstalled could not be cleared up; it is tried again.",
      );
      throw error;
    }
  };
  const clear = async (workspace: WorkspaceId): Promise<void> => {
    if (!(await store.installations.uninstalled(platform)).includes(workspace)) return;
    await clearUp(options, workspace);
    await store.installations.cleared(workspace, platform);
    log.info(
      { workspace, platform },
      "What was under way in a workspace in which Usher was uninstalled is cleared up.",
    );
  };
  return { clear, untilDone };
}

async function makeOwner({ platform, store }: InstallingOptions, workspace: WorkspaceId, by: string): Promise<boolean> {
  if (await admitFirstOwner(store.roles, workspace, platform, by)) return true;
  return (await store.roles.load(workspace, platform, by)) === "owner";
}

/**
 * Ends what must not go on when Usher comes back: runs and hand-offs, the agents channel, and the roles that owners have
 * given. Owners stay, or whoever may remove and add apps could make himself one.
 */
async function clearUp({ platform, store, settings, work }: InstallingOptions, workspace: WorkspaceId): Promise<void> {
  const by: Person = { platform, id: "uninstalled", name: "Usher", role: "agent", external: false };
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
