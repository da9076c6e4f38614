import type { Priority } from "./action.ts";
import type { ConversationId, WorkspaceId } from "./ids.ts";

/** A ticket; unique by (workspace, effect id). `number` is counted per workspace from 1; gaps are allowed. */
export interface Ticket {
  readonly workspace: WorkspaceId;
  readonly effectId: string;
  readonly conversationId: ConversationId;
  readonly number: number;
  readonly subject: string;
  readonly priority: Priority;
  readonly description: string | null;
  readonly createdAt: number;
}
