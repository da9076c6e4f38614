import type { SectionBlock } from "@slack/types";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { Log } from "../../src/ports/log.ts";
import { RefusedError } from "./errors.ts";
import { findMarked } from "./find-marked.ts";
import { type Post, postOf } from "./layout.ts";
import type { InChannel, Messages } from "./messages.ts";

export interface DigestMessageOptions {
  readonly client: Pick<Messages, "postMessage" | "update" | "history">;
  readonly clock: Clock;
  readonly log: Log;
  /** How many approvals wait in a workspace, with a card or without. May throw. */
  readonly waiting: (workspace: WorkspaceId) => Promise<number>;
  /** A link to Usher's App Home in a workspace: `slack://app?team=…&id=…&tab=home`. */
  readonly homeOf: (workspace: WorkspaceId) => string;
}

/** Which digest: a message in a channel. */
export interface DigestRef extends InChannel {
  readonly ts: string;
}

/** The digests of every agents channel: one that takes approvals at a time, and the counts in all of them. */
export interface DigestMessages {
  /**
   * Answers the `ts` of the digest that takes approvals now, which is posted if there is none. Throws TransientError (an
   * approval that was to go there was surely not shown) or RefusedError.
   */
  current(of: InChannel): Promise<string>;
  /** The count in a digest is no longer right: it is set right soon. */
  changed(digest: DigestRef): void;
  /** Sets right the counts that are due; resolves when that has been tried, and does it no more. */
  stop(): Promise<void>;
}

/** A digest takes approvals for so long; whatever comes later begins a new one, at the end of the channel. */
export const digestLifeMs = 600_000;
// chat.update is allowed 50 times a minute in a whole workspace, and cards need it too.
const recountMs = 10_000;
const failedMs = 1000;
const markType = "usher_digest";
// 600 messages: what the channel's pace allows in a digest's life.
const mostPages = 3;

interface State {
  readonly options: DigestMessageOptions;
  /** By workspace and channel: the digest that takes approvals, or the promise of one; until when (monotonic ms). */
  readonly current: Map<string, { readonly ts: Promise<string>; until: number }>;
  /** By workspace and channel: where every digest there is known to this process. */
  readonly known: Set<string>;
  /** By workspace, channel and message: what stops the timer of a count that is to be set right. */
  readonly due: Map<string, { readonly digest: DigestRef; readonly cancel: () => void }>;
  readonly underWay: Set<Promise<void>>;
  stopped: boolean;
}

/** Makes the digests of one process. What it forgets with a restart is found again in the channel's history. */
export function createDigestMessages(options: DigestMessageOptions): DigestMessages {
  const state: State = {
    options,
    current: new Map(),
    known: new Set(),
    due: new Map(),
    underWay: new Set(),
    stopped: false,
  };
  return {
    async current(of) {
      const ts = await currentOf(state, of);
      changed(state, { ...of, ts }, recountMs);
      return ts;
    },
    changed: (digest) => changed(state, digest, recountMs),
    stop: () => stop(state),
  };
}

/** The digest that takes approvals now; all who ask while it is looked for or posted share it. */
function currentOf(state: State, of: InChannel): Promise<string> {
  const { clock } = state.options;
  const name = nameOf(of);
  const known = state.current.get(name);
  if (known !== undefined && clock.monotonic() < known.until) return known.ts;
  const entry = { ts: findOrPost(state, of), until: clock.monotonic() + digestLifeMs };
  state.current.set(name, entry);
  entry.ts.catch(() => {
    // Not everybody who comes needs to try it themselves.
    entry.until = clock.monotonic() + failedMs;
  });
  return entry.ts;
}

function nameOf({ workspace, channel }: InChannel): string {
  return `${workspace} ${channel}`;
}

async function findOrPost({ options, known }: State, of: InChannel): Promise<string> {
  const { client, waiting, homeOf, clock } = options;
  const name = nameOf(of);
  // Whoever waits for it has the time of a send.
  const until = clock.monotonic() + limits.sendTimeoutMs;
  try {
    const found = known.has(name) ? null : await find(options, of, until);
    known.add(name);
    if (found !== null) return found;
    const post = digestPost(await waiting(of.workspace), homeOf(of.workspace));
    const mark = { type: markType, payload: { at: clock.now() } };
    return await client.postMessage({ ...of, threadTs: null, post, mark, until });
  } catch (error) {
    if (error instanceof TransientError || error instanceof PermanentError) throw error;
    // Perhaps it is there: then it is found next time. The approval was not shown in any case.
    known.delete(name);
    throw new TransientError("It is not known whether the digest of approvals was posted.", { cause: error });
  }
}

/** The digest that another boot of Usher has posted, or an attempt without an answer, if it still takes approvals. */
async function find({ client, clock }: DigestMessageOptions, of: InChannel, until: number): Promise<string | null> {
  const look = { oldest: clock.now() - digestLifeMs, pages: mostPages, until };
  try {
    return await findMarked(client, of, look, ({ type }) => type === markType);
  } catch (error) {
    // Where the history cannot be read, a restart in the middle of a flood begins a digest of its own.
    if (error instanceof RefusedError) return null;
    throw error;
  }
}

/** What a digest says. Pure. */
export function digestPost(waiting: number, home: string): Post {
  const count =
    waiting === 0
      ? "No approval waits for a decision any more."
      : `${waiting === 1 ? "1 approval waits" : `${waiting} approvals wait`} for a decision.`;
  const text = `${count} More came at once than Slack takes cards for: those without a card are decided in App Home.`;
  const blocks: readonly SectionBlock[] = [
    { type: "section", text: { type: "plain_text", text } },
    { type: "section", text: { type: "mrkdwn", text: `<${home}|Open Usher's App Home>`, verbatim: true } },
  ];
  return postOf(text, blocks);
}

function changed(state: State, digest: DigestRef, afterMs: number): void {
  const name = `${digest.workspace} ${digest.channel} ${digest.ts}`;
  if (state.stopped || state.due.has(name)) return;
  const cancel = state.options.clock.after(afterMs, () => {
    state.due.delete(name);
    recount(state, digest);
  });
  state.due.set(name, { digest, cancel });
}

function recount(state: State, digest: DigestRef): void {
  const done = setRight(state, digest).finally(() => state.underWay.delete(done));
  state.underWay.add(done);
}

/** Never throws: a count that cannot be set right now is due again. */
async function setRight(state: State, digest: DigestRef): Promise<void> {
  const { client, waiting, homeOf } = state.options;
  try {
    const post = digestPost(await waiting(digest.workspace), homeOf(digest.workspace));
    await client.update({ ...digest, post });
  } catch (error) {
    if (error instanceof PermanentError) giveUp(state, digest, error);
    else
      changed(state, digest, Math.max(recountMs, (error instanceof TransientError ? error.retryAfterMs : null) ?? 0));
  }
}

/** Somebody has removed the digest, or Usher from the channel: what comes next needs another one. */
function giveUp(state: State, digest: DigestRef, error: PermanentError): void {
  state.current.delete(nameOf(digest));
  const { workspace, channel, ts } = digest;
  state.options.log.warn({ workspace, channel, ts, error }, "The digest of approvals can no longer be changed.");
}

async function stop(state: State): Promise<void> {
  state.stopped = true;
  const due = [...state.due.values()];
  state.due.clear();
  for (const { digest, cancel } of due) {
    cancel();
    recount(state, digest);
  }
  await Promise.all(state.underWay);
}
