import type { KnownBlock } from "@slack/types";
import { ownWords, plainText, sendable } from "./escape.ts";
import { findMarked } from "./find-marked.ts";
import { type Post, postOf } from "./layout.ts";
import type { InChannel, Messages } from "./messages.ts";
import { textBlocks } from "./render-fields.ts";

/** The first message of the thread in which a workflow's step runs; `execution`: Slack's id of the step's run. */
export interface StepRoot extends InChannel {
  readonly execution: string;
  /** Since when the step may have been begun (Unix ms). */
  readonly at: number;
  /** Whether it may have been posted by an earlier attempt. */
  readonly mayHaveBeenSent: boolean;
  readonly post: Post;
}

const markType = "usher_step";
// As far as a platform's clock may be off from ours (guarantee G12).
const clocksApartMs = 300_000;
const mostPages = 5;

/**
 * Posts the message, unless an earlier attempt has, and answers its `ts`. Throws what the client throws: what may have been
 * posted, and cannot be looked for, is not posted again.
 */
export async function postRoot(
  client: Pick<Messages, "postMessage" | "history">,
  { workspace, channel, execution, at, mayHaveBeenSent, post }: StepRoot,
): Promise<string> {
  const of = { workspace, channel };
  if (mayHaveBeenSent) {
    const look = { oldest: at - clocksApartMs, pages: mostPages };
    const found = await findMarked(
      client,
      of,
      look,
      ({ type, payload }) => type === markType && payload["execution"] === execution,
    );
    if (found !== null) return found;
  }
  return client.postMessage({ ...of, threadTs: null, post, mark: { type: markType, payload: { execution } } });
}

/** What the customer reads there; `customer` is an id of Slack's, and is told by it. Pure. */
export function rootPost(customer: string, procedure: string, text: string): Post {
  const head: KnownBlock = {
    type: "section",
    text: ownWords(`<@${customer}>, a workflow has started this for you:`),
  };
  const name: KnownBlock = { type: "section", text: plainText(procedure) };
  const words = text === "" ? [] : textBlocks(sendable(text));
  return postOf(`A workflow has started this for you: ${procedure}`, [head, name, ...words]);
}
