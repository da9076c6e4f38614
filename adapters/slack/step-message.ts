import type { KnownBlock } from "@slack/types";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import { ownWords, plainText, sendable } from "./escape.ts";
import { findMarked } from "./find-marked.ts";
import { type Post, postOf } from "./layout.ts";
import { clocksApartMs } from "./limits.ts";
import type { InChannel, Messages } from "./messages.ts";
import { textBlocks } from "./render-fields.ts";

/** The first message of the thread in which a workflow's step runs; `execution`: Slack's id of the step's run. */
export interface StepRoot extends InChannel {
  readonly execution: string;
  /** Since when the step may have been begun (Unix ms). */
  readonly at: number;
  readonly post: Post;
}

/** The first messages of steps. Each is posted once: with it a run begins, and nothing may begin twice. */
export interface StepRoots {
  /** Slack tells of a step. To be called before anything of it is done: of one that is new nothing can stand there yet. */
  toldOf(step: Pick<StepRoot, "workspace" | "execution">, isRetry: boolean): void;
  /**
   * Posts the message, unless an earlier attempt has, and answers its `ts`. Throws what the client throws, and
   * PermanentError where nobody can tell whether it was posted: then it is not posted again.
   */
  post(root: StepRoot): Promise<string>;
}

const markType = "usher_step";
const mostPages = 5;
// More than there are while Slack sends one event again.
const mostKnown = 1000;

/** What this process knows of a step's message: surely not posted, perhaps posted, or where it stands. */
type State = "none" | "perhaps" | { readonly ts: string };

/** Makes the one way in which they are posted. */
export function createStepRoots(client: Pick<Messages, "postMessage" | "history">): StepRoots {
  const known = new Map<string, State>();
  const nameOf = ({ workspace, execution }: Pick<StepRoot, "workspace" | "execution">) => `${workspace} ${execution}`;
  const postNew = async (name: string, root: StepRoot): Promise<string> => {
    known.set(name, "perhaps");
    try {
      return await client.postMessage({ ...markedRoot(root), threadTs: null });
    } catch (error) {
      if (error instanceof TransientError || error instanceof PermanentError) known.set(name, "none");
      throw error;
    }
  };
  return {
    toldOf(step, isRetry) {
      const name = nameOf(step);
      // Sent again to a process that has not heard of it: an earlier one may have begun it.
      if (!known.has(name)) known.set(name, isRetry ? "perhaps" : "none");
      for (const oldest of known.keys()) {
        if (known.size <= mostKnown) break;
        known.delete(oldest);
      }
    },
    async post(root) {
      const name = nameOf(root);
      const state = known.get(name) ?? "perhaps";
      if (typeof state === "object") return state.ts;
      const ts = state === "none" ? await postNew(name, root) : await findOld(client, root);
      known.set(name, { ts });
      return ts;
    },
  };
}

function markedRoot({ workspace, channel, execution, post }: StepRoot) {
  return { workspace, channel, post, mark: { type: markType, payload: { execution } } };
}

async function findOld(client: Pick<Messages, "history">, { workspace, channel, execution, at }: StepRoot) {
  const look = { oldest: at - clocksApartMs, pages: mostPages };
  const found = await findMarked(
    client,
    { workspace, channel },
    look,
    ({ type, payload }) => type === markType && payload["execution"] === execution,
  );
  if (found !== null) return found;
  throw new PermanentError(
    "Slack has told Usher of this step more than once, and Usher cannot see whether it has begun. So that nothing " +
      "happens twice it does not begin now. If its message is not in the channel, run the workflow again.",
  );
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
