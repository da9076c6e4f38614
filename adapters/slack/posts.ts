import { nonceOf } from "../../src/domain/ids.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Log } from "../../src/ports/log.ts";
import { isTokenVoid, RefusedError } from "./errors.ts";
import type { Post } from "./layout.ts";
import { clocksApartMs } from "./limits.ts";
import type { InChannel, Mark, MarkedMessage, Messages } from "./messages.ts";

/**
 * What one effect shows, as one post or several. `threadTs`: the thread in which all of them stand, or null: the first
 * stands in the channel, and the others in its thread. `mayHaveBeenSent`: an earlier attempt may have shown some of them,
 * at `firstAt` (Unix ms; null: nobody knows when) or later. `isHandOff`: it is the card under which agents answer a customer.
 */
export interface Sending extends InChannel {
  readonly threadTs: string | null;
  readonly posts: readonly [Post, ...Post[]];
  readonly effectId: string;
  readonly mayHaveBeenSent: boolean;
  readonly firstAt: number | null;
  readonly isHandOff?: boolean;
}

/** Shows the posts of effects. */
export interface Posts {
  /**
   * Shows what is not shown yet, in `limits.sendTimeoutMs`, and answers the `ts` of the first post. Throws TransientError
   * (surely nothing was shown), RefusedError (refused for good), any other Error (some of it may have been shown).
   */
  send(sending: Sending): Promise<string>;
  /** How often something was sent again without a look at the history, since Slack did not let us: each may be a copy. */
  unseen(): number;
}

