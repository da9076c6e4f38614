import type { ConversationId, WorkspaceId } from "../domain/ids.ts";

/** Tells some performing process that a conversation has work. A hint: it may repeat, be late, or be lost. */
export interface Queue {
  /** Throws TransientError when the hint could not be left; the sweeper finds the work all the same. */
  wake(workspace: WorkspaceId, id: ConversationId): Promise<void>;
  /** Begins to call `handle`, at least once for each wake; a handler that throws harms no other. */
  start(handle: (workspace: WorkspaceId, id: ConversationId) => Promise<void>): Promise<void>;
  /** Takes no more; resolves when the handlers in flight have ended. */
  stop(): Promise<void>;
}
