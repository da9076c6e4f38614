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
import { type CommitOptions, commit } from "./commit.ts";
import { launch } from "./lanes.ts";
import type { Perform } from "./perform.ts";
import { type Change, createRoom, type Job, type Room } from "./room.ts";

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

/** The rooms that are open, and how much waits in them. */
interface Floor {
  readonly options: WorkOptions;
  readonly rooms: Map<string, Room>;
  readonly whenEmpty: (() => void)[];
  waiting: number;
  stopping: boolean;
}

// One save can carry this many changes; more would only make each asker wait for the others.
const changesPerSave = 32;
const storeRetryFirstMs = 100;
const storeRetryMostMs = 5000;

/** Makes the work loop; it keeps nothing in memory for a conversation in which nothing is under way. */
export function createWork(options: WorkOptions): Work {
  const floor: Floor = { options, rooms: new Map(), whenEmpty: [], waiting: 0, stopping: false };
  return {
    apply: (key, change) => apply(floor, key, change),
    look: (key) => look(floor, key),
    stop: () => stop(floor),
  };
}

function apply<Answer>(floor: Floor, key: ConversationKey, change: Change<Answer>): Promise<Answer> {
  if (floor.stopping) return Promise.reject(new TransientError("Usher is stopping; try again in a moment."));
  if (floor.waiting >= limits.changesWaiting) {
    return Promise.reject(new TransientError("Too many events are waiting; try again in a moment."));
  }
  return new Promise<Answer>((resolve, reject) => {
    put(floor, enter(floor, key), {
      change,
      patient: false,
      settles: null,
      // What comes back is the answer of this very change, so it has its type.
      resolve: (answer) => resolve(answer as Answer),
      reject,
    });
  });
}

async function look(floor: Floor, key: ConversationKey): Promise<void> {
  const forgettable = await apply(floor, key, (conversation, contextOf) => {
    if (conversation === null) return { conversation, answer: null };
    const context = contextOf(conversation);
    const ticked = advance(conversation, { kind: "tick" }, context);
    return { conversation: ticked, answer: isForgettable(ticked, context.now) ? ticked : null };
  });
  if (forgettable === null) return;
  try {
    await floor.options.conversations.remove(key.workspace, key.id, forgettable.version);
  } catch (error) {
    // Somebody has just written: then it is not idle any more.
    if (!(error instanceof ConflictError)) throw error;
  }
}

async function stop(floor: Floor): Promise<void> {
  floor.stopping = true;
  if (floor.rooms.size === 0) return;
  await new Promise<void>((resolve) => {
    floor.whenEmpty.push(resolve);
    floor.options.clock.after(limits.stopMs, resolve);
  });
}

function enter({ rooms }: Floor, key: ConversationKey): Room {
  const known = rooms.get(nameOf(key));
  if (known !== undefined) return known;
  const room = createRoom(key);
  rooms.set(nameOf(key), room);
  return room;
}

function leave({ rooms, whenEmpty }: Floor, room: Room): void {
  if (room.jobs.length > 0 || room.launched.size > 0) return;
  rooms.delete(nameOf(room.key));
  if (rooms.size === 0) for (const tell of whenEmpty.splice(0)) tell();
}

function nameOf({ workspace, id }: ConversationKey): string {
  return `${workspace} ${id}`;
}

function put(floor: Floor, room: Room, job: Job): void {
  room.jobs.push(job);
  floor.waiting += 1;
  if (!room.draining) void drain(floor, room);
  // Somebody asks anew: the store is tried now, so that the platform soon hears whether to send again.
  else if (!job.patient) room.endPause?.();
}

/** Works off the room's changes, as many as possible with each save. Never throws. */
async function drain(floor: Floor, room: Room): Promise<void> {
  room.draining = true;
  while (room.jobs.length > 0) {
    const batch = room.jobs.splice(0, changesPerSave);
    floor.waiting -= batch.length;
    try {
      const done = await commit(floor.options, room, batch, !floor.stopping);
      room.failures = 0;
      if (done !== null) afterSave(floor, room, done.saved, done.at);
    } catch (error) {
      room.document = undefined;
      if (putBack(floor, room, batch, error)) return;
    }
  }
  room.draining = false;
  leave(floor, room);
}

/** Who can ask again is told; what must not be lost is tried again later. Answers whether there is anything to wait for. */
function putBack(floor: Floor, room: Room, batch: readonly Job[], error: unknown): boolean {
  const kept = batch.filter(({ patient }) => patient);
  floor.options.log.error({ conversation: room.key.id, kept: kept.length, error }, "A change could not be stored.");
  for (const job of batch) if (!job.patient) job.reject(error);
  if (kept.length === 0) return false;
  room.jobs.unshift(...kept);
  floor.waiting += kept.length;
  room.failures += 1;
  pause(floor, room);
  return true;
}

function pause(floor: Floor, room: Room): void {
  const wait = Math.min(storeRetryFirstMs * 2 ** (room.failures - 1), storeRetryMostMs);
  const goOn = (): void => {
    cancel();
    room.endPause = null;
    void drain(floor, room);
  };
  const cancel = floor.options.clock.after(wait, goOn);
  room.endPause = goOn;
}

function afterSave(floor: Floor, room: Room, saved: Conversation, at: number): void {
  const { owner, perform, queue, log, onSaved } = floor.options;
  if (saved.lease?.owner === owner) {
    room.leaseEndsAt = at + limits.leaseMs;
    launch(room, saved, perform, (of, effect, outcome) => settle(floor, of, effect, outcome));
  } else if (saved.lease !== null && saved.outbox.length > 0) {
    // Somebody else performs this; the wake is only a hint, and the sweeper finds the work without it.
    queue.wake(saved.workspace, saved.id).catch((error: unknown) => {
      log.warn({ conversation: saved.id, error }, "A wake could not be left.");
    });
  }
  onSaved(saved);
}

function settle(floor: Floor, room: Room, effect: Outgoing, outcome: Outcome): void {
  const event = { kind: "settled" as const, effectId: effect.id, attempt: effect.attempt, outcome };
  put(floor, room, {
    patient: true,
    settles: effect.id,
    change: (conversation, contextOf) => ({
      conversation: conversation === null ? null : advance(conversation, event, contextOf(conversation)),
      answer: null,
    }),
    resolve: () => undefined,
    reject: (error) => {
      floor.options.log.error({ effect: effect.id, error }, "The outcome of an effect could not be taken in.");
    },
  });
}
