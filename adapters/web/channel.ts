import { type NextFunction, type Request, type Response, Router } from "express";
import { type ConversationId, nonceOf, type WorkspaceId } from "../../src/domain/ids.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import type { Ids } from "../../src/ports/ids.ts";
import type { Inspector } from "../../src/ports/inspector.ts";
import type { ConversationStore, LeadStore, MailStore, RoleStore, TicketStore } from "../../src/ports/store.ts";
import { cardRef, readAddress, readCardRef } from "./address.ts";
import type { HintJson } from "./api.ts";
import { createApi, fail } from "./api-routes.ts";
import { type CardLog, createCardLog } from "./card-log.ts";
import { type Changes, createChanges } from "./changes.ts";
import { conversationRoutes } from "./conversation-routes.ts";
import { createDeliveries, type Deliveries } from "./deliveries.ts";
import { createGate, type Gate } from "./gate.ts";
import { openLogFile } from "./log-file.ts";
import { createMessageLog, type MessageLog } from "./message-log.ts";
import { createPage } from "./page-routes.ts";
import { createPeople } from "./people.ts";
import { recordRoutes } from "./record-routes.ts";
import { asCard, asText } from "./render.ts";
import { createGuard, secureHeaders } from "./security.ts";

export interface WebChannelOptions {
  readonly workspace: WorkspaceId;
  /** The data folder; `playground.db` is kept in it. */
  readonly folder: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly inspector: Inspector;
  /** What of the store the playground reads. The role table must hold the roles of `playgroundPeople`. */
  readonly store: {
    readonly conversations: Pick<ConversationStore, "locate">;
    readonly tickets: Pick<TicketStore, "list">;
    readonly leads: Pick<LeadStore, "list">;
    readonly mails: Pick<MailStore, "list">;
    readonly roles: Pick<RoleStore, "load">;
  };
  readonly hints: readonly HintJson[];
  /** Whether mail leaves this machine. */
  readonly mailServer: boolean;
  /** Whether the demo backend runs, so that calls go there. */
  readonly demo: boolean;
  readonly coolDownMs: number;
  /** Names beside this machine's own under which the page may be opened: `name` or `name:port`. */
  readonly allowedHosts: readonly string[];
  /** Where the built page is, or will be. */
  readonly pageFolder: string;
  /** Hears of every error that is a fault of ours, for the log. It holds no customer's text. */
  readonly report: (error: unknown) => void;
}

/**
 * The playground. `router` serves the page and the API, and refuses every request that is not for them under a name of
 * this machine, so it is mounted last. `close`, after the channel's stop and the last send, closes its file.
 */
export interface WebChannel {
  readonly channel: Channel;
  readonly router: Router;
  close(): void;
}

/**
 * The playground as a channel, with the part that a chat platform's own servers play elsewhere: it keeps what people
 * see, in its own file. Throws PermanentError or TransientError when the file cannot be used.
 */
export function createWebChannel(options: WebChannelOptions): WebChannel {
  const { workspace, clock, inspector, store, report } = options;
  const file = openLogFile(options.folder);
  const log = createMessageLog(file);
  const cards = createCardLog(file);
  const changes = createChanges(clock);
  const gate = createGate();
  const people = createPeople(workspace, store.roles);
  const changed = (id: ConversationId): void => changes.announce({ kind: "conversation", id });
  const deliveries = createDeliveries({ workspace, clock, log, gate, people, inspector, changed, report });
  const routes = [
    ...conversationRoutes({ ...options, log, cards, changes, people, deliveries }),
    ...recordRoutes({ ...options, cards, people }),
  ];
  const api = createApi({ routes, gate, openStream: changes.open, report });
  const router = Router({ caseSensitive: true });
  router.use(secureHeaders, createGuard(options.allowedHosts));
  router.use("/api", api);
  router.use(createPage(options.pageFolder));
  router.use((error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    fail(response, error, report),
  );
  const channel: Channel = {
    name: "web",
    ...startAndStop({ workspace, inspector, gate, changes, deliveries }),
    ...sendAndEdit({ log, cards, changes, clock, conversationOf: (effectId) => conversationOf(options, effectId) }),
  };
  return { channel, router, close: file.close };
}

interface LifeOptions {
  readonly workspace: WorkspaceId;
  readonly inspector: Inspector;
  readonly gate: Gate;
  readonly changes: Changes;
  readonly deliveries: Deliveries;
}

function startAndStop({
  workspace,
  inspector,
  gate,
  changes,
  deliveries,
}: LifeOptions): Pick<Channel, "start" | "stop"> {
  let unwatch = (): void => {};
  return {
    start: async (inbound) => {
      changes.reopen();
      unwatch();
      unwatch = inspector.watch((saved, id) => {
        if (saved !== workspace) return;
        changes.announce({ kind: "conversation", id });
        // Tickets, leads and mails are made by effects, whose outcome is saved after them.
        changes.announce({ kind: "records" });
      });
      gate.open(inbound);
      await deliveries.redeliver();
    },
    stop: async () => {
      await gate.close();
      unwatch();
      changes.close();
    },
  };
}

interface SendOptions {
  readonly log: MessageLog;
  readonly cards: CardLog;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly conversationOf: (effectId: string) => Promise<string>;
}

// Everything is stored under its effect's id, so a second send of one effect finds it there: nothing ever doubles.
function sendAndEdit({ log, cards, changes, clock, conversationOf }: SendOptions): Pick<Channel, "send" | "edit"> {
  return {
    send: async (to, message, { effectId, under }) => {
      const place = readAddress(to);
      if (place === null) throw new PermanentError(`${to} is no address of the playground.`);
      if (place.kind === "thread") {
        log.say(place.conversation, effectId, asText(message), clock.now());
        changes.announce({ kind: "conversation", id: place.conversation });
      } else if (!cards.has(effectId)) {
        const above = under === null ? null : (readCardRef(under)?.effectId ?? null);
        const conversation = await conversationOf(effectId);
        cards.post({ effect: effectId, conversation, under: above, card: asCard(message), at: clock.now() });
        changes.announce({ kind: "agents" });
      }
      return cardRef(to, effectId);
    },
    edit: async (card, message) => {
      const shown = readCardRef(card);
      if (shown === null) throw new PermanentError(`${card} is no card of the playground.`);
      if (shown.place.kind === "thread") {
        log.change(shown.place.conversation, shown.effectId, asText(message));
        changes.announce({ kind: "conversation", id: shown.place.conversation });
      } else {
        cards.change(shown.effectId, asCard(message));
        changes.announce({ kind: "agents" });
      }
    },
  };
}

// An effect's id holds the nonce of its conversation. Empty when the conversation is gone.
async function conversationOf({ workspace, store }: WebChannelOptions, effectId: string): Promise<string> {
  const nonce = nonceOf(effectId);
  return nonce === null ? "" : ((await store.conversations.locate(workspace, nonce)) ?? "");
}
