import type { Conversation } from "../../src/domain/conversation.ts";
import type { Lead } from "../../src/domain/lead.ts";
import type { Role } from "../../src/domain/person.ts";
import type { RunRecord } from "../../src/domain/run-record.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { ConflictError } from "../../src/ports/errors.ts";
import type { Answer, ConversationStore, Page, Store } from "../../src/ports/store.ts";
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
  const roles = new Map<string, Role>();
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
    roles: {
      load: async (_workspace, platform, userId) => roles.get(`${platform} ${userId}`) ?? null,
      set: async (_workspace, platform, userId, role) => {
        roles.set(`${platform} ${userId}`, role);
      },
    },
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

function pageOf<Item>(items: readonly Item[]): Page<Item> {
  return { items, next: null };
}
