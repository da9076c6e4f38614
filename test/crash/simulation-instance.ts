import { createInProcessQueue } from "../../jobs/in-process.ts";
import { createCatalog } from "../../src/app/catalog.ts";
import { type Core, createCore } from "../../src/app/core.ts";
import { createSettings } from "../../src/app/settings.ts";
import { addressSchema, type ConversationId, conversationIdSchema, workspaceIdSchema } from "../../src/domain/ids.ts";
import { defaultSettings, type WorkspaceSettings } from "../../src/domain/settings.ts";
import type { Channel, Place } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Log } from "../../src/ports/log.ts";
import type { Store } from "../../src/ports/store.ts";
import { backendOf, channelOf, mailerOf, modelOf, type World } from "./simulation-world.ts";

/** The one workspace of every simulation. */
export const workspace = workspaceIdSchema.parse("simulated");

/** Where cards go. */
export const agentsChannel = addressSchema.parse("agents");

/** The place of a conversation, by a plain name. */
export function placeOf(id: string): Place & { readonly conversation: ConversationId } {
  return { workspace, conversation: conversationIdSchema.parse(id), address: addressSchema.parse(`to-${id}`) };
}

/** One boot of Usher on a store that outlives it. */
export interface Instance {
  readonly core: Core;
  readonly boot: string;
  isAlive(): boolean;
  /** From now on every port hangs for good, so that no catch and no finally may act; as after kill -9. */
  kill(): void;
  /** The same, at the given call of a port from now on: before it or after it. */
  killAt(calls: number, when: "before" | "after"): void;
  /** Publishes are seen by this instance from now on. */
  refresh(): Promise<void>;
}

type Guard = <Args extends readonly unknown[], Answer>(
  method: (...args: Args) => Promise<Answer>,
  port?: "store",
) => (...args: Args) => Promise<Answer>;

/** Boots an instance; nothing is under way in it until `core.start`. */
export async function openInstance(world: World, store: Store, boot: string): Promise<Instance> {
  const life = createLife(world);
  const guard = guardOf(world, life);
  const clock = clockOf(world, life);
  const defaults: WorkspaceSettings = {
    ...defaultSettings,
    agentsChannel: { platform: "web", address: agentsChannel },
    connections: { shop: "https://shop.example" },
    mailIsSent: true,
  };
  const settings = createSettings(store.settings, () => defaults);
  const catalog = createCatalog(store.procedures, settings.of, clock);
  await catalog.refresh(workspace);
  const channel = channelOf(world, boot);
  const backend = backendOf(world);
  const mailer = mailerOf(world);
  const model = modelOf(world);
  const guarded: Channel = { ...channel, send: guard(channel.send), edit: guard(channel.edit) };
  const core = createCore({
    store: guardedStore(store, guard),
    catalog,
    settings,
    channels: new Map([["web", guarded]]),
    model: { route: guard(model.route) },
    http: { send: guard(backend.send) },
    mailer: { send: guard(mailer.send) },
    queue: createInProcessQueue(),
    clock,
    ids: { nonce: () => world.random.nonce() },
    log: noLog,
    owner: boot,
    exclusive: true,
  });
  const { isAlive, kill, killAt } = life;
  return { core, boot, isAlive, kill, killAt, refresh: () => catalog.refresh(workspace) };
}

const noLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

function createLife(world: World) {
  const timers = new Set<() => void>();
  let alive = true;
  let planned: { calls: number; readonly when: "before" | "after" } | null = null;
  const kill = (): void => {
    if (!alive) return;
    alive = false;
    for (const cancel of timers) cancel();
    world.faults.note("crash");
  };
  return {
    timers,
    kill,
    isAlive: () => alive,
    killAt: (calls: number, when: "before" | "after") => {
      planned = { calls, when };
    },
    /** Counts a call; answers whether the process dies with it. */
    count: (): "before" | "after" | null => {
      if (planned === null) return null;
      planned.calls -= 1;
      return planned.calls > 0 ? null : planned.when;
    },
  };
}

type Life = ReturnType<typeof createLife>;

const never = <Answer>(): Promise<Answer> => new Promise<Answer>(() => undefined);

/** Each call of a port waits for its turn, dies with the process, and fails where the seed says so. */
function guardOf(world: World, life: Life): Guard {
  return (method, port) =>
    async (...args) => {
      if (!life.isAlive()) return never();
      const dies = life.count();
      if (dies === "before") life.kill();
      await world.beat();
      if (!life.isAlive()) return never();
      const fault = port === undefined ? undefined : world.faults.take(port);
      if (fault?.kind === "refused") throw new TransientError("The disk is full.");
      const outcome = await settle(method(...args));
      if (dies === "after") life.kill();
      await world.beat();
      if (!life.isAlive()) return never();
      if (fault !== undefined) throw new TransientError("The disk did not answer in time.");
      if (outcome.kind === "threw") throw outcome.error;
      return outcome.answer;
    };
}

async function settle<Answer>(
  work: Promise<Answer>,
): Promise<
  { readonly kind: "answered"; readonly answer: Answer } | { readonly kind: "threw"; readonly error: unknown }
> {
  try {
    return { kind: "answered", answer: await work };
  } catch (error) {
    return { kind: "threw", error };
  }
}

function clockOf({ clock }: World, { timers, isAlive }: Life): Clock {
  return {
    now: clock.now,
    monotonic: clock.monotonic,
    soon: (run) =>
      clock.soon(() => {
        if (isAlive()) run();
      }),
    after: (ms, run) => {
      const cancel = clock.after(ms, () => {
        timers.delete(cancel);
        if (isAlive()) run();
      });
      timers.add(cancel);
      return () => {
        timers.delete(cancel);
        cancel();
      };
    },
  };
}

function guardedStore(store: Store, guard: Guard): Store {
  const { conversations, runs, tickets, leads, answers, roles } = store;
  return {
    ...store,
    conversations: {
      load: guard(conversations.load),
      save: guard(conversations.save, "store"),
      remove: guard(conversations.remove, "store"),
      find: guard(conversations.find),
      locate: guard(conversations.locate),
      underHandOff: guard(conversations.underHandOff),
      due: guard(conversations.due),
    },
    runs: { put: guard(runs.put, "store"), find: guard(runs.find) },
    tickets: { create: guard(tickets.create, "store"), list: guard(tickets.list) },
    leads: { upsert: guard(leads.upsert, "store"), list: guard(leads.list) },
    answers: { put: guard(answers.put, "store"), load: guard(answers.load), prune: guard(answers.prune) },
    roles: { load: guard(roles.load), set: guard(roles.set), remove: guard(roles.remove), list: guard(roles.list) },
  };
}