export interface PostsOptions {
  readonly client: Pick<Messages, "postMessage" | "history">;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Makes the way in which one effect is shown once (guarantee G9): every post carries the id of its effect and its number,
 * and what may have been sent is looked for in the history before it is sent.
 */
export function createPosts(options: PostsOptions): Posts {
  const state: State = { options, unseen: 0, blind: new Set(), looks: new Map() };
  return { send: (sending) => send(state, sending), unseen: () => state.unseen };
}

interface State {
  readonly options: PostsOptions;
  unseen: number;
  /** Where the history cannot be read, and the log says so. */
  readonly blind: Set<string>;
  /** Looks that Slack cut short. They go on where they were: else one that takes several pages would never come to its end. */
  readonly looks: Map<string, Look>;
}

/** A look into one history: what was found (number of the post, `ts`), and how far it has come. */
interface Look {
  readonly found: Map<number, string>;
  cursor: string | null;
  pages: number;
}

async function send(state: State, sending: Sending): Promise<string> {
  const { client, clock } = state.options;
  const { workspace, channel, threadTs, posts, effectId, isHandOff = false } = sending;
  const until = clock.monotonic() + limits.sendTimeoutMs;
  const show = (part: number, post: Post, thread: string | null): Promise<string> =>
    client.postMessage({ workspace, channel, threadTs: thread, post, mark: markOf(effectId, part, isHandOff), until });
  const shown = sending.mayHaveBeenSent ? await lookFor(state, sending, until) : new Map<number, string>();
  const [head, ...rest] = posts;
  const first = shown.get(0) ?? (await show(0, head, threadTs));
  for (const [index, post] of rest.entries()) {
    const part = index + 1;
    if (shown.has(part)) continue;
    try {
      await show(part, post, threadTs ?? first);
    } catch (error) {
      throw error instanceof TransientError ? cutShort(part, posts.length, error) : error;
    }
  }
  return first;
}

/** The first posts are shown, so it is no longer true that nothing was. */
function cutShort(part: number, count: number, cause: Error): Error {
  return new Error(`Only ${part} of ${count} posts could be sent: ${cause.message}`, { cause });
}

const markType = "usher_effect";

function markOf(effectId: string, part: number, isHandOff: boolean): Mark {
  return { type: markType, payload: { effect: effectId, part, ...(isHandOff ? handOffCard : {}) } };
}

const handOffCard = { card: "handOff" } as const;

/** Whether a message is the card of a hand-off, open or ended, which Usher has posted. Pure. */
export function isHandOffCard({ mark }: MarkedMessage): boolean {
  return mark?.type === markType && mark.payload["card"] === handOffCard.card && mark.payload["part"] === 0;
}

/** The id of the effect that a message of Usher's shows; null: it shows none. Pure. */
export function effectOf({ mark }: MarkedMessage): string | null {
  const effect = mark?.type === markType ? mark.payload["effect"] : null;
  return typeof effect === "string" ? effect : null;
}

function partOf({ mark }: MarkedMessage, effectId: string): number | null {
  if (mark?.type !== markType || mark.payload["effect"] !== effectId) return null;
  const { part } = mark.payload;
  return typeof part === "number" && Number.isInteger(part) ? part : null;
}

/** Which posts of the effect are shown already. Throws TransientError when that cannot be told now. */
async function lookFor(state: State, sending: Sending, until: number): Promise<ReadonlyMap<number, string>> {
  const { threadTs, posts } = sending;
  const shown = new Map<number, string>();
  const take = async (thread: string | null, wanted: number): Promise<void> => {
    for (const [part, ts] of await readHistory(state, sending, { thread, wanted, until })) shown.set(part, ts);
  };
  try {
    if (threadTs !== null) await take(threadTs, posts.length);
    else {
      await take(null, 1);
      const first = shown.get(0);
      if (first !== undefined && posts.length > 1) await take(first, posts.length - 1);
    }
  } catch (error) {
    if (!(error instanceof RefusedError) || isTokenVoid(error)) throw error;
    sendUnseen(state, sending, error);
  }
  return shown;
}

interface Wanted {
  readonly thread: string | null;
  /** How many posts of the effect can be there. */
  readonly wanted: number;
  readonly until: number;
}

/** Reads a history back, until everything is found or it was read far enough. */
async function readHistory(
  { options: { client }, looks }: State,
  { workspace, channel, effectId, firstAt }: Sending,
  { thread, wanted, until }: Wanted,
): Promise<ReadonlyMap<number, string>> {
  const name = `${effectId} ${thread}`;
  const look = looks.get(name) ?? { found: new Map(), cursor: null, pages: 0 };
  looks.delete(name);
  // A thread is read from its oldest message on, and may be as long as its conversation is old. What others write in the
  // minutes that clocks may be apart stands before the post, too, so more of a thread is read.
  const most = thread === null ? mostPages.channel : mostPages.thread;
  const oldest = Math.max(0, (firstAt ?? beginOf(effectId)) - clocksApartMs);
  try {
    do {
      const of = { workspace, channel, threadTs: thread, oldest, cursor: look.cursor, until };
      const { messages, next } = await client.history(of);
      for (const message of messages) {
        const part = partOf(message, effectId);
        if (part !== null) look.found.set(part, message.ts);
      }
      look.cursor = next;
      look.pages += 1;
    } while (look.cursor !== null && look.pages < most && look.found.size < wanted);
    return look.found;
  } catch (error) {
    if (look.pages > 0 && error instanceof TransientError) keep(looks, name, look);
    throw error;
  }
}

function keep(looks: Map<string, Look>, name: string, look: Look): void {
  looks.set(name, look);
  for (const oldest of looks.keys()) {
    if (looks.size <= mostLooks) return;
    looks.delete(oldest);
  }
}

// Pages of 200. In a channel, what came before a thousand others was not sent a moment ago.
const mostPages = { channel: 5, thread: 25 };
const mostLooks = 200;
const momentDigits = 12;
const randomDigits = 32;

/** Before when an effect cannot have been sent: its conversation's beginning (Unix ms), 0 if the id does not say. */
function beginOf(effectId: string): number {
  const nonce = nonceOf(effectId) ?? "";
  return nonce.length === momentDigits + randomDigits ? Number.parseInt(nonce.slice(0, momentDigits), 16) : 0;
}

function sendUnseen(state: State, { workspace, channel, effectId }: Sending, error: RefusedError): void {
  state.unseen += 1;
  if (state.blind.has(workspace)) return;
  state.blind.add(workspace);
  state.options.log.warn(
    { workspace, channel, effect: effectId, error },
    "Slack does not let Usher read back what it has sent: a message whose answer was lost may be shown twice.",
  );
}
