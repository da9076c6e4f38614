import { createHttp } from "../adapters/http/http.ts";
import { createLocalModel } from "../adapters/local/model.ts";
import { createMailer } from "../adapters/mail/mailer.ts";
import { openSqliteStore } from "../adapters/sqlite/open.ts";
import { agentsAddress } from "../adapters/web/address.ts";
import { playgroundPeople } from "../adapters/web/people.ts";
import { createInProcessQueue } from "../jobs/in-process.ts";
import { createCatalog } from "./app/catalog.ts";
import { type Core, createCore } from "./app/core.ts";
import { createSettings, type Settings } from "./app/settings.ts";
import type { Config } from "./config.ts";
import { type DemoBackend, startDemoBackend } from "./demo-backend.ts";
import { type WorkspaceId, workspaceIdSchema } from "./domain/ids.ts";
import type { Platform } from "./domain/person.ts";
import { defaultSettings, type WorkspaceSettings } from "./domain/settings.ts";
import { createKeyRing } from "./key-ring.ts";
import type { Channel } from "./ports/channel.ts";
import type { Clock } from "./ports/clock.ts";
import type { Ids } from "./ports/ids.ts";
import type { Log } from "./ports/log.ts";
import type { Store } from "./ports/store.ts";
import { publishIn } from "./publish-folder.ts";

/** What a process gives to the composition. */
export interface System {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Notes what must be closed in the end; what was opened last is closed first. */
export type OnClose = (close: () => Promise<void> | void) => void;

/** The workspace of the playground. */
export const playground: WorkspaceId = workspaceIdSchema.parse("playground");

/** Usher without a page: its use cases over the ports that the configuration asks for. */
export interface Bot {
  readonly core: Core;
  readonly store: Store;
  readonly settings: Settings;
  readonly demo: DemoBackend | null;
  /** Makes a workspace ready: what is set there, and the procedures of the folder. Throws as `startUsher` does. */
  openWorkspace(workspace: WorkspaceId): Promise<void>;
}

/** Opens everything but the channels; `channels` may be filled until the core is started. Throws as `startUsher` does. */
export async function openBot(
  config: Config,
  system: System,
  channels: ReadonlyMap<Platform, Channel>,
  onClose: OnClose,
): Promise<Bot> {
  const { clock, ids, log } = system;
  const store = await openStore(config, system, onClose);
  const demo = await startDemoBackend(config, system);
  onClose(() => demo?.close());
  const settings = createSettings(store.settings, (workspace) => defaultsOf(workspace, config, demo));
  const catalog = createCatalog(store.procedures, settings.of, clock);
  const openWorkspace = async (workspace: WorkspaceId): Promise<void> => {
    await settings.refresh(workspace);
    const folder = config.procedureFolder;
    await publishIn(workspace, settings.of(workspace), { folder, store: store.procedures, log });
    await catalog.refresh(workspace);
  };
  await openWorkspace(playground);
  await admitPeople(store);
  const { http, mailer } = openWaysOut(config, demo, clock, onClose);
  const queue = createInProcessQueue({
    onError: (error) => log.error({ error }, "A conversation could not be looked after."),
  });
  const owner = `boot-${ids.nonce().slice(0, 12)}`;
  const model = createLocalModel();
  const core = createCore({
    ...{ store, catalog, settings, channels, model, http, mailer, queue, clock, ids, log, owner },
    exclusive: true,
  });
  return { core, store, settings, demo, openWorkspace };
}

async function openStore(
  { dataFolder: folder, keys }: Config,
  { clock, log }: System,
  onClose: OnClose,
): Promise<Store> {
  const store = await openSqliteStore({ folder, clock, keyRing: createKeyRing(keys) });
  onClose(() => store.close());
  const renewed = await store.installations.renew();
  if (renewed > 0) log.info({ renewed }, "Installations were encrypted again, with the first key of USHER_KEYS.");
  return store;
}

/** Calls and mails. */
function openWaysOut(config: Config, demo: DemoBackend | null, clock: Clock, onClose: OnClose) {
  const http = createHttp({
    clock,
    openHosts: [...config.openHosts, ...(demo === null ? [] : [demo.host])],
    // A free port is not known yet, and so cannot have been opened either.
    ownHosts: config.port === 0 ? config.allowedHosts : [...config.allowedHosts, `localhost:${config.port}`],
  });
  onClose(() => http.close());
  const mailer = openMailer(config, clock);
  onClose(() => mailer?.close());
  return { http, mailer };
}

/** The playground's people get their roles once; what an admin changes later stays. */
async function admitPeople({ roles }: Store): Promise<void> {
  for (const { id, role } of playgroundPeople) {
    if ((await roles.load(playground, "web", id)) === null) await roles.set(playground, "web", id, role);
  }
}

function openMailer({ mailServer }: Config, clock: Clock) {
  if (mailServer === null) return null;
  const { login, ...server } = mailServer;
  return createMailer({ ...server, ...login }, clock);
}

function defaultsOf(workspace: WorkspaceId, config: Config, demo: DemoBackend | null): WorkspaceSettings {
  const { region, locale, timeZone, connections } = config;
  return {
    ...defaultSettings,
    region,
    locale,
    timeZone,
    connections: demo === null ? connections : { ...connections, shop: demo.url },
    // Elsewhere an admin says where it is.
    agentsChannel: workspace === playground ? { platform: "web", address: agentsAddress } : null,
    mailIsSent: config.mailServer !== null,
  };
}
