import type { Conversation } from "../domain/conversation.ts";
import type { Lane, Outgoing } from "../domain/effect.ts";
import type { Context } from "../engine/context.ts";
import type { ConversationKey } from "../ports/store.ts";

/**
 * One change to a conversation (null: there is none yet), and what the asker is told about it. Called again on the
 * newest document when somebody else was faster, so it must not do anything else.
 */
export type Change<Answer> = (
  conversation: Conversation | null,
  contextOf: (conversation: Conversation) => Context,
) => { readonly conversation: Conversation | null; readonly answer: Answer };

/** A change that waits for its turn. `patient`: it must not be lost, so it is kept when the store cannot write. */
export interface Job {
  readonly change: Change<unknown>;
  readonly patient: boolean;
  /** The effect whose outcome this is, or null. */
  readonly settles: string | null;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/**
 * What this process has in memory of a conversation while something is under way there, and only then. `document`:
 * undefined when it must be loaded. `launched`: effects that this process has begun, until their outcome is stored.
 * `lanes`: marked effects in the order in which they are to be performed. `leaseEndsAt`: monotonic ms.
 */
export interface ActiveConversation {
  readonly key: ConversationKey;
  readonly jobs: Job[];
  readonly launched: Set<string>;
  readonly lanes: Map<Lane, { readonly conversation: Conversation; readonly effect: Outgoing }[]>;
  /** Of the launched ones, those that were not done: until that is stored, nothing overtakes them in their lane. */
  readonly notDone: Set<string>;
  document: Conversation | null | undefined;
  leaseEndsAt: number;
  draining: boolean;
  /** How often in a row the store could not write, and how to end the pause before the next try. */
  failures: number;
  endPause: (() => void) | null;
}

/** A conversation in which nothing has begun yet. */
export function createActiveConversation(key: ConversationKey): ActiveConversation {
  return {
    key,
    jobs: [],
    launched: new Set(),
    lanes: new Map(),
    notDone: new Set(),
    document: undefined,
    leaseEndsAt: 0,
    draining: false,
    failures: 0,
    endPause: null,
  };
}
