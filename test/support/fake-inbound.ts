import type { Card } from "../../src/domain/card.ts";
import type { Command } from "../../src/domain/command.ts";
import type { Event } from "../../src/domain/event.ts";
import { addressSchema, type CardRef, type WorkspaceId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Press, Receipt } from "../../src/domain/press.ts";
import type { PublishedProcedure } from "../../src/domain/procedure.ts";
import type { Turn } from "../../src/domain/turn.ts";
import type { View } from "../../src/domain/view.ts";
import type { Inbound, Place, Startable, TurnReceipt } from "../../src/ports/channel.ts";
import type { ApprovalView, ConversationView, Inspector, SavedState } from "../../src/ports/inspector.ts";

/** One call of `Inbound.event`, `press`, `underCard`, `start`, `answerTo` or `command`; `startable` only asks. */
export type Report =
  | { readonly place: Place; readonly event: Event }
  | { readonly workspace: WorkspaceId; readonly press: Press }
  | { readonly workspace: WorkspaceId; readonly card: CardRef; readonly turn: Turn }
  | { readonly place: Place; readonly slug: string; readonly turn: Turn; readonly by: Person | null }
  | { readonly place: Place; readonly card: CardRef; readonly turn: Turn }
  | { readonly workspace: WorkspaceId; readonly command: Command };

/** An Inbound that keeps what it was told. */
export interface FakeInbound extends Inbound {
  /** Every call so far, those that failed included. */
  readonly reports: readonly Report[];
  /** What presses are answered with from now on. */
  answer(receipt: Receipt): void;
  /** What may be started from now on. */
  offer(startable: Startable): void;
  /** What starts, and answers on a message, are answered with from now on. */
  answerStart(receipt: TurnReceipt): void;
  /** What commands are answered with from now on. */
  show(view: View): void;
  /** From now on there is a hand-off under this card. */
  handOff(card: CardRef): void;
  /** From now on calls throw this; null: they work again. */
  failWith(error: unknown): void;
  /** Calls from now on wait until the answer is called. */
  hold(): () => void;
  /** Resolves when that many calls have come in. */
  arrived(count: number): Promise<void>;
}

/** An Inbound that takes in everything. It accepts no press before `answer`, and knows no card before `handOff`. */
export function createFakeInbound(): FakeInbound {
  const reports: Report[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let receipt: Receipt = { kind: "refused", reason: "Only agents can decide." };
  let started: TurnReceipt = { kind: "accepted" };
  let offered: Startable = { kind: "open", procedures: [{ slug: "refund-request-handler", name: "Refund request" }] };
  let view: View = { title: "Usher", parts: [] };
  const handOffs = new Set<CardRef>();
  let failure: unknown = null;
  let held: Promise<void> = Promise.resolve();

  const take = async (report: Report): Promise<void> => {
    reports.push(report);
    for (const { count, resolve } of waiting) if (reports.length >= count) resolve();
    await held;
    if (failure !== null) throw failure;
  };

  return {
    reports,
    event: (place, event) => take({ place, event }),
    press: async (workspace, press) => {
      await take({ workspace, press });
      return receipt;
    },
    underCard: async (workspace, card, turn) => {
      await take({ workspace, card, turn });
      return handOffs.has(card);
    },
    startable: async () => {
      await held;
      if (failure !== null) throw failure;
      return offered;
    },
    start: async (place, slug, turn, by) => {
      await take({ place, slug, turn, by });
      return started;
    },
    answerTo: async (place, card, turn) => {
      await take({ place, card, turn });
      return started;
    },
    command: async (workspace, command) => {
      await take({ workspace, command });
      return view;
    },
    answer: (next) => {
      receipt = next;
    },
    offer: (next) => {
      offered = next;
    },
    answerStart: (next) => {
      started = next;
    },
    show: (next) => {
      view = next;
    },
    handOff: (card) => {
      handOffs.add(card);
    },
    failWith: (error) => {
      failure = error;
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = Promise.resolve();
        resolve();
      };
    },
    arrived: (count) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (reports.length >= count) resolve();
      else waiting.push({ count, resolve });
      return promise;
    },
  };
}

/** An Inspector that shows what a test puts into it. */
export interface FakeInspector extends Inspector {
  readonly views: Map<string, ConversationView>;
  readonly pending: ApprovalView[];
  /** The cards of the approvals that wait. */
  readonly cards: Card[];
  /** Versions of procedures. */
  readonly versions: PublishedProcedure[];
  /** Those that are active. */
  readonly active: PublishedProcedure[];
  /** Sensitive values by `<conversation>/<variable>`; only agents may see them. */
  readonly secrets: Map<string, string>;
  /** Tells the watchers that a conversation was saved. */
  saved(workspace: WorkspaceId, id: ConversationView["id"], state?: SavedState): void;
  /** How many watch. */
  watchers(): number;
}

/** An Inspector that knows nothing yet. */
export function createFakeInspector(): FakeInspector {
  const views = new Map<string, ConversationView>();
  const pending: ApprovalView[] = [];
  const cards: Card[] = [];
  const versions: PublishedProcedure[] = [];
  const active: PublishedProcedure[] = [];
  const secrets = new Map<string, string>();
  const watching = new Set<Parameters<Inspector["watch"]>[0]>();
  return {
    views,
    pending,
    cards,
    versions,
    active,
    secrets,
    saved: (workspace, id, state = { address: addressSchema.parse(id), working: false }) => {
      for (const changed of watching) changed(workspace, id, state);
    },
    watchers: () => watching.size,
    conversation: async (_workspace, id) => views.get(id) ?? null,
    approvals: async () => pending,
    approvalCards: async (_workspace, most) => {
      return { cards: cards.slice(0, most), left: Math.max(0, cards.length - most) };
    },
    procedures: () => active,
    procedure: async (_workspace, slug, version) =>
      versions.find((one) => one.procedure.slug === slug && one.version === version) ?? null,
    reveal: async (_workspace, id, variable, by) => {
      const value = by.role === "customer" ? undefined : secrets.get(`${id}/${variable}`);
      return value === undefined ? null : { value };
    },
    watch: (changed) => {
      watching.add(changed);
      return () => {
        watching.delete(changed);
      };
    },
  };
}
