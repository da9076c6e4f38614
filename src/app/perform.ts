import type { Conversation } from "../domain/conversation.ts";
import type { Effect, Outgoing } from "../domain/effect.ts";
import type { Json } from "../domain/json.ts";
import { limits } from "../domain/limits.ts";
import type { OutMessage } from "../domain/message.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Platform } from "../domain/person.ts";
import type { Procedure } from "../domain/procedure.ts";
import type { Turn } from "../domain/turn.ts";
import { approvalHash } from "../engine/request.ts";
import type { Channel } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import { PermanentError, TransientError } from "../ports/errors.ts";
import type { Http } from "../ports/http.ts";
import type { Log } from "../ports/log.ts";
import type { Mailer } from "../ports/mail.ts";
import type { Model } from "../ports/model.ts";
import type { ConversationKey, Store } from "../ports/store.ts";
import { act } from "./act.ts";
import { call } from "./call.ts";
import type { Catalog } from "./catalog.ts";

/** The ways into the world. `mailer` null: mails are kept and not sent. */
export interface PerformOptions {
  readonly channels: ReadonlyMap<Platform, Channel>;
  readonly model: Model;
  readonly http: Http;
  readonly mailer: Mailer | null;
  readonly store: Omit<Store, "conversations" | "close">;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Log;
  /** Gives a turn to another conversation, and answers whether it is an answer there. Throws TransientError. */
  readonly forward: (to: ConversationKey, turn: Turn) => Promise<boolean>;
}

/**
 * Performs one marked effect and answers what became of it; `leaseEndsAt` is monotonic ms. Never throws. An effect whose
 * deadline would pass the end of the lease is not begun.
 */
export type Perform = (conversation: Conversation, of: Outgoing, leaseEndsAt: number) => Promise<Outcome>;

const timeoutOf: { readonly [kind in Effect["kind"]]: number } = {
  say: limits.sendTimeoutMs,
  editSay: limits.sendTimeoutMs,
  post: limits.sendTimeoutMs,
  editCard: limits.sendTimeoutMs,
  route: limits.modelTimeoutMs,
  forward: limits.recordTimeoutMs,
  call: limits.callTimeoutMs,
  act: limits.callTimeoutMs,
  record: limits.recordTimeoutMs,
};

/** Maps each kind of effect to its port. */
export function createPerform(options: PerformOptions): Perform {
  return async (conversation, of, leaseEndsAt) => {
    const timeoutMs = timeoutOf[of.effect.kind];
    const startBefore = leaseEndsAt - timeoutMs;
    if (options.clock.monotonic() > startBefore) return tooLate;
    const attempt = perform(options, conversation, of, startBefore);
    const late = of.effect.kind === "route" ? "failed" : "unknown";
    const outcome = await withinTime(options.clock, timeoutMs + graceMs, late, attempt);
    if (outcome.kind !== "done") {
      const { id: effect, attempt: tries } = of;
      const { kind } = of.effect;
      // Why a card did not come is for admins to mend. What a company's system says may be about a customer.
      const why = kind === "post" || kind === "editCard" ? { reason: outcome.reason } : {};
      options.log.warn(
        { conversation: conversation.id, effect, tries, kind, outcome: outcome.kind, ...why },
        "An effect was not done.",
      );
    }
    return outcome;
  };
}

const tooLate: Outcome = { kind: "notSent", reason: "the lease would have ended first", retryAfterMs: 0 };
// Ports keep their own time; this catches one that does not.
const graceMs = 1000;

function withinTime(clock: Clock, ms: number, late: "failed" | "unknown", work: Promise<Outcome>): Promise<Outcome> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve({ kind: late, reason: `no answer within ${ms / 1000} s` }));
    void work.then(resolve, (error: unknown) => resolve(outcomeOf(error))).finally(cancel);
  });
}

/** What an error of a port means for the effect: surely not done, refused for good, or nobody knows. */
function outcomeOf(error: unknown): Outcome {
  if (error instanceof TransientError) {
    // Zero is for what this process held back itself: nobody else may ask to be tried again in the same moment.
    const retryAfterMs = error.retryAfterMs === null ? null : Math.max(error.retryAfterMs, limits.backoffFirstMs);
    return { kind: "notSent", reason: error.message, retryAfterMs };
  }
  if (error instanceof PermanentError) return { kind: "failed", reason: error.message };
  return { kind: "unknown", reason: "it failed in an unexpected way" };
}

