import { afterEach, beforeEach } from "vitest";
import { createLocalModel } from "../../adapters/local/model.ts";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { createInProcessQueue } from "../../jobs/in-process.ts";
import { createCatalog } from "../../src/app/catalog.ts";
import { createCore } from "../../src/app/core.ts";
import { createSettings } from "../../src/app/settings.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { Event } from "../../src/domain/event.ts";
import {
  addressSchema,
  type CardRef,
  cardRefSchema,
  conversationIdSchema,
  workspaceIdSchema,
} from "../../src/domain/ids.ts";
import type { Mail } from "../../src/domain/mail.ts";
import type { OutMessage } from "../../src/domain/message.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Person } from "../../src/domain/person.ts";
import type { PressAction } from "../../src/domain/press.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import { defaultSettings, type WorkspaceSettings } from "../../src/domain/settings.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Http, HttpLimits } from "../../src/ports/http.ts";
import type { Mailer } from "../../src/ports/mail.ts";
import type { Model } from "../../src/ports/model.ts";
import type { Store } from "../../src/ports/store.ts";
import { withText } from "./answered.ts";
import { customer } from "./chat.ts";
import { createFakeClock } from "./fake-clock.ts";
import { ringOf } from "./keys.ts";
import { counter, createLogBook, temporaryFolder } from "./playground.ts";

const workspace = workspaceIdSchema.parse("test");
const agentsAddress = addressSchema.parse("agents");

/** What the outside world of a house saw and how it answers; it outlives a restart of the house, as the real one does. */
export class World {
  readonly sent: {
    to: string;
    effectId: string;
    message: OutMessage;
    mayHaveBeenSent: boolean;
    firstAt: number | null;
  }[] = [];
  readonly edited: { card: string; message: OutMessage }[] = [];
  readonly requests: { method: string; url: string; key: string; body: string | null }[] = [];
  readonly bounds: HttpLimits[] = [];
  /** How a call is answered; a promise that never settles is a call that hangs. */
  answer: (request: { method: string; url: string }) => Outcome | Promise<Outcome> = () => ({
    kind: "done",
    value: {},
  });
  /** What happens to a post before it counts as sent; throw to fail it. */
  onSend: (to: string) => void | Promise<void> = () => {};

  readonly channel: Channel = {
    name: "web",
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    send: async (to, message, { effectId, mayHaveBeenSent, firstAt }): Promise<CardRef> => {
      await this.onSend(to);
      this.sent.push({ to, effectId, message, mayHaveBeenSent, firstAt });
      return cardRefSchema.parse(`card-${effectId}`);
    },
    edit: (card, message) => {
      this.edited.push({ card, message });
      return Promise.resolve();
    },
  };

  readonly http: Http = {
    send: async ({ method, url, headers, body }, bounds) => {
      this.bounds.push(bounds);
      this.requests.push({ method, url, key: headers["idempotency-key"] ?? "", body });
      return withText(await this.answer({ method, url }));
    },
  };

  readonly mails: Mail[] = [];
  /** What becomes of a mail, where a house has a mail server. */
  mailOutcome: Outcome = { kind: "done", value: null };

  readonly mailer: Mailer = {
    send: (mail) => {
      this.mails.push(mail);
      return Promise.resolve(this.mailOutcome);
    },
  };

  /** What the customer has been told, each effect once. */
  get texts(): readonly string[] {
    const told = new Map<string, string>();
    for (const { to, effectId, message } of this.sent) {
      if (to !== agentsAddress && message.kind === "text") told.set(effectId, message.text);
    }
    return [...told.values()];
  }
}

export interface HouseOptions {
  readonly folder: string;
  readonly procedures: readonly Procedure[];
  readonly world: World;
  readonly clock?: ReturnType<typeof createFakeClock>;
  readonly model?: Model;
  readonly mailer?: Mailer;
  readonly settings?: Partial<WorkspaceSettings>;
  /** Wraps the store, to make it fail. */
  readonly wrap?: (store: Store) => Store;
  readonly boot?: string;
  /** Whether no other process can be alive on this store, as in embedded mode; true unless said otherwise. */
  readonly exclusive?: boolean;
}

