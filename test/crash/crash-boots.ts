import { createLocalModel } from "../../adapters/local/model.ts";
import { createInProcessQueue } from "../../jobs/in-process.ts";
import { createCatalog } from "../../src/app/catalog.ts";
import { createCore } from "../../src/app/core.ts";
import { createSettings } from "../../src/app/settings.ts";
import { defaultSettings, type WorkspaceSettings } from "../../src/domain/settings.ts";
import type { Inbound } from "../../src/ports/channel.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import type { FakeClock } from "../support/fake-clock.ts";
import { Boot, type Fault, type Manner, type Traffic } from "../support/faulty.ts";
import { counter, createLogBook } from "../support/playground.ts";
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
} satisfies { readonly [port: string]: Manner };

/** Answers the manner of the port that a label names ("conversations.save#3"). Pure. */
export function mannerOf(label: string): Manner {
  const port = label.slice(0, label.indexOf("."));
  const known: { readonly [port: string]: Manner } = manners;
  return known[port] ?? manners.store;
}

const settings: WorkspaceSettings = {
  ...defaultSettings,
  agentsChannel: { platform: "web", address: agentsAddress },
  connections: { shop: "https://shop.example" },
  mailIsSent: true,
};

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
export function startBoot(options: BootOptions, number: number): RunningBoot {
  const boot = new Boot(number, options.faults, options.traffic);
  const running: RunningBoot = { boot, inbound: null, started: false };
  // A process that cannot start ends, and its supervisor starts another.
  start(options, boot, running).catch(() => boot.kill());
  return running;
}

async function start(options: BootOptions, boot: Boot, running: RunningBoot): Promise<void> {
  const owner = `boot-${boot.number}`;
  const { world } = options;
  const clock = boot.clock(options.clock);
  const store = wrapStore(boot, world.store(options.store));
  const given = createSettings(store.settings, () => settings);
  const catalog = createCatalog(store.procedures, given.of, clock);
  await catalog.refresh(workspace);
  const channel = boot.wrap("channel", world.channel(owner), manners.channel);
  const nonces = counter();
  const core = createCore({
    store,
    catalog,
    settings: given,
    channels: new Map([["web" as const, channel]]),
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
