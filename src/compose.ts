import { readFile } from "node:fs/promises";
import { createHttp } from "../adapters/http/http.ts";
import { createLocalModel } from "../adapters/local/model.ts";
import { createMailer } from "../adapters/mail/mailer.ts";
import { readAddress } from "../adapters/slack/address.ts";
import { examineSlack } from "../adapters/slack/doctor.ts";
import { identify } from "../adapters/slack/identify.ts";
import { openInstallations } from "../adapters/slack/installations.ts";
import { type ManifestWay, manifestFor } from "../adapters/slack/manifest.ts";
import { createSlack } from "../adapters/slack/slack.ts";

import { openSqliteStore } from "../adapters/sqlite/open.ts";
import { openToLook } from "../adapters/sqlite/open-to-look.ts";
import { agentsAddress } from "../adapters/web/address.ts";
import { buildPage } from "../adapters/web/build-page.ts";
import { createWebChannel } from "../adapters/web/channel.ts";
import { playgroundPeople } from "../adapters/web/people.ts";
import { startServer } from "../adapters/web/server.ts";
import { createInProcessQueue } from "../jobs/in-process.ts";
import { createCatalog } from "./app/catalog.ts";
import { checkWorkspace } from "./app/check-workspace.ts";
import { type Core, createCore } from "./app/core.ts";
import { admitFirstOwner } from "./app/first-owner.ts";
import { createInstalling } from "./app/installing.ts";
import { createSettings, type Settings } from "./app/settings.ts";
import type { Config } from "./config.ts";
import type { SlackConfig } from "./config-slack.ts";
import { type DemoBackend, startDemoBackend } from "./demo-backend.ts";
import { type Finding, ok } from "./domain/finding.ts";
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

/** A running Usher. */
export interface Usher {
  /** Where the playground is, without a slash at the end. */
  readonly url: string;
  /** Takes no more, ends what is under way (at most `limits.stopMs`), and closes everything. */
  stop(): Promise<void>;
}

const playground: WorkspaceId = workspaceIdSchema.parse("playground");

/** Notes what must be closed in the end; what was opened last is closed first. */
type OnClose = (close: () => Promise<void> | void) => void;

/**
 * Puts Usher together from its configuration and starts it: embedded mode, with the playground as its channel. Throws
 * InvalidError for procedures with problems, PermanentError for what an operator must change; nothing is left running.
 */
export async function startUsher(config: Config, system: System): Promise<Usher> {
  const closers: (() => Promise<void> | void)[] = [];
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

async function open(config: Config, system: System, onClose: OnClose): Promise<string> {
  const channels = new Map<Platform, Channel>();
  const bot = await openBot(config, system, channels, onClose);
  const slack = config.slack === null ? null : await openSlack(config.slack, system, bot);
  const page = openPlayground(config, system, bot, await buildPage());
  onClose(page.close);
  for (const { channel } of [slack, page].filter((one) => one !== null)) channels.set(channel.name, channel);
  const report = reporter(system.log);
  // The playground answers whatever else is asked, so it comes last.
  const routers = slack === null ? [page.router] : [slack.router, page.router];
  const server = await startServer(routers, { ...config, clock: system.clock, report });
  onClose(async () => {
    // No more events, then no more work; the channels themselves stay open for what is under way. A connection that is slow
    // to end does not keep the work waiting: both together have ten seconds.
    const closing = server.close();
    await Promise.all([...channels.values()].map((channel) => channel.stop()));
    await Promise.all([closing, bot.core.stop()]);
  });
  await slack?.finish();
  for (const channel of channels.values()) await channel.start(bot.core.inbound);
  await bot.core.start();
  return server.url;
}

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
  const store = await openSqliteStore({ folder: config.dataFolder, clock, keyRing: createKeyRing(config.keys) });
  onClose(() => store.close());
  const renewed = await store.installations.renew();
  if (renewed > 0) log.info({ renewed }, "Installations were encrypted again, with the first key of USHER_KEYS.");
  const demo = await startDemoBackend(config, log);
  onClose(() => demo?.close());
  const settings = createSettings(store.settings, (workspace) => defaultsOf(workspace, config, demo));
  const catalog = createCatalog(store.procedures, settings.of, clock);
  const openWorkspace = async (workspace: WorkspaceId): Promise<void> => {
    await settings.refresh(workspace);
    await publishIn(workspace, settings.of(workspace), {
      folder: config.procedureFolder,
      store: store.procedures,
      log,
    });
    await catalog.refresh(workspace);
  };
  await openWorkspace(playground);
  await admitPeople(store);
  const http = createHttp({
    clock,
    openHosts: [...config.openHosts, ...(demo === null ? [] : [demo.host])],
    // A free port is not known yet, and so cannot have been opened either.
    ownHosts: config.port === 0 ? config.allowedHosts : [...config.allowedHosts, `localhost:${config.port}`],
  });
  onClose(() => http.close());
  const mailer = openMailer(config, clock);
  onClose(() => mailer?.close());
  const queue = createInProcessQueue({
    onError: (error) => log.error({ error }, "A conversation could not be looked after."),
  });
  const owner = `boot-${ids.nonce().slice(0, 12)}`;
  const model = createLocalModel();
  const core = createCore({
    store,
    catalog,
    settings,
    channels,
    model,
    http,
    mailer,
    queue,
    clock,
    ids,
    log,
    owner,
    exclusive: true,
  });
  return { core, store, settings, demo, openWorkspace };
}

