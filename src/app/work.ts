import type { Conversation } from "../domain/conversation.ts";
import type { Outgoing } from "../domain/effect.ts";
import { limits } from "../domain/limits.ts";
import type { Outcome } from "../domain/outcome.ts";
import { advance } from "../engine/advance.ts";
import { isForgettable } from "../engine/time.ts";
import { ConflictError, TransientError } from "../ports/errors.ts";
import type { Log } from "../ports/log.ts";
import type { Queue } from "../ports/queue.ts";
import type { ConversationKey } from "../ports/store.ts";
import { type ActiveConversation, type Change, createActiveConversation, type Job } from "./active-conversation.ts";
import { type CommitOptions, commit } from "./commit.ts";
import { launch } from "./lanes.ts";
import type { Perform } from "./perform.ts";

/** What the work needs beside the store. `onSaved` is called after each save. */
export interface WorkOptions extends CommitOptions {
  readonly perform: Perform;
  readonly queue: Queue;
  readonly log: Log;
  readonly onSaved: (conversation: Conversation) => void;
}

/** The loop that changes conversations and performs what they ask for. */
export interface Work {
  /**
   * Changes a conversation and answers when the change is stored. Changes of one conversation run one after another,
   * those of different ones beside each other. Throws TransientError when it could not be stored, so that it must be
   * asked for again (a repeated turn or press is recognised), or whatever the change throws.
   */
  apply<Answer>(key: ConversationKey, change: Change<Answer>): Promise<Answer>;
  /** Looks after a conversation whose time has come: lapsed leases, timers, retries, and what may be forgotten. */
  look(key: ConversationKey): Promise<void>;
  /** Begins nothing new; resolves when all that is under way has ended, or after `limits.stopMs`. */
  stop(): Promise<void>;
}

/** The state of the loop: the conversations in which something is under way, and how many changes wait in all of them. */
interface Loop {
  readonly options: WorkOptions;
  readonly underWay: Map<string, ActiveConversation>;
  readonly whenIdle: (() => void)[];
  waiting: number;
  stopping: boolean;
}

// One save can carry this many changes; more would only make each asker wait for the others.
const changesPerSave = 32;
const storeRetryFirstMs = 100;
const storeRetryMostMs = 5000;

/** Makes the work loop; it keeps nothing in memory for a conversation in which nothing is under way. */
export function createWork(options: WorkOptions): Work {
  const loop: Loop = { options, underWay: new Map(), whenIdle: [], waiting: 0, stopping: false };
  return {
    apply: (key, change) => apply(loop, key, change),
    look: (key) => look(loop, key),
    stop: () => stop(loop),
  };
}

function apply<Answer>(loop: Loop, key: ConversationKey, change: Change<Answer>): Promise<Answer> {
  if (loop.stopping) return Promise.reject(new TransientError("Usher is stopping; try again in a moment."));
  if (loop.waiting >= limits.changesWaiting) {
    return Promise.reject(new TransientError("Too many events are waiting; try again in a moment."));
  }
  return new Promise<Answer>((resolve, reject) => {
    enqueue(loop, activeOf(loop, key), {
      change,
      patient: false,
      settles: null,
      // What comes back is the answer of this very change, so it has its type.
      resolve: (answer) => resolve(answer as Answer),
      reject,
    });
  });
}

async function look(loop: Loop, key: ConversationKey): Promise<void> {
  const forgettable = await apply(loop, key, (conversation, contextOf) => {
    if (conversation === null) return { conversation, answer: null };
    const context = contextOf(conversation);
    const ticked = advance(conversation, { kind: "tick" }, context);
    return { conversation: ticked, answer: isForgettable(ticked, context.now) ? ticked : null };
  });
  if (forgettable === null) return;
  try {
    await loop.options.conversations.remove(key.workspace, key.id, forgettable.version);
  } catch (error) {
    // Somebody has just written: then it is not idle any more.
    if (!(error instanceof ConflictError)) throw error;
  }
}

async function stop(loop: Loop): Promise<void> {
  loop.stopping = true;
  if (loop.underWay.size === 0) return;
  await new Promise<void>((resolve) => {
    loop.whenIdle.push(resolve);
    loop.options.clock.after(limits.stopMs, resolve);
  });
}

/** What is in memory of a conversation; from now on something is under way there. */
function activeOf({ underWay }: Loop, key: ConversationKey): ActiveConversation {
  const known = underWay.get(nameOf(key));
  if (known !== undefined) return known;
  const active = createActiveConversation(key);
  underWay.set(nameOf(key), active);
  return active;
}

function forgetIfIdle({ underWay, whenIdle }: Loop, active: ActiveConversation): void {
  if (active.jobs.length > 0 || active.launched.size > 0) return;
  underWay.delete(nameOf(active.key));
  if (underWay.size === 0) for (const tell of whenIdle.splice(0)) tell();
}

