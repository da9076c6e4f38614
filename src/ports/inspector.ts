import type { Card } from "../domain/card.ts";
import type { HttpRequest } from "../domain/http-request.ts";
import type { Address, ConversationId, WorkspaceId } from "../domain/ids.ts";
import type { Json } from "../domain/json.ts";
import type { Person } from "../domain/person.ts";
import type { PublishedProcedure } from "../domain/procedure.ts";
import type { Route } from "../domain/route.ts";
import type { Wait } from "../domain/run.ts";
import type { RunEnd } from "../domain/run-record.ts";
import type { TraceEntry } from "../domain/trace.ts";

/** One variable of a run; a sensitive one comes without its value (`value` is null, `hidden` true). */
export interface VariableView {
  readonly name: string;
  readonly type: string;
  readonly value: Json;
  readonly hidden: boolean;
  /** The step that set it last, or null when that is no longer in the trace. */
  readonly setBy: string | null;
}

/** A run as people may see it. `status`: what it waits for, or how it ended. */
export interface RunView {
  readonly id: string;
  readonly procedure: { readonly slug: string; readonly name: string; readonly version: number };
  readonly stepId: string;
  readonly status: Wait["kind"] | RunEnd;
  readonly variables: readonly VariableView[];
  readonly trace: readonly TraceEntry[];
  readonly startedAt: number;
  readonly endedAt: number | null;
}

/** A conversation as people may see it. `run`: the one under way; `lastRun`: the newest finished one. */
export interface ConversationView {
  readonly id: ConversationId;
  readonly version: number;
  readonly customer: Person;
  readonly handledBy: "bot" | "people";
  /** What ends the hand-off, when people have it: the id for its buttons. */
  readonly handOff: string | null;
  readonly run: RunView | null;
  readonly lastRun: RunView | null;
  readonly lastRoute: Route | null;
  readonly awaitsSensitive: boolean;
  readonly tags: readonly string[];
  /** When it was resolved (Unix ms); null: it is open. */
  readonly resolvedAt: number | null;
}

/** An approval that waits, with exactly what would run. */
export interface ApprovalView {
  readonly id: string;
  readonly conversationId: ConversationId;
  readonly procedure: { readonly slug: string; readonly name: string; readonly version: number };
  readonly request:
    | { readonly kind: "call"; readonly request: HttpRequest }
    | { readonly kind: "act"; readonly action: Json };
  readonly expiresAt: number;
}

/** How a save has left a conversation. `working`: Usher does something for which its customer, at this address, waits. */
export interface SavedState {
  readonly address: Address;
  readonly working: boolean;
}

/** Read-only views for pages and commands; what is sensitive is masked before it gets here. */
export interface Inspector {
  conversation(workspace: WorkspaceId, id: ConversationId): Promise<ConversationView | null>;
  approvals(workspace: WorkspaceId): Promise<readonly ApprovalView[]>;
  /**
   * The cards of the approvals that wait, as the agents channel shows them, the one that expires soonest first, and no
   * more than `most`; `left`: how many there are beside these.
   */
  approvalCards(
    workspace: WorkspaceId,
    most: number,
  ): Promise<{ readonly cards: readonly Card[]; readonly left: number }>;
  /** The active procedures, by slug. */
  procedures(workspace: WorkspaceId): readonly PublishedProcedure[];
  /** One version of a procedure, for a run that keeps an older one. */
  procedure(workspace: WorkspaceId, slug: string, version: number): Promise<PublishedProcedure | null>;
  /** A sensitive value, for an agent who asks for it; null when there is none or the person may not see it. Logged. */
  reveal(
    workspace: WorkspaceId,
    id: ConversationId,
    variable: string,
    by: Person,
  ): Promise<{ readonly value: Json } | null>;
  /** Calls `changed` after each save of a conversation in this process; the answer ends that. */
  watch(changed: (workspace: WorkspaceId, id: ConversationId, state: SavedState) => void): () => void;
}
