import type { Card } from "../../src/domain/card.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Role } from "../../src/domain/person.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import type { Route } from "../../src/domain/route.ts";
import type { ApprovalView, RunView } from "../../src/ports/inspector.ts";

// The JSON that the server of the playground sends and its page reads; docs/playground-api.md describes it for others.

/** One of the playground's fixed people. */
export interface PersonJson {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/**
 * One message of a customer's thread. `from`: a person's id, or `usher`. `choices`: answers offered as buttons.
 * `hidden`: the text was sensitive and is dots. Usher's own ids begin with `usher.`; a person's is the one that its
 * client gave it.
 */
export interface MessageJson {
  readonly id: string;
  readonly from: string;
  readonly name: string;
  readonly role: Role | "bot";
  readonly text: string;
  readonly at: number;
  readonly choices: readonly string[];
  readonly hidden: boolean;
}

/** `variables`: by name, a sensitive one as dots; `variableViews` says more about each. */
export type RunJson = Omit<RunView, "procedure" | "variables"> & {
  readonly procedure: string;
  readonly procedureName: string;
  readonly version: number;
  readonly variables: { readonly [name: string]: Json };
  readonly variableViews: RunView["variables"];
};

/** `run`: the one under way, or null; `lastRun`: the newest finished one. */
export interface ConversationJson {
  readonly id: string;
  readonly customer: PersonJson;
  readonly messages: readonly MessageJson[];
  readonly run: RunJson | null;
  readonly lastRun: RunJson | null;
  readonly lastRoute: Route | null;
  readonly handledBy: "bot" | "people";
  /** Whether the answer that is waited for must not be shown. */
  readonly awaitsSensitive: boolean;
  readonly tags: readonly string[];
  /** When it was resolved (Unix ms); null: it is open. */
  readonly resolvedAt: number | null;
}

/** `lastText`: the beginning of the newest message; `lastBy`: the name of whoever wrote it. Empty and null: there is none. */
export interface ConversationSummaryJson {
  readonly id: string;
  readonly customer: PersonJson;
  readonly startedAt: number;
  readonly lastText: string;
  readonly lastBy: string | null;
}

/**
 * One card of the agents channel. `under`: the id of the card that it stands under, in that card's thread. `saidBy`: of
 * whom a relay card holds the words; its title is the name. Null: the card is Usher's own.
 */
export interface AgentsCardJson {
  readonly id: string;
  readonly conversationId: string;
  readonly card: Card;
  readonly at: number;
  readonly under: string | null;
  readonly saidBy: "customer" | "agent" | null;
}

export interface ApprovalJson {
  readonly id: string;
  readonly conversationId: string;
  readonly procedure: string;
  readonly request: ApprovalView["request"];
  readonly expiresAt: number;
}

/**
 * What a decision, a verdict, a hand-back or a resolve is answered with. `by`: the id of the person whose decision
 * counts, `byName`: how people call that person.
 */
export interface ReceiptJson {
  readonly outcome: "accepted" | "decided" | "refused";
  readonly by: string | null;
  readonly byName: string | null;
  readonly at: number | null;
  readonly approved: boolean | null;
  readonly reason: string | null;
}

export interface ProcedureJson {
  readonly version: number;
  readonly procedure: Procedure;
}

/** What a visitor may type while this variable is asked for; from the demo backend. */
export interface HintJson {
  readonly variable: string;
  readonly text: string;
}

/**
 * Everything about the playground that does not belong to one conversation. `mailServer`: whether mail is sent. `demo`:
 * whether calls go to the demo backend on this machine.
 */
export interface WorldJson {
  readonly people: readonly PersonJson[];
  readonly procedures: readonly ProcedureJson[];
  readonly hints: readonly HintJson[];
  readonly mailServer: boolean;
  readonly demo: boolean;
  readonly coolDownMs: number;
}

/**
 * What GET /api/events sends: not the news but that there are some, so that nothing is ever applied twice or in the
 * wrong order; the page fetches what it shows. The event's id counts up; after a gap or a reconnect, fetch everything.
 */
export type ChangeJson =
  | { readonly kind: "conversation"; readonly id: string }
  | { readonly kind: "agents" }
  | { readonly kind: "records" };

/** Every error answer. `error` is a sentence for people. */
export interface ErrorJson {
  readonly error: string;
}
