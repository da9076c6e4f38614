import type { Conversation } from "../domain/conversation.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { Platform } from "../domain/person.ts";
import type { Channel, Inbound } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import type { Http } from "../ports/http.ts";
import type { Ids } from "../ports/ids.ts";
import type { Inspector } from "../ports/inspector.ts";
import type { Log } from "../ports/log.ts";
import type { Mailer } from "../ports/mail.ts";
import type { Model } from "../ports/model.ts";
import type { Queue } from "../ports/queue.ts";
import type { Store } from "../ports/store.ts";
import { answerTo } from "./answer-to.ts";
import type { Catalog } from "./catalog.ts";
import { runCommand } from "./commands/run-command.ts";
import { decide } from "./decide.ts";
import { forward } from "./forward.ts";
import { createInspector, savedState } from "./inspect.ts";
import { createPerform } from "./perform.ts";
import { postWaiting } from "./post-waiting.ts";
import { receive } from "./receive.ts";
import type { Settings } from "./settings.ts";
import { start, startable } from "./start.ts";
import { createSweeper, type Sweeper } from "./sweep.ts";
import { underCard } from "./under-card.ts";
import { createWork, type Work } from "./work.ts";

/**
 * Everything that the use cases reach the world through. `owner` names this boot; `exclusive`: no other process can be
 * alive on this store (embedded mode). `channels` may still be filled after the core was made: a channel that shows
 * views needs the core's inspector. `mailer` null: mails are kept and not sent.
 */
export interface CoreOptions {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly settings: Settings;
  readonly channels: ReadonlyMap<Platform, Channel>;
  readonly model: Model;
  readonly http: Http;
  readonly mailer: Mailer | null;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly owner: string;
  readonly exclusive: boolean;
}

/** The use cases of Usher, put together over its ports. */
export interface Core {
  readonly inbound: Inbound;
  readonly inspector: Inspector;
  readonly work: Work;
  readonly sweeper: Sweeper;
  /** Hears wakes, and sweeps: once before this resolves, then for ever. */
  start(): Promise<void>;
  /** No more sweeps and wakes, then no more effects; at most `limits.stopMs`. */
  stop(): Promise<void>;
}

/** Puts the use cases together. `onSaved` hears of each save of a conversation. */
export function createCore(options: CoreOptions, onSaved: (conversation: Conversation) => void = () => {}): Core {
  const { store, catalog, settings, channels, queue, clock, ids, log, owner, exclusive } = options;
  const { conversations, answers, roles } = store;
  const watchers: Parameters<typeof createInspector>[0]["watchers"] = new Set();
  const work: Work = createWork({
    conversations,
    catalog,
    clock,
    log,
    queue,
    owner,
    exclusive,
    perform: createPerform({ ...options, forward: (key, turn) => forward(work, key, turn) }),
    onSaved: (saved) => {
      if (saved.dueAt !== null) sweeper.expect(saved.dueAt);
      if (watchers.size > 0) {
        const state = savedState(saved);
        for (const changed of watchers) changed(saved.workspace, saved.id, state);
      }
      onSaved(saved);
    },
  });
  const sweeper = createSweeper({ conversations, answers, work, clock, log, boot: exclusive ? owner : null });
  const inspector = createInspector({ store, catalog, log, watchers });
  const commands = {
    ...{ store, inspector, channels, settings, ids, log },
    postWaiting: (workspace: WorkspaceId) => postWaiting({ work, conversations, log }, workspace),
  };
  return {
    work,
    sweeper,
    inspector,
    inbound: {
      event: (place, event) => receive({ work, conversations, roles, ids, log }, place, event),
      startable: (workspace, customer, by) => startable({ roles, catalog }, workspace, customer, by),
      start: (place, slug, turn, by) => start({ work, roles, ids, log }, place, slug, turn, by),
      answerTo: (place, card, turn) => answerTo({ work, roles }, place, card, turn),
      press: (workspace, press) => decide({ work, store, log }, workspace, press),
      underCard: (workspace, card, turn) => underCard({ work, store }, workspace, card, turn),
      command: (workspace, command) => runCommand(commands, workspace, command),
    },
    async start() {
      await queue.start((workspace, id) => work.look({ workspace, id }));
      await sweeper.start();
    },
    async stop() {
      await sweeper.stop();
      await queue.stop();
      await work.stop();
    },
  };
}