/** Slack with every workspace in which Usher is installed. Throws what Slack and the store throw. */
async function openSlack(config: SlackConfig, { clock, ids, log }: System, bot: Bot) {
  const { core, store, settings, openWorkspace } = bot;
  const { botToken, inbound, oauth } = config;
  const apiUrl = config.apiUrl === null ? null : `${config.apiUrl}/`;
  const fixed = botToken === null ? null : await identify(botToken, { apiUrl, clock, log });
  const installations = await openInstallations(store.installations, fixed);
  const installing = createInstalling({
    platform: "slack",
    known: installations,
    store,
    settings,
    work: core.work,
    openWorkspace,
    clock,
    log,
  });
  for (const { workspace } of installations.all()) await openWorkspace(workspace);
  // Everywhere else the owner is whoever has installed it.
  if (fixed !== null && config.owner !== null) {
    await admitFirstOwner(store.roles, fixed.workspace, "slack", config.owner);
  }
  const slack = createSlack({
    inbound,
    apiUrl,
    installations,
    inspector: core.inspector,
    clock,
    log,
    agentsChannelOf: (workspace) => slackChannelIn(settings.of(workspace).agentsChannel),
    uninstalled: installing.uninstall,
    install: oauth === null ? null : { ...oauth, ids, install: installing.install },
  });
  return { ...slack, finish: installing.finish };
}

function slackChannelIn(place: WorkspaceSettings["agentsChannel"]): string | null {
  return place?.platform === "slack" ? (readAddress(place.address)?.channel ?? null) : null;
}

function openPlayground(
  config: Config,
  { clock, ids, log }: System,
  { core, store, settings, demo }: Bot,
  pageFolder: string,
) {
  return createWebChannel({
    workspace: playground,
    folder: config.dataFolder,
    clock,
    ids,
    inspector: core.inspector,
    store,
    hints: demo?.hints ?? [],
    mailServer: settings.of(playground).mailIsSent,
    demo: demo !== null,
    coolDownMs: settings.of(playground).coolDownMs,
    allowedHosts: config.allowedHosts,
    pageFolder,
    report: reporter(log),
  });
}

function reporter(log: Log): (error: unknown) => void {
  return (error) => log.error({ error }, "A request to the playground failed.");
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

/** The manifest of the Slack app, made for one way in which Slack reaches Usher. */
export async function appManifest(way: ManifestWay): Promise<unknown> {
  return manifestFor(await readAppManifest(), way);
}

async function readAppManifest(): Promise<unknown> {
  return JSON.parse(await readFile(new URL("../manifest.json", import.meta.url), "utf8"));
}

/** What is missing before Usher can do its work; what a running Usher holds is left alone. Throws what the store throws. */
export async function examine(config: Config, system: System): Promise<readonly Finding[]> {
  const { dataFolder: folder, keys, slack } = config;
  const { store, finding } = openToLook({ folder, keyRing: createKeyRing(keys) });
  try {
    if (slack === null) return [finding, ok("Slack", "It is not used: no variable SLACK_ is set.")];
    const inSlack = await examineSlack({
      ...slack,
      ...system,
      store,
      oauth: slack.oauth !== null,
      apiUrl: slack.apiUrl === null ? null : `${slack.apiUrl}/`,
      manifest: await readAppManifest(),
      alsoIn: async ({ workspace, name }, ownerMend) =>
        store === null ? [] : checkWorkspace(store, { workspace, platform: "slack", name, ownerMend }),
    });
    return [finding, ...inSlack];
  } finally {
    await store?.close();
  }
}