function perform(
  options: PerformOptions,
  conversation: Conversation,
  of: Outgoing,
  startBefore: number,
): Promise<Outcome> {
  const { effect } = of;
  switch (effect.kind) {
    case "say":
      return say(options, conversation, of, effect.message);
    case "editSay":
      return editSay(options, conversation, effect);
    case "post":
      return post(options, conversation, of, effect);
    case "editCard":
      return editCard(options, conversation, effect);
    case "route":
      return route(options, conversation, effect);
    case "forward":
      return forward(options, conversation, effect);
    case "call":
      return verified(conversation, of, effect, () => call(options, conversation, of, effect, startBefore));
    case "act":
      return verified(conversation, of, effect, () => act(options, conversation, of, effect.action));
    case "record":
      return record(options, conversation, effect);
    default:
      return effect satisfies never;
  }
}

/** What was approved is what runs: anything with another hash is refused. */
async function verified(
  conversation: Conversation,
  { id, hash }: Outgoing,
  effect: Effect & { readonly kind: "call" | "act" },
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  if (approvalHash(conversation, id, effect) === hash) return run();
  return { kind: "failed", reason: "the request is not the one that was frozen, so it was not sent" };
}

async function say(
  options: PerformOptions,
  conversation: Conversation,
  of: Outgoing,
  message: OutMessage,
): Promise<Outcome> {
  const channel = channelOf(options, conversation.customer.platform);
  const value = await channel.send(conversation.address, message, {
    effectId: of.id,
    under: null,
    mayHaveBeenSent: of.mayHaveHappened,
    firstAt: of.firstAt,
  });
  return { kind: "done", value };
}

async function editSay(
  options: PerformOptions,
  { customer, cards, outbox }: Conversation,
  { of, message }: Effect & { readonly kind: "editSay" },
): Promise<Outcome> {
  const ref = cards[of];
  if (ref !== undefined) await channelOf(options, customer.platform).edit(ref, message);
  else if (outbox.some(({ id }) => id === of)) throw new TransientError("What is to be edited is still on its way.");
  return { kind: "done", value: null };
}

async function post(
  options: PerformOptions,
  conversation: Conversation,
  of: Outgoing,
  { card, under }: Effect & { readonly kind: "post" },
): Promise<Outcome> {
  const { agentsChannel } = options.catalog.settingsOf(conversation.workspace);
  // Until an admin has set one: what waits for people is not lost for that.
  if (agentsChannel === null)
    throw new TransientError("No agents channel is set: an admin does with “channel set here”.");
  const value = await channelOf(options, agentsChannel.platform).send(
    agentsChannel.address,
    { kind: "card", card },
    {
      effectId: of.id,
      under: under === null ? null : (conversation.cards[under] ?? null),
      mayHaveBeenSent: of.mayHaveHappened,
      firstAt: of.firstAt,
    },
  );
  return { kind: "done", value };
}

async function editCard(
  options: PerformOptions,
  conversation: Conversation,
  { of, card }: Effect & { readonly kind: "editCard" },
): Promise<Outcome> {
  const { agentsChannel } = options.catalog.settingsOf(conversation.workspace);
  const ref = conversation.cards[of];
  // A card that could never be posted needs no edit.
  if (agentsChannel === null || ref === undefined) return { kind: "done", value: null };
  await channelOf(options, agentsChannel.platform).edit(ref, { kind: "card", card });
  return { kind: "done", value: null };
}

function channelOf({ channels }: PerformOptions, platform: Platform): Channel {
  const channel = channels.get(platform);
  if (channel === undefined) throw new TransientError(`The channel ${platform} is not connected in this process.`);
  return channel;
}

async function route(
  { model, catalog, clock }: PerformOptions,
  conversation: Conversation,
  { turn }: Effect & { readonly kind: "route" },
): Promise<Outcome> {
  const candidates = catalog.active(conversation.workspace).map(({ procedure }) => candidateOf(procedure));
  const late = new AbortController();
  const cancel = clock.after(limits.modelTimeoutMs, () => late.abort());
  try {
    const { text, mentioned } = turn;
    const value: Json = { ...(await model.route({ text, mentioned, candidates }, late.signal)) };
    return { kind: "done", value };
  } catch {
    // A model that fails or is late is not asked again: the engine falls back.
    return { kind: "failed", reason: "the model did not answer" };
  } finally {
    cancel();
  }
}

async function forward(
  options: PerformOptions,
  { workspace }: Conversation,
  { to, turn }: Effect & { readonly kind: "forward" },
): Promise<Outcome> {
  return { kind: "done", value: await options.forward({ workspace, id: to }, turn) };
}

function candidateOf({ slug, name, trigger }: Procedure) {
  return { slug, name, trigger };
}

async function record(
  { store }: PerformOptions,
  { workspace }: Conversation,
  { run }: Effect & { readonly kind: "record" },
): Promise<Outcome> {
  await store.runs.put(workspace, run);
  return { kind: "done", value: null };
}
