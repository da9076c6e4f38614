import { createLocalModel } from "../../adapters/local/model.ts";
import { createInProcessQueue } from "../../jobs/in-process.ts";
import { createCatalog } from "../../src/app/catalog.ts";
import { createCore } from "../../src/app/core.ts";
import { createSettings } from "../../src/app/settings.ts";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Platform } from "../../src/domain/person.ts";
import { defaultSettings, type WorkspaceSettings } from "../../src/domain/settings.ts";
import type { Channel, Inbound } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Inspector } from "../../src/ports/inspector.ts";
import type { Store } from "../../src/ports/store.ts";
import type { FakeClock } from "../support/fake-clock.ts";
import { Boot, type Fault, type Manner, type Traffic } from "../support/faulty.ts";
import { counter, createLogBook } from "../support/playground.ts";
import { connectionError } from "../support/slack/direct.ts";
import { workspace } from "./crash-store.ts";
import { agentsAddress, type CrashWorld } from "./crash-world.ts";

const transient = (): never => {
  throw new TransientError("injected: it did not work");
};
const plain = (): never => {
  throw new Error("injected: the connection broke");
};
const reply = (kind: "notSent" | "unknown") => () =>
  kind === "notSent" ? { kind, reason: "injected", retryAfterMs: null } : { kind, reason: "injected" };

const inside: Manner = { before: transient, after: transient, hangs: "before", holds: "before", twice: true };
const unanswered: Manner = {
  before: reply("notSent"),
  after: reply("unknown"),
  hangs: "after",
  holds: "after",
  twice: false,
};

/**
 * How each port fails, as the real ones do. A message, a POST or a mail that the world itself doubles proves nothing.
 * A process that is stopped between its look at the clock and the first byte is the residue that guarantee G4 names, so
 * it is held after a send; a call is held before it, since its port looks at the clock itself.
 */
const manners = {
  store: inside,
  queue: inside,
  model: { ...inside, holds: "after" },
  // What a platform hears when the connection breaks: nothing.
  inbound: { ...inside, before: plain, after: plain },
  channel: { ...unanswered, before: transient, after: plain },
  mailer: unanswered,
  http: { ...unanswered, holds: "before" },
  slack: {
    ...unanswered,
    before: () => {
      throw connectionError("ECONNREFUSED", "connect");
    },
    after: () => {
      throw connectionError("ECONNRESET", "read");
    },
  },
} satisfies { readonly [port: string]: Manner };

/** Answers the manner of the port that a label names ("conversations.save#3"). Pure. */
export function mannerOf(label: string): Manner {
  const port = label.slice(0, label.indexOf("."));
  const known: { readonly [port: string]: Manner } = manners;
  return known[port] ?? manners.store;
}

/** What is set in every workspace of these runs, beside where the agents are. */
export const commonSettings: WorkspaceSettings = {
  ...defaultSettings,
  connections: { shop: "https://shop.example" },
  mailIsSent: true,
};

/** How the channel of a boot comes about; `inspector`: what the core shows. */
export interface ChannelSetting {
  readonly workspace: WorkspaceId;
  readonly settings: WorkspaceSettings;
  open(
    boot: Boot,
    about: { readonly clock: Clock; readonly inspector: Inspector; readonly owner: string },
  ): Promise<Channel>;
}

/** What the boots of one run share. `exclusive`: one at a time, as embedded mode has it. */
export interface BootOptions {
  readonly world: CrashWorld;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly faults: readonly Fault[];
  readonly exclusive: boolean;
  readonly traffic: Traffic;
}

/** A process that was started. `inbound` is null until its channel takes events. */
export interface RunningBoot {
  readonly boot: Boot;
  inbound: Inbound | null;
  started: boolean;
}

/** Starts a process on the durable state, in the order of the composition; it does not wait for it. */
export function startBoot(
  options: BootOptions,
  number: number,
  setting: ChannelSetting = inPlayground(options.world),
): RunningBoot {
  const boot = new Boot(number, options.faults, options.traffic);
  const running: RunningBoot = { boot, inbound: null, started: false };
  // A process that cannot start ends, and its supervisor starts another.
  start(options, setting, boot, running).catch(() => boot.kill());
  return running;
}

function inPlayground(world: CrashWorld): ChannelSetting {
  return {
    workspace,
    settings: { ...commonSettings, agentsChannel: { platform: "web", address: agentsAddress } },
    open: async (boot, { owner }) => boot.wrap("channel", world.channel(owner), manners.channel),
  };
}

async function start(options: BootOptions, setting: ChannelSetting, boot: Boot, running: RunningBoot): Promise<void> {
  const owner = `boot-${boot.number}`;
  const { world } = options;
  const clock = boot.clock(options.clock);
  const store = wrapStore(boot, world.store(options.store));
  const given = createSettings(store.settings, () => setting.settings);
  const catalog = createCatalog(store.procedures, given.of, clock);
  await catalog.refresh(setting.workspace);
  const channels = new Map<Platform, Channel>();
  const nonces = counter();
  const core = createCore({
    store,
    catalog,
    settings: given,
    channels,
    model: boot.wrap("model", createLocalModel(), manners.model),
    http: boot.wrap("http", world.http(owner), manners.http),
    mailer: boot.wrap("mailer", world.mailer(owner), manners.mailer),
    queue: boot.wrap("queue", createInProcessQueue(), manners.queue),
    clock,
    ids: { nonce: () => `${boot.number}${String(nonces()).padStart(4, "0")}`.padStart(32, "0") },
    log: createLogBook(),
    owner,
    exclusive: options.exclusive,
  });
  const channel = await setting.open(boot, { clock, inspector: core.inspector, owner });
  channels.set(channel.name, channel);
  const inbound = boot.wrap("inbound", world.inbound(core.inbound), manners.inbound);
  await channel.start(inbound);
  running.inbound = inbound;
  await core.start();
  running.started = true;
}

function wrapStore(boot: Boot, store: Store): Store {
  const wrap = <Port extends object>(name: string, port: Port) => boot.wrap(name, port, manners.store);
  return {
    ...store,
    conversations: wrap("conversations", store.conversations),
    procedures: wrap("procedures", store.procedures),
    runs: wrap("runs", store.runs),
    answers: wrap("answers", store.answers),
    tickets: wrap("tickets", store.tickets),
    leads: wrap("leads", store.leads),
    mails: wrap("mails", store.mails),
    roles: wrap("roles", store.roles),
    settings: wrap("settings", store.settings),
    installations: wrap("installations", store.installations),
  };
}
