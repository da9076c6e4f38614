import type { WorkspaceId } from "../domain/ids.ts";
import { hurryPosts } from "../engine/hurry.ts";
import type { Log } from "../ports/log.ts";
import type { ConversationFilter, ConversationStore } from "../ports/store.ts";
import { allOf } from "./all-of.ts";
import type { Work } from "./work.ts";

/** What posting what has waited needs. */
export interface PostWaitingOptions {
  readonly work: Pick<Work, "apply">;
  readonly conversations: Pick<ConversationStore, "find">;
  readonly log: Log;
}

// Where somebody waits for people. A notice of what is done can wait until it is tried again anyway.
const waitingForPeople = ["people", "approval", "verdict"] as const satisfies readonly ConversationFilter["waiting"][];

/**
 * Tries the cards again that wait for the agents channel of a workspace, since it has changed: resolved when that is
 * stored for each. Never throws: what fails here is tried again by the sweep.
 */
export async function postWaiting({ work, conversations, log }: PostWaitingOptions, workspace: WorkspaceId) {
  try {
    for (const waiting of waitingForPeople) {
      for await (const { id } of allOf((page) => conversations.find(workspace, { waiting }, page))) {
        await work.apply({ workspace, id }, (conversation, contextOf) => ({
          conversation: conversation === null ? null : hurryPosts(conversation, contextOf(conversation).now),
          answer: null,
        }));
      }
    }
  } catch (error) {
    log.warn({ workspace, error }, "Cards that wait for the agents channel could not be tried at once.");
  }
}
