import type { Conversation } from "../domain/conversation.ts";
import type { CardRef, ConversationId, WorkspaceId } from "../domain/ids.ts";
import type { Installation } from "../domain/installation.ts";
import type { Lead } from "../domain/lead.ts";
import type { Mail } from "../domain/mail.ts";
import type { Person, Platform, Role } from "../domain/person.ts";
import type { Procedure, PublishedProcedure } from "../domain/procedure.ts";
import type { Wait } from "../domain/run.ts";
import type { RunRecord } from "../domain/run-record.ts";
import type { WorkspaceSettings } from "../domain/settings.ts";
import type { Ticket } from "../domain/ticket.ts";

/** A part of a list, and how to ask for the next one (null: there is none). */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface ConversationKey {
  readonly workspace: WorkspaceId;
  readonly id: ConversationId;
}

/** What to look for; every named thing must hold. `people`: in the hands of people. */
export interface ConversationFilter {
  readonly waiting?: Wait["kind"] | "people";
  readonly procedure?: string;
  readonly customer?: Pick<Person, "platform" | "id">;
}

/**
 * The documents. Every method names the workspace. A document comes back as it was saved, unknown fields included;
 * one of an older schema is upgraded on the way; one of a newer schema is a PermanentError and is left alone.
 */
export interface ConversationStore {
  load(workspace: WorkspaceId, id: ConversationId): Promise<Conversation | null>;
  /**
   * Stores `next` only if the stored document has the same nonce and version - 1 (version 1: only if nothing is
   * stored), else throws ConflictError. Resolved means durable. Throws TransientError when the store cannot write.
   */
  save(next: Conversation): Promise<void>;
  /** Removes it only if it still has this version, else throws ConflictError. */
  remove(workspace: WorkspaceId, id: ConversationId, version: number): Promise<void>;
  /** Conversations that fit, in the order of their ids, without those of a newer schema. */
  find(workspace: WorkspaceId, where: ConversationFilter, page: string | null): Promise<Page<Conversation>>;
  /** The conversation that was made with this nonce, unless it is gone or of a newer schema. */
  locate(workspace: WorkspaceId, nonce: string): Promise<ConversationId | null>;
  /** The conversation whose open hand-off card has this reference, or null. */
  underHandOff(workspace: WorkspaceId, card: CardRef): Promise<ConversationId | null>;
  /**
   * What is due at `now`, longest due first, across workspaces: `dueAt` has come, or (`boot` given) another boot holds
   * the lease, which no other living process can.
   */
  due(now: number, limit: number, boot: string | null): Promise<readonly ConversationKey[]>;
}

/** Procedures. Published versions never change. */
export interface ProcedureStore {
  /** The newest version of each active procedure, by slug. */
  active(workspace: WorkspaceId): Promise<readonly PublishedProcedure[]>;
  /** One version, active or not; null if there never was one. */
  load(workspace: WorkspaceId, slug: string, version: number): Promise<PublishedProcedure | null>;
  /** Stores version `after` + 1 and makes it the active one; ConflictError if the newest is not `after` (0: none). */
  publish(workspace: WorkspaceId, procedure: Procedure, after: number): Promise<PublishedProcedure>;
  /** The newest version's number, archived or not; 0 if there is none. */
  newest(workspace: WorkspaceId, slug: string): Promise<number>;
  /** Takes a procedure out of the active ones, or back in with its newest version. */
  setActive(workspace: WorkspaceId, slug: string, active: boolean): Promise<void>;
}

/** Finished runs; `put` with the same run id is one record. */
export interface RunStore {
  put(workspace: WorkspaceId, run: RunRecord): Promise<void>;
  /** Newest first. `nonce`: the runs of the conversation that was made with it, even if it is gone. */
  find(
    workspace: WorkspaceId,
    where: { readonly conversation?: ConversationId; readonly nonce?: string; readonly procedure?: string },
    page: string | null,
  ): Promise<Page<RunRecord>>;
}

/** A whole answer of a call, for people who look into a run; the engine never reads it. `body`: cut to the limit. */
export interface Answer {
  readonly workspace: WorkspaceId;
  readonly runId: string;
  readonly effectId: string;
  readonly at: number;
  readonly body: string;
  readonly cut: boolean;
}

