import { createHttp } from "../adapters/http/http.ts";
import { createLocalModel } from "../adapters/local/model.ts";
import { createMailer } from "../adapters/mail/mailer.ts";
import { openSqliteStore } from "../adapters/sqlite/open.ts";
import { agentsAddress } from "../adapters/web/address.ts";
import { buildPage } from "../adapters/web/build-page.ts";
import { createWebChannel } from "../adapters/web/channel.ts";
import { playgroundPeople } from "../adapters/web/people.ts";
import { type RunningServer, startServer } from "../adapters/web/server.ts";
import { createInProcessQueue } from "../jobs/in-process.ts";
import { type Catalog, createCatalog } from "./app/catalog.ts";
import { decide } from "./app/decide.ts";
import type { ProcedureCheck } from "./app/files/procedure-file.ts";
import { createInspector } from "./app/inspect.ts";
import { createPerform } from "./app/perform.ts";
import { publishFolder } from "./app/publish-files.ts";
import { receive } from "./app/receive.ts";
import { createSweeper } from "./app/sweep.ts";
import { createWork } from "./app/work.ts";
import type { Config } from "./config.ts";
import { type DemoBackend, startDemoBackend } from "./demo-backend.ts";
import { type ConversationId, type WorkspaceId, workspaceIdSchema } from "./domain/ids.ts";
import { defaultSettings, type WorkspaceSettings } from "./domain/settings.ts";
import { compile } from "./engine/compile.ts";
import type { Inbound } from "./ports/channel.ts";
import type { Clock } from "./ports/clock.ts";
import type { Ids } from "./ports/ids.ts";
import type { Log } from "./ports/log.ts";
import type { Store } from "./ports/store.ts";
import { readFolder } from "./procedure-folder.ts";

/** What a process gives to the composition. */
export interface System {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** A running Usher. */
export interface Usher {
  /** Where the playground is, without a slash at the end. */
  readonly url: string;
  /** Takes no more, ends what is under way (at most `limits.stopMs`), and closes everything. */
  stop(): Promise<void>;
}

const playground: WorkspaceId = workspaceIdSchema.parse("playground");

/**
 * Puts Usher together from its configuration and starts it: embedded mode, with the playground as its channel. Throws
 * InvalidError for procedures with problems, PermanentError for what an operator must change; nothing is left running.
 */
export async function startUsher(config: Config, system: System): Promise<Usher> {
  const closers: (() => Promise<void> | void)[] = [];
  // What was opened last is closed first.
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const url = await open(config, system, (close) => closers.push(close));
    return { url, stop: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type OnClose = (close: () => Promise<void> | void) => void;

async function open(config: Config, system: System, onClose: OnClose): Promise<string> {
  const { clock, log } = system;
  const store = await openSqliteStore({ folder: config.dataFolder, clock });
  onClose(() => store.close());
  const demo = await startDemoBackend(config, log);
  onClose(() => demo?.close());
  await publish(config, store, log);
  await admitPeople(store);
  const settings = settingsOf(config, demo);
  const catalog = createCatalog(store.procedures, () => settings, clock);
  await catalog.refresh(playground);
  const parts = openParts({ config, system, onClose, store, catalog, demo, pageFolder: await buildPage() });
  const server = await startServer(parts.router, { ...config, clock, report: parts.report });
  // The page goes away before the channel does, so that nobody writes into a closing playground.
  onClose(() => stopInOrder(parts, server));
  await parts.queue.start((workspace, id) => parts.work.look({ workspace, id }));
  await parts.web.start(parts.inbound);
  await parts.sweeper.start();
  return server.url;
}

/** The playground's people get their roles once; what an admin changes later stays. */
async function admitPeople({ roles }: Store): Promise<void> {
  for (const { id, role } of playgroundPeople) {
    if ((await roles.load(playground, "web", id)) === null) await roles.set(playground, "web", id, role);
  }
}

type Parts = ReturnType<typeof openParts>;

/** No more events, then no more sweeps and wakes, then no more effects. */
async function stopInOrder({ web, work, sweeper, queue }: Parts, server: RunningServer): Promise<void> {
  await Promise.all([web.stop(), server.close()]);
  await sweeper.stop();
  await queue.stop();
  await work.stop();
}

interface Opening {
  readonly config: Config;
  readonly system: System;
  readonly onClose: OnClose;
  readonly store: Store;
  readonly catalog: Catalog;
  readonly demo: DemoBackend | null;
  readonly pageFolder: string;
}

function openParts({ config, system, onClose, store, catalog, demo, pageFolder }: Opening) {
  const { clock, ids, log } = system;
  const report = (error: unknown): void => log.error({ error }, "A request to the playground failed.");
  const http = createHttp({
    clock,
    openHosts: [...config.openHosts, ...(demo === null ? [] : [demo.host])],
    ownHosts: config.allowedHosts,
  });
  onClose(() => http.close());
  const mailer = openMailer(config, clock);
  onClose(() => mailer?.close());
  const watchers = new Set<(workspace: WorkspaceId, id: ConversationId) => void>();
  const inspector = createInspector({ store, catalog, log, watchers });
  const web = createWebChannel({
    workspace: playground,
    folder: config.dataFolder,
    clock,
    ids,
    inspector,
    store,
    hints: demo?.hints ?? [],
    mailServer: mailer !== null,
    demo: demo !== null,
    coolDownMs: catalog.settingsOf(playground).coolDownMs,
    allowedHosts: config.allowedHosts,
    pageFolder,
    report,
  });
  onClose(() => web.close());
  const queue = createInProcessQueue({
    onError: (error) => log.error({ error }, "A conversation could not be looked after."),
  });
  const channels = new Map([[web.channel.name, web.channel]]);
  const owner = `boot-${ids.nonce().slice(0, 12)}`;
  const work = createWork({
    conversations: store.conversations,
    catalog,
    clock,
    log,
    queue,
    owner,
    exclusive: true,
    perform: createPerform({ channels, model: createLocalModel(), http, mailer, store, catalog, clock, log }),
    onSaved: ({ workspace, id, dueAt }) => {
      if (dueAt !== null) sweeper.expect(dueAt);
      for (const changed of watchers) changed(workspace, id);
    },
  });
  const { conversations, answers } = store;
  const sweeper = createSweeper({ conversations, answers, work, clock, log, boot: owner });
  const inbound: Inbound = {
    event: (place, event) => receive({ work, roles: store.roles, ids }, place, event),
    press: (workspace, press) => decide({ work, store, log }, workspace, press),
  };
  return { web: web.channel, router: web.router, queue, work, sweeper, inbound, report };
}

function openMailer({ mailServer }: Config, clock: Clock) {
  if (mailServer === null) return null;
  const { login, ...server } = mailServer;
  return createMailer({ ...server, ...login }, clock);
}

function settingsOf(config: Config, demo: DemoBackend | null): WorkspaceSettings {
  const { region, locale, timeZone, connections } = config;
  return {
    ...defaultSettings,
    region,
    locale,
    timeZone,
    connections: demo === null ? connections : { ...connections, shop: demo.url },
    agentsChannel: { platform: "web", address: agentsAddress },
    mailIsSent: config.mailServer !== null,
  };
}

async function publish(config: Config, store: Store, log: Log): Promise<void> {
  const files = await readFolder(config.procedureFolder);
  const check: ProcedureCheck = (procedure) => {
    const compilation = compile({ procedure, version: 1 });
    return compilation.kind === "ok" ? [] : compilation.problems;
  };
  const report = await publishFolder({ files, store: store.procedures, workspace: playground, check });
  log.info({ ...report }, "The procedures of the folder are active.");
}
