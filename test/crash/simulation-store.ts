import type { Conversation } from "../../src/domain/conversation.ts";
import type { ConversationId, WorkspaceId } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Lead } from "../../src/domain/lead.ts";
import type { Platform, Role } from "../../src/domain/person.ts";
import type { RunRecord } from "../../src/domain/run-record.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { ConflictError } from "../../src/ports/errors.ts";
import type {
  Answer,
  ConversationFilter,
  ConversationStore,
  Page,
  Store,
  StoredSettings,
} from "../../src/ports/store.ts";
import { createMemoryProcedures } from "../support/memory-procedures.ts";

/** Hears of each save and removal as it becomes durable; `before` and `next`: null where there is none. */
export type OnStored = (before: Conversation | null, next: Conversation | null) => void;

/** A store in memory that outlives the instances on it, for simulations: a disk would take most of their time. */
export interface MemoryStore extends Store {
  /** Every conversation, as it stands. */
  all(): readonly Conversation[];
}

/** Makes an empty store: its conversations keep the contract of every store, the rest is for one workspace. */
export function createMemoryStore(onStored: OnStored = () => undefined): MemoryStore {
  const documents = new Map<string, Conversation>();
  const records = new Map<string, RunRecord>();
  const answers = new Map<string, Answer>();
  return {
    all: () => [...documents.values()],
    conversations: createConversations(documents, onStored),
    procedures: createMemoryProcedures(),
    runs: {
      put: async (_workspace, run) => {
        records.set(run.id, run);
      },
      find: async (_workspace, where) =>
        pageOf([...records.values()].filter(({ id }) => where.nonce === undefined || id.startsWith(where.nonce))),
    },
    answers: {
      put: async (answer) => {
        answers.set(answer.effectId, answer);
      },
      load: async (_workspace, effectId) => answers.get(effectId) ?? null,
      prune: async (before) => {
        for (const [id, { at }] of answers) if (at < before) answers.delete(id);
      },
    },
    ...createSideRecords(),
    ...createWorkspaceRecords(),
    close: async () => undefined,
  };
}

function createConversations(documents: Map<string, Conversation>, onStored: OnStored): ConversationStore {
  const keyOf = (workspace: WorkspaceId, id: ConversationId): string => JSON.stringify([workspace, id]);
  const inOrder = (workspace: WorkspaceId): readonly Conversation[] =>
    [...documents.values()]
      .filter((one) => one.workspace === workspace)
      .toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  return {
    load: async (workspace, id) => {
      const stored = documents.get(keyOf(workspace, id));
      return stored === undefined ? null : throughDisk(stored);
    },
    save: async (next) => {
      const key = keyOf(next.workspace, next.id);
      const before = documents.get(key) ?? null;
      const fits =
        before === null ? next.version === 1 : before.nonce === next.nonce && before.version === next.version - 1;
      if (!fits) throw new ConflictError("Somebody else has changed it.");
      documents.set(key, next);
      onStored(before, next);
    },
    remove: async (workspace, id, version) => {
      const before = documents.get(keyOf(workspace, id));
      if (before?.version !== version) throw new ConflictError("Somebody else has changed it.");
      documents.delete(keyOf(workspace, id));
      onStored(before, null);
    },
    find: async (workspace, where) =>
      pageOf(
        inOrder(workspace)
          .filter((one) => fits(one, where))
          .map(throughDisk),
      ),
    locate: async (workspace, nonce) => inOrder(workspace).find((one) => one.nonce === nonce)?.id ?? null,
    underHandOff: async (workspace, card) =>
      inOrder(workspace).find(({ people, cards }) => people !== null && cards[people.card] === card)?.id ?? null,
    due: async (now, limit, boot) =>
      [...documents.values()]
        .filter(
          ({ dueAt, lease }) =>
            (dueAt !== null && dueAt <= now) || (boot !== null && lease !== null && lease.owner !== boot),
        )
        .toSorted((a, b) => (a.dueAt ?? Number.MAX_SAFE_INTEGER) - (b.dueAt ?? Number.MAX_SAFE_INTEGER))
        .slice(0, limit)
        .map(({ workspace, id }) => ({ workspace, id })),
  };
}

function fits({ run, people, customer }: Conversation, where: ConversationFilter): boolean {
  const { waiting, procedure, customer: who } = where;
  if (waiting === "people" && people === null) return false;
  if (waiting !== undefined && waiting !== "people" && run?.wait.kind !== waiting) return false;
  if (procedure !== undefined && run?.procedure.slug !== procedure) return false;
  return who === undefined || (who.platform === customer.platform && who.id === customer.id);
}

// What comes back has been through the disk.
function throughDisk(stored: Conversation): Conversation {
  return JSON.parse(JSON.stringify(stored));
}

function createSideRecords(): Pick<Store, "tickets" | "leads" | "mails"> {
  const tickets = new Map<string, Ticket>();
  const leads = new Map<string, Lead>();
  return {
    tickets: {
      create: async (draft) => {
        const known = tickets.get(draft.effectId);
        if (known !== undefined) return known;
        const ticket = { ...draft, number: tickets.size + 1 };
        tickets.set(draft.effectId, ticket);
        return ticket;
      },
      list: async () => pageOf([...tickets.values()]),
    },
    leads: {
      upsert: async (draft) => {
        const lead = { ...draft, id: `lead-${draft.email}`, updatedAt: draft.createdAt };
        leads.set(draft.email, lead);
        return lead;
      },
      list: async () => pageOf([...leads.values()]),
    },
    mails: { put: async () => undefined, list: async () => pageOf([]) },
  };
}

function createWorkspaceRecords(): Pick<Store, "roles" | "settings" | "installations"> {
  const roles = new Map<string, { platform: Platform; userId: string; role: Role }>();
  const installations = new Map<Platform, Installation>();
  const left = new Map<Platform, WorkspaceId>();
  let settings: StoredSettings = {};
  return {
    roles: {
      load: async (_workspace, platform, userId) => roles.get(`${platform} ${userId}`)?.role ?? null,
      set: async (_workspace, platform, userId, role) => {
        roles.set(`${platform} ${userId}`, { platform, userId, role });
      },
      remove: async (_workspace, platform, userId) => {
        roles.delete(`${platform} ${userId}`);
      },
      list: async () => [...roles.keys()].toSorted().flatMap((key) => roles.get(key) ?? []),
    },
    settings: {
      load: async () => settings,
      save: async (_workspace, next) => {
        settings = next;
      },
    },
    installations: {
      put: async (installation) => {
        installations.set(installation.platform, installation);
      },
      load: async (_workspace, platform) => installations.get(platform) ?? null,
      remove: async (workspace, platform) => {
        installations.delete(platform);
        left.set(platform, workspace);
      },
      uninstalled: async (platform) => [left.get(platform) ?? []].flat(),
      cleared: async (_workspace, platform) => {
        left.delete(platform);
      },
      workspaces: async (platform) => [installations.get(platform)?.workspace ?? []].flat(),
      renew: async () => 0,
    },
  };
}

function pageOf<Item>(items: readonly Item[]): Page<Item> {
  return { items, next: null };
}
