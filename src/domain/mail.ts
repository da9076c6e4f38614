import type { ConversationId, WorkspaceId } from "./ids.ts";

/** A mail that Usher wrote; unique by (workspace, effect id). `sent: false`: kept, because no mail server is set. */
export interface Mail {
  readonly workspace: WorkspaceId;
  readonly effectId: string;
  readonly conversationId: ConversationId;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly sent: boolean;
  readonly createdAt: number;
}