/** The use cases over a real SQLite store, with everything around them in the test's hands. */
export async function openHouse(options: HouseOptions) {
  const clock = options.clock ?? createFakeClock(1_800_000_000_000);
  const opened = await openSqliteStore({ folder: options.folder, clock, keyRing: ringOf("a") });
  const store = options.wrap?.(opened) ?? opened;
  const log = createLogBook();
  const defaults: WorkspaceSettings = {
    ...defaultSettings,
    agentsChannel: { platform: "web", address: agentsAddress },
    ...options.settings,
  };
  for (const procedure of options.procedures) {
    const newest = await store.procedures.newest(workspace, procedure.slug);
    if (newest === 0) await store.procedures.publish(workspace, procedure, 0);
  }
  await store.roles.set(workspace, "web", "agent-1", "agent");
  await store.roles.set(workspace, "web", "agent-2", "agent");
  const settings = createSettings(store.settings, () => defaults);
  await settings.refresh(workspace);
  const catalog = createCatalog(store.procedures, settings.of, clock);
  await catalog.refresh(workspace);
  const saves: Conversation[] = [];
  const news = new Set<() => void>();
  const owner = options.boot ?? "boot-1";
  const nonces = counter();
  const ids = { nonce: () => `${owner}${nonces()}`.replace(/[^0-9]/g, "").padStart(32, "0") };
  const queue = createInProcessQueue();
  const core = createCore(
    {
      store,
      catalog,
      settings,
      channels: new Map([["web" as const, options.world.channel]]),
      model: options.model ?? createLocalModel(),
      http: options.world.http,
      mailer: options.mailer ?? null,
      queue,
      clock,
      ids,
      log,
      owner,
      exclusive: options.exclusive ?? true,
    },
    (saved) => {
      saves.push(saved);
      for (const tell of news) tell();
    },
  );
  const { work, sweeper, inbound, inspector } = core;
  const turns = counter();

  /** Takes in an event as a channel reports it. */
  const take = (id: string, event: Event, address = `to-${id}`) => {
    const place = { workspace, conversation: conversationIdSchema.parse(id), address: addressSchema.parse(address) };
    return inbound.event(place, event);
  };
  const turnOf = (text: string, from: Person, turnId = `${owner}-t${turns()}`) => {
    return { id: turnId, keys: [turnId], from, text, mentioned: false, at: clock.now() + turns() };
  };
  const load = (id: string) => store.conversations.load(workspace, conversationIdSchema.parse(id));
  /** Waits for saves until the stored document satisfies. */
  const until = async (id: string, satisfies: (conversation: Conversation) => boolean): Promise<Conversation> => {
    for (;;) {
      const saved = Promise.withResolvers<void>();
      news.add(saved.resolve);
      const conversation = await load(id);
      if (conversation !== null && satisfies(conversation)) {
        news.delete(saved.resolve);
        return conversation;
      }
      await saved.promise;
      news.delete(saved.resolve);
    }
  };
  return {
    store,
    work,
    sweeper,
    queue,
    clock,
    log,
    saves,
    catalog,
    settings,
    workspace,
    inbound,
    inspector,
    load,
    until,
    take,
    turnOf,
    say: (id: string, text: string, from: Person = customer, turnId?: string) =>
      take(id, { kind: "turn", turn: turnOf(text, from, turnId) }),
    relay: (id: string, text: string, from: Person, address?: string) =>
      take(id, { kind: "agentWrote", turn: turnOf(text, from), where: "handOff" }, address),
    press: (id: string, action: PressAction, by: Person) => inbound.press(workspace, { id, card: null, by, action }),
    /** Waits until nothing of this conversation is under way here. */
    settled: (id: string) => until(id, ({ lease }) => lease === null),
    /** Lets time pass, and sweeps as a process that runs all the while would have done by then. */
    pass: async (ms: number) => {
      clock.advance(ms);
      await sweeper.start();
    },
    /** Closes the store under the house's feet: whatever it does afterwards reaches nothing, as after a kill. */
    abandon: async () => {
      await sweeper.stop();
      await store.close();
    },
    stop: async () => {
      await sweeper.stop();
      await work.stop();
      await store.close();
    },
  };
}

export type House = Awaited<ReturnType<typeof openHouse>>;

/** A model that starts this procedure with every message. */
function alwaysStarts({ slug }: Procedure): Model {
  return { route: () => Promise.resolve({ kind: "run", slug, filled: {}, scores: [], threshold: 0 }) };
}

/**
 * Houses for the tests of one file: each test gets an empty data folder and a world of its own, and what it leaves open
 * is closed. Without other options a house has one procedure, which every message starts.
 */
export function housesOf(procedure: Procedure) {
  const open: House[] = [];
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const houses = {
    world: new World(),
    /** Opens a house over the test's data folder. */
    open: async (options: Partial<HouseOptions> = {}): Promise<House> => {
      const procedures = options.procedures ?? [procedure];
      const model = alwaysStarts(procedures[0] ?? procedure);
      const house = await openHouse({ folder: folder.path, model, world: houses.world, ...options, procedures });
      open.push(house);
      return house;
    },
    /** Ends a house in the middle of what it does. */
    abandon: async (house: House): Promise<void> => {
      open.splice(open.indexOf(house), 1);
      await house.abandon();
    },
  };
  beforeEach(async () => {
    folder = await temporaryFolder();
    houses.world = new World();
  });
  afterEach(async () => {
    for (const house of open.splice(0)) await house.stop();
    await folder.remove();
  });
  return houses;
}