/** Whole answers of calls; `put` with the same effect id replaces. */
export interface AnswerStore {
  put(answer: Answer): Promise<void>;
  load(workspace: WorkspaceId, effectId: string): Promise<Answer | null>;
  /** Forgets what is older than `before` (Unix ms), in every workspace. */
  prune(before: number): Promise<void>;
}

/** Tickets; `create` with the same effect id answers the first one again. */
export interface TicketStore {
  create(draft: Omit<Ticket, "number">): Promise<Ticket>;
  /** Newest first. */
  list(workspace: WorkspaceId, page: string | null): Promise<Page<Ticket>>;
}

/**
 * Leads, one per e-mail address. `upsert` makes or renews one (a value that is null in the draft keeps the stored one);
 * with an effect id that was carried out already it changes nothing and answers the stored lead.
 */
export interface LeadStore {
  upsert(draft: Omit<Lead, "id" | "updatedAt">): Promise<Lead>;
  /** Newest first. */
  list(workspace: WorkspaceId, page: string | null): Promise<Page<Lead>>;
}

/** Mails; `put` with the same effect id replaces. */
export interface MailStore {
  put(mail: Mail): Promise<void>;
  /** Newest first. */
  list(workspace: WorkspaceId, page: string | null): Promise<Page<Mail>>;
}

/** Who may do what; people without a row are customers. */
export interface RoleStore {
  load(workspace: WorkspaceId, platform: Platform, userId: string): Promise<Role | null>;
  set(workspace: WorkspaceId, platform: Platform, userId: string, role: Role): Promise<void>;
  /** They become customers again. */
  remove(workspace: WorkspaceId, platform: Platform, userId: string): Promise<void>;
  /** Everybody with a row, in the order of platform and user id. */
  list(workspace: WorkspaceId): Promise<readonly { platform: Platform; userId: string; role: Role }[]>;
}

/** What people have set for a workspace; what nobody has set is not in it. */
export type StoredSettings = Partial<Pick<WorkspaceSettings, "agentsChannel">>;

/** The settings of workspaces that people change while Usher runs. */
export interface SettingsStore {
  load(workspace: WorkspaceId): Promise<StoredSettings>;
  save(workspace: WorkspaceId, settings: StoredSettings): Promise<void>;
}

/**
 * Where Usher is installed, with its tokens, which are encrypted at rest: `put`, `load` and `renew` throw PermanentError
 * where the key for that is missing or another one. `put` for the same workspace and platform replaces.
 */
export interface InstallationStore {
  put(installation: Installation): Promise<void>;
  load(workspace: WorkspaceId, platform: Platform): Promise<Installation | null>;
  /**
   * Usher was uninstalled, of which `installedAt` tells: destroys at once the tokens of what was installed at that moment or
   * before, if there are any, and in the same write notes that it was uninstalled there. What was installed later stays, and
   * then nothing is noted.
   */
  remove(workspace: WorkspaceId, platform: Platform, installedAt: number): Promise<void>;
  /** Every workspace in which it was uninstalled, and where something still has to be cleared away. */
  uninstalled(platform: Platform): Promise<readonly WorkspaceId[]>;
  /** What had to be cleared away there is; twice is as good as once. */
  cleared(workspace: WorkspaceId, platform: Platform): Promise<void>;
  /** Every workspace in which this platform is installed; the one list across workspaces. */
  workspaces(platform: Platform): Promise<readonly WorkspaceId[]>;
  /**
   * Encrypts again, with today's key, what an older one has encrypted, each by one write, and answers how many. Throws
   * PermanentError if there is one that no key opens.
   */
  renew(): Promise<number>;
}

/** Everything that is kept. */
export interface Store {
  readonly conversations: ConversationStore;
  readonly procedures: ProcedureStore;
  readonly runs: RunStore;
  readonly answers: AnswerStore;
  readonly tickets: TicketStore;
  readonly leads: LeadStore;
  readonly mails: MailStore;
  readonly roles: RoleStore;
  readonly settings: SettingsStore;
  readonly installations: InstallationStore;
  /** Writes what is under way, then closes. */
  close(): Promise<void>;
}
