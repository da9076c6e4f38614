import type { ConversationId, WorkspaceId } from "../../src/domain/ids.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Inspector } from "../../src/ports/inspector.ts";
import type { Gate } from "./gate.ts";
import { webLimits } from "./limits.ts";
import type { LoggedMessage, MessageLog } from "./message-log.ts";
import { messageEvent, placeOf, type Written } from "./parse.ts";
import type { People } from "./people.ts";

/** Brings people's messages to Usher, as a chat platform does: each until it was taken in, in order. */
export interface Deliveries {
  /**
   * Stores a message and hands it over; resolved means that Usher has stored it. The same key again, at any time and at
   * once, has no second effect. Throws TransientError (it stays stored, and goes first next time) and what Usher throws.
   */
  deliver(written: Written): Promise<void>;
  /** Hands over what an earlier process left, and goes on trying until Usher could store it. Never throws. */
  redeliver(): Promise<void>;
  /** Whether a message is being handed over just now. */
  isUnderWay(message: LoggedMessage): boolean;
}

interface DeliveryOptions {
  readonly workspace: WorkspaceId;
  readonly clock: Clock;
  readonly log: MessageLog;
  readonly gate: Gate;
  readonly people: People;
  readonly inspector: Pick<Inspector, "conversation">;
  /** A conversation shows something else now. */
  readonly changed: (conversation: ConversationId) => void;
  /** A message that nobody waits for was refused. */
  readonly report: (error: unknown) => void;
}

/** Deliveries of one conversation are made one after the other, those of two never wait for each other. */
export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { log, gate, clock, report } = options;
  const underWay = new Set<number>();
  const handOver = createHandOver(options, underWay);
  const inTurn = createTurns();

  // Earlier messages that Usher could not take in go first: an answer must not overtake the one before it.
  const bring = async (conversation: ConversationId, key: string): Promise<void> => {
    const target = log.message(conversation, key);
    if (target === null || target.state === "delivered") return;
    for (const earlier of log.pending(conversation, target.seq - 1)) {
      try {
        await handOver(earlier);
      } catch (error) {
        if (error instanceof TransientError) throw error;
        report(error);
      }
    }
    await handOver(target);
  };

  const redeliver = async (pauseMs: number): Promise<void> => {
    if (!gate.isOpen()) return;
    const failures = await bringAll(log, (conversation, key) => inTurn(conversation, () => bring(conversation, key)));
    for (const failure of failures) report(failure);
    if (!failures.some((failure) => failure instanceof TransientError)) return;
    clock.after(pauseMs, () => void redeliver(Math.min(pauseMs * 2, webLimits.redeliverMostMs)));
  };

  return {
    deliver: async (written) => {
      log.write(written);
      await inTurn(written.conversation, () => bring(written.conversation, written.key));
    },
    redeliver: () => redeliver(webLimits.redeliverFirstMs),
    isUnderWay: ({ seq }) => underWay.has(seq),
  };
}

function createHandOver(options: DeliveryOptions, underWay: Set<number>): (message: LoggedMessage) => Promise<void> {
  const { workspace, log, gate, changed } = options;
  return (message) =>
    gate.enter(async (inbound) => {
      const { seq, conversation, sender, key, text, at } = message;
      const from = sender ?? "";
      // Noted before Usher gets it: after a crash nobody could tell any more what was being asked for.
      const isOwn = log.conversation(conversation)?.customer === from;
      if (!message.hidden && (await answersSensitive(options, conversation, from, isOwn))) log.hide(seq);
      underWay.add(seq);
      try {
        if (isOwn || (await isKnown(options, conversation)))
          await inbound.event(placeOf(workspace, conversation), messageEvent({ conversation, key, from, text, at }));
        log.settle(seq, "delivered");
      } catch (error) {
        if (!(error instanceof TransientError)) log.settle(seq, "refused");
        throw error;
      } finally {
        underWay.delete(seq);
        changed(conversation);
      }
    });
}

// The last message that is left in a conversation brings those before it along. Answers what went wrong.
async function bringAll(
  log: MessageLog,
  bring: (conversation: ConversationId, key: string) => Promise<void>,
): Promise<readonly unknown[]> {
  try {
    const last = new Map(log.pending().map(({ conversation, key }) => [conversation, key]));
    const ends = await Promise.allSettled([...last].map(([conversation, key]) => bring(conversation, key)));
    return ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  } catch (error) {
    return [error];
  }
}

// Somebody who writes in a thread before its customer has does not become its customer: Usher has nothing to do there.
async function isKnown({ inspector, workspace }: DeliveryOptions, id: ConversationId): Promise<boolean> {
  return (await inspector.conversation(workspace, id)) !== null;
}

// What an agent writes in somebody else's thread never answers a step, so it is no secret.
async function answersSensitive(
  options: DeliveryOptions,
  id: ConversationId,
  from: string,
  isOwn: boolean,
): Promise<boolean> {
  const view = await options.inspector.conversation(options.workspace, id);
  return view?.awaitsSensitive === true && (isOwn || (await options.people.load(from)).role === "customer");
}

// One chain of promises per key; a key without work is forgotten.
function createTurns(): (key: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, turn);
    const forget = (): void => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(forget, forget);
    return turn;
  };
}
