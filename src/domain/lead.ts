import type { ConversationId, WorkspaceId } from "./ids.ts";

/** A lead; one per e-mail address (in lower case) and workspace: a later one fills in and renews an earlier one. */
export interface Lead {
  readonly workspace: WorkspaceId;
  readonly id: string;
  readonly effectId: string;
  readonly conversationId: ConversationId;
  readonly email: string;
  readonly name: string | null;
  readonly phone: string | null;
  readonly company: string | null;
  readonly companySize: number | null;
  readonly notes: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}
