import { buildPage } from "../adapters/web/build-page.ts";
import { createWebChannel } from "../adapters/web/channel.ts";
import { startServer } from "../adapters/web/server.ts";
import { type Bot, type OnClose, openBot, playground, type System } from "./compose-bot.ts";
import type { OpenedSlack } from "./compose-slack.ts";
import type { Config } from "./config.ts";
import type { Platform } from "./domain/person.ts";
import type { Channel } from "./ports/channel.ts";
import type { Log } from "./ports/log.ts";

/** A running Usher. */
export interface Usher {
  /** Where the playground is, without a slash at the end. */
  readonly url: string;
  /** Takes no more, ends what is under way (at most `limits.stopMs`), and closes everything. */
  stop(): Promise<void>;
}

/**
 * Puts Usher together from its configuration and starts it: embedded mode, with the playground as its channel. Throws
 * InvalidError for procedures or their folder, PermanentError for what else an operator must change; nothing is left
 * running.
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
  const slack = await openSlack(config, system, bot);
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
  if (slack !== null) system.log.info({ workspaces: slack.workspaces() }, "Slack is connected.");
  return server.url;
}

/** Slack where it is set; its libraries are loaded only then, since that takes a third of a second. */
async function openSlack({ slack }: Config, system: System, bot: Bot): Promise<OpenedSlack | null> {
  if (slack === null) return null;
  const composed = await import("./compose-slack.ts");
  return composed.openSlack(slack, system, bot);
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
