import type { Conversation } from "../../src/domain/conversation.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Lead } from "../../src/domain/lead.ts";
import type { Platform, Role } from "../../src/domain/person.ts";
import type { RunRecord } from "../../src/domain/run-record.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { ConflictError } from "../../src/ports/errors.ts";
import type { Answer, ConversationStore, Page, Store, StoredSettings } from "../../src/ports/store.ts";
import { createMemoryProcedures } from "../support/memory-procedures.ts";

/** Hears of each save and removal as it becomes durable; `before` and `next`: null where there is none. */
export type OnStored = (before: Conversation | null, next: Conversation | null) => void;

/** A store in memory that outlives the instances on it, for simulations: a disk would take most of their time. */
export interface MemoryStore extends Store {
  /** Every conversation, as it stands. */
  all(): readonly Conversation[];
}

/** Makes an empty store for one workspace. */
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
  return {
    load: async (_workspace, id) => {
      const stored = documents.get(id);
      // What comes back has been through the disk.
      return stored === undefined ? null : JSON.parse(JSON.stringify(stored));
    },
    save: async (next) => {
      const before = documents.get(next.id) ?? null;
      const fits =
        before === null ? next.version === 1 : before.nonce === next.nonce && before.version === next.version - 1;
      if (!fits) throw new ConflictError("Somebody else has changed it.");
      documents.set(next.id, next);
      onStored(before, next);
    },
    remove: async (_workspace, id, version) => {
      const before = documents.get(id);
      if (before?.version !== version) throw new ConflictError("Somebody else has changed it.");
      documents.delete(id);
      onStored(before, null);
    },
    find: async (_workspace, { waiting }) =>
      pageOf(
        [...documents.values()].filter(
          (one) =>
            waiting === undefined || (waiting === "people" ? one.people !== null : one.run?.wait.kind === waiting),
        ),
      ),
    locate: async (_workspace, nonce) => [...documents.values()].find((one) => one.nonce === nonce)?.id ?? null,
    underHandOff: async (_workspace, card) =>
      [...documents.values()].find(({ people, cards }) => people !== null && cards[people.card] === card)?.id ?? null,
    due: async (now, limit, boot) =>
      [...documents.values()]
        .filter(
          ({ dueAt, lease }) =>
            (dueAt !== null && dueAt <= now) || (boot !== null && lease !== null && lease.owner !== boot),
        )
        .toSorted((a, b) => (a.dueAt ?? now) - (b.dueAt ?? now))
        .slice(0, limit)
        .map(({ workspace, id }) => ({ workspace, id })),
  };
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
      remove: async (_workspace, platform) => {
        installations.delete(platform);
      },
      workspaces: async (platform) => [installations.get(platform)?.workspace ?? []].flat(),
      renew: async () => 0,
    },
  };
}

function pageOf<Item>(items: readonly Item[]): Page<Item> {
  return { items, next: null };
}