function nameOf({ workspace, id }: ConversationKey): string {
  return `${workspace} ${id}`;
}

function enqueue(loop: Loop, active: ActiveConversation, job: Job): void {
  addJob(loop, active, job);
  if (!active.draining) drainSoon(loop, active);
  // Somebody asks anew: the store is tried now, so that the platform soon hears whether to send again.
  else if (!job.patient) active.endPause?.();
}

function addJob(loop: Loop, active: ActiveConversation, job: Job): void {
  active.jobs.push(job);
  loop.waiting += 1;
}

/** What becomes known in the same moment shares a save: two messages that were sent, and the answer to them. */
function drainSoon(loop: Loop, active: ActiveConversation): void {
  active.draining = true;
  loop.options.clock.soon(() => void drain(loop, active));
}

/** Works off the changes that wait in a conversation, as many as possible with each save. Never throws. */
async function drain(loop: Loop, active: ActiveConversation): Promise<void> {
  const batch = active.jobs.splice(0, changesPerSave);
  loop.waiting -= batch.length;
  try {
    const done = await commit(loop.options, active, batch, !loop.stopping);
    active.failures = 0;
    if (done !== null) afterSave(loop, active, done.saved, done.at);
  } catch (error) {
    active.document = undefined;
    if (putBack(loop, active, batch, error)) return;
  }
  if (active.jobs.length > 0) return drainSoon(loop, active);
  active.draining = false;
  forgetIfIdle(loop, active);
}

/** Who can ask again is told; what must not be lost is tried again later. Answers whether there is anything to wait for. */
function putBack(loop: Loop, active: ActiveConversation, batch: readonly Job[], error: unknown): boolean {
  const kept = batch.filter(({ patient }) => patient);
  loop.options.log.error({ conversation: active.key.id, kept: kept.length, error }, "A change could not be stored.");
  for (const job of batch) if (!job.patient) job.reject(error);
  if (kept.length === 0) return false;
  active.jobs.unshift(...kept);
  loop.waiting += kept.length;
  active.failures += 1;
  pause(loop, active);
  return true;
}

function pause(loop: Loop, active: ActiveConversation): void {
  const wait = Math.min(storeRetryFirstMs * 2 ** (active.failures - 1), storeRetryMostMs);
  const goOn = (): void => {
    cancel();
    active.endPause = null;
    void drain(loop, active);
  };
  const cancel = loop.options.clock.after(wait, goOn);
  active.endPause = goOn;
}

function afterSave(loop: Loop, active: ActiveConversation, saved: Conversation, at: number): void {
  const { owner, perform, queue, log, onSaved } = loop.options;
  if (saved.lease?.owner === owner) {
    active.leaseEndsAt = at + limits.leaseMs;
    launch(active, saved, perform, (of, effect, outcome) => settle(loop, of, effect, outcome));
  } else if (saved.lease !== null && saved.outbox.length > 0) {
    // Somebody else performs this; the wake is only a hint, and the sweeper finds the work without it.
    queue.wake(saved.workspace, saved.id).catch((error: unknown) => {
      log.warn({ conversation: saved.id, error }, "A wake could not be left.");
    });
  }
  onSaved(saved);
}

function settle(loop: Loop, active: ActiveConversation, effect: Outgoing, outcome: Outcome): void {
  const event = { kind: "settled" as const, effectId: effect.id, attempt: effect.attempt, outcome };
  const job: Job = {
    patient: true,
    settles: effect.id,
    change: (conversation, contextOf) => ({
      conversation: conversation === null ? null : advance(conversation, event, contextOf(conversation)),
      answer: null,
    }),
    resolve: () => undefined,
    reject: (error) => {
      loop.options.log.error({ effect: effect.id, error }, "The outcome of an effect could not be taken in.");
    },
  };
  if (isInNoHurry(active, effect, outcome)) addJob(loop, active, job);
  else enqueue(loop, active, job);
}

/**
 * Whether an outcome may wait for the save of the next one: of an edit, which does no harm if it is edited again
 * after a crash, while another effect of the conversation is still out and none stands behind it in its lane.
 */
function isInNoHurry({ document, jobs, launched }: ActiveConversation, effect: Outgoing, outcome: Outcome): boolean {
  const isEdit = effect.effect.kind === "editCard" || effect.effect.kind === "editSay";
  if (outcome.kind !== "done" || !isEdit || document === undefined) return false;
  const settled = jobs.filter(({ settles }) => settles !== null).length + 1;
  const behind = document?.outbox.some(({ id, lane }) => lane === effect.lane && id !== effect.id);
  return launched.size > settled && behind === false;
}
