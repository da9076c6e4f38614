import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Conversation, conversationSchema } from "../../src/domain/conversation.ts";
import type { Json } from "../../src/domain/json.ts";
import { ConflictError } from "../../src/ports/errors.ts";
import type { ConversationFilter, Store } from "../../src/ports/store.ts";
import { aConversation, aRun, conversationId, nonceNumber, someMoment, workspaceId } from "../support/conversation.ts";
import { storeHandOffContract } from "./store-hand-off-contract.ts";
import { storeIsolationContract } from "./store-isolation-contract.ts";
import { storeRecordsContract } from "./store-records-contract.ts";

/** A fresh, empty store; `reopen` closes it and opens another one on the same data; `dispose` takes all away. */
export interface OpenedStore {
  readonly store: Store;
  reopen(): Promise<Store>;
  dispose(): Promise<void>;
}

const demo = workspaceId("demo");

/** What every store must do. `open` gives a fresh one for each test. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`the store contract: ${name}`, () => {
    let opened: OpenedStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());
    const current = () => store;
    const reopened = async () => {
      store = await opened.reopen();
      return store;
    };

    conversationContract(current, reopened);
    storeRecordsContract(current, reopened);
    storeIsolationContract(current);
  });
}

/** What every store must do with conversations; `current` gives a fresh store for each test. */
export function conversationContract(current: () => Store, reopened: () => Promise<Store>): void {
  describe("documents", () => roundTrips(current, reopened));
  describe("conditional writes", () => conditionalWrites(current));
  describe("races", () => races(current));
  describe("due conversations", () => dueConversations(current));
  describe("finding conversations", () => findingConversations(current));
  storeHandOffContract(current, reopened);
}

function roundTrips(current: () => Store, reopened: () => Promise<Store>): void {
  const awkward: { readonly [name: string]: Json } = {
    emptyObject: {},
    emptyList: [],
    nothing: null,
    emptyText: "",
    zero: 0,
    fraction: 0.1,
    large: Number.MAX_SAFE_INTEGER,
    digits: "12345678901234567890",
    "a.b": { "c.d": 1 },
    $ref: { $ne: null, "$where.x": "$set" },
    "": "no name",
    toString: "own",
    texts: ["\u0000", "\u202E", "\uD800", "e\u0301", "🫖", "\u2028", "'; DROP TABLE conversations; --"],
    long: "Grüße 🫖 ".repeat(20_000),
    deep: { list: [[], [{}], [{ list: [null, { a: [] }] }]] },
  };
  // As JSON sees it: what a store gets and gives is a document.
  const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  test("a conversation that was never saved is null", async () => {
    expect(await current().conversations.load(demo, conversationId("nobody"))).toBeNull();
  });

  test.each([
    ["at rest", null],
    ["whose effects are performed", { owner: "boot-1", until: someMoment }],
  ])("a conversation %s comes back exactly as it was saved, at once and after a restart", async (_, lease) => {
    const saved = aConversation({ lease, run: aRun({ variables: awkward }), tags: ["$a.b", ""] });
    await current().conversations.save(saved);
    expect(await current().conversations.load(saved.workspace, saved.id)).toStrictEqual(asJson(saved));
    const after = await reopened();
    expect(await after.conversations.load(saved.workspace, saved.id)).toStrictEqual(asJson(saved));
  });

  test("fields that this version does not know are never dropped, at any depth", async () => {
    const future = {
      ...aConversation(),
      mood: { colour: "blue" },
      customer: { ...aConversation().customer, age: [7] },
    };
    const run = {
      ...aRun(),
      later: {},
      wait: { ...aRun().wait, snoozed: null },
      procedure: { slug: "a", version: 1, x: 1 },
    };
    const saved = { ...future, run };
    // The check knows nothing of them, so a store that gives back what it checked would lose them.
    expect(conversationSchema.parse(saved)).not.toHaveProperty("mood");
    await current().conversations.save(saved);
    expect(await current().conversations.load(saved.workspace, saved.id)).toStrictEqual(asJson(saved));
    const found = await current().conversations.find(demo, {}, null);
    expect(found.items).toStrictEqual([asJson(saved)]);
  });

  test("a name such as __proto__ in a document reaches nothing else (attack 45)", async () => {
    const variables = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    const saved = aConversation({ run: aRun({ variables }) });
    await current().conversations.save(saved);
    const loaded = await current().conversations.load(saved.workspace, saved.id);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(loaded?.run?.variables)).toBe(Object.prototype);
  });

  test("a conversation that goes from work to rest and back is always the last one saved", async () => {
    const { conversations } = current();
    const lease = { owner: "boot-1", until: someMoment };
    for (const version of [1, 2, 3, 4, 5, 6]) {
      const saved = aConversation({ version, lease: version % 3 === 0 ? lease : null, tags: [`version ${version}`] });
      await conversations.save(saved);
      expect(await conversations.load(saved.workspace, saved.id)).toStrictEqual(saved);
    }
  });
}

function conditionalWrites(current: () => Store): void {
  const first = aConversation({ tags: ["first"] });

  test("the next version is taken, and is what stands there then", async () => {
    const { conversations } = current();
    await conversations.save(first);
    const second = { ...first, version: 2, tags: ["second"] };
    await conversations.save(second);
    expect(await conversations.load(first.workspace, first.id)).toStrictEqual(second);
  });

  test.each([
    ["a second first version", { version: 1 }],
    ["a stale version", { version: 2 }],
    ["a version too far ahead", { version: 4 }],
    ["another nonce", { version: 3, nonce: nonceNumber(2) }],
  ])("%s is refused with a ConflictError and changes nothing", async (_, change) => {
    const { conversations } = current();
    const second = { ...first, version: 2, tags: ["second"] };
    await conversations.save(first);
    await conversations.save(second);
    await expect(conversations.save({ ...first, ...change, tags: ["wrong"] })).rejects.toThrow(ConflictError);
    expect(await conversations.load(first.workspace, first.id)).toStrictEqual(second);
  });

  test("a later version of what is not stored is refused", async () => {
    await expect(current().conversations.save({ ...first, version: 2 })).rejects.toThrow(ConflictError);
    expect(await current().conversations.load(first.workspace, first.id)).toBeNull();
  });

  test("a conversation that was removed and made again is not the old one, whatever the version", async () => {
    const { conversations } = current();
    await conversations.save(first);
    await conversations.remove(first.workspace, first.id, 1);
    const again = { ...first, nonce: nonceNumber(7), tags: ["again"] };
    await conversations.save(again);
    await expect(conversations.save({ ...first, version: 2, tags: ["ghost"] })).rejects.toThrow(ConflictError);
    expect(await conversations.load(first.workspace, first.id)).toStrictEqual(again);
  });

  test("a late save does not bring a removed conversation back", async () => {
    const { conversations } = current();
    await conversations.save(first);
    await conversations.remove(first.workspace, first.id, 1);
    await expect(conversations.save({ ...first, version: 2 })).rejects.toThrow(ConflictError);
    expect(await conversations.load(first.workspace, first.id)).toBeNull();
    expect(await conversations.find(demo, {}, null)).toStrictEqual({ items: [], next: null });
  });

  test("only the version that is stored can be removed", async () => {
    const { conversations } = current();
    await conversations.save({ ...first, dueAt: someMoment });
    await conversations.save({ ...first, version: 2, dueAt: someMoment });
    await expect(conversations.remove(first.workspace, first.id, 1)).rejects.toThrow(ConflictError);
    expect(await conversations.load(first.workspace, first.id)).not.toBeNull();
    await conversations.remove(first.workspace, first.id, 2);
    expect(await conversations.load(first.workspace, first.id)).toBeNull();
    expect(await conversations.due(someMoment, 10, null)).toStrictEqual([]);
    await expect(conversations.remove(first.workspace, first.id, 2)).rejects.toThrow(ConflictError);
  });
}

function races(current: () => Store): void {
  const outcomes = async (saves: readonly Promise<void>[]) => {
    const settled = await Promise.allSettled(saves);
    const winners = settled.flatMap((one, index) => (one.status === "fulfilled" ? [index] : []));
    const reasons = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    return { winners, reasons };
  };

  test.each([1, 2])(
    "of many racing saves of version %i exactly one wins, and it is what stands there",
    async (version) => {
      const { conversations } = current();
      if (version === 2) await conversations.save(aConversation());
      const rivals = Array.from({ length: 25 }, (_, n) => aConversation({ version, tags: [`rival ${n}`] }));
      const { winners, reasons } = await outcomes(rivals.map((rival) => conversations.save(rival)));
      expect(winners).toHaveLength(1);
      expect(reasons).toHaveLength(24);
      for (const reason of reasons) expect(reason).toBeInstanceOf(ConflictError);
      const stored = await conversations.load(demo, aConversation().id);
      expect(stored).toStrictEqual(rivals[winners[0] ?? -1]);
    },
  );

  test("a save that is refused does no harm to those which were written together with it", async () => {
    const { conversations } = current();
    await conversations.save(aConversation());
    const neighbours = Array.from({ length: 20 }, (_, n) =>
      aConversation({ id: conversationId(`n${n}`), nonce: nonceNumber(n + 100) }),
    );
    const stale = aConversation({ tags: ["stale"] });
    const { winners } = await outcomes(
      neighbours.flatMap((neighbour) => [conversations.save(neighbour), conversations.save(stale)]),
    );
    expect(winners).toStrictEqual(neighbours.map((_, n) => 2 * n));
    for (const neighbour of neighbours) {
      expect(await conversations.load(demo, neighbour.id)).toStrictEqual(neighbour);
    }
  });

  test("saves of one conversation that are not waited for keep their order", async () => {
    const { conversations } = current();
    const versions = [1, 2, 3, 4].map((version) => aConversation({ version, tags: [`${version}`] }));
    const { winners } = await outcomes(versions.map((version) => conversations.save(version)));
    expect(winners).toStrictEqual([0, 1, 2, 3]);
    expect((await conversations.load(demo, aConversation().id))?.tags).toStrictEqual(["4"]);
  });
}

function dueConversations(current: () => Store): void {
  const made = (name: string, change: Partial<Conversation>): Conversation =>
    aConversation({ id: conversationId(name), nonce: nonceNumber(Number.parseInt(name, 36)), ...change });
  const save = async (...conversations: readonly Conversation[]) => {
    await Promise.all(conversations.map((one) => current().conversations.save(one)));
  };
  const dueIds = async (now: number, limit: number, boot: string | null) =>
    (await current().conversations.due(now, limit, boot)).map((key) => key.id);

  test("what has come due is given, the longest due first, and no more than asked for", async () => {
    await save(
      made("a", { dueAt: 300 }),
      made("c", { dueAt: 100 }),
      made("d", { dueAt: 301 }),
      made("b", { dueAt: 200 }),
    );
    await save(made("never", { dueAt: null }));
    expect(await dueIds(300, 10, null)).toStrictEqual(["c", "b", "a"]);
    expect(await dueIds(300, 2, null)).toStrictEqual(["c", "b"]);
    expect(await dueIds(99, 10, null)).toStrictEqual([]);
  });

  test("what is due is given across workspaces, each with its own", async () => {
    await save(made("a", { dueAt: 100 }), made("a", { dueAt: 90, workspace: workspaceId("other") }));
    expect(await current().conversations.due(100, 10, null)).toStrictEqual([
      { workspace: "other", id: "a" },
      { workspace: "demo", id: "a" },
    ]);
  });

  test("a lease of another boot is due at once for who names its own boot, and for nobody else", async () => {
    const lease = (owner: string) => ({ lease: { owner, until: 500 }, dueAt: 500 });
    await save(made("mine", lease("boot-2")), made("theirs", lease("boot-1")), made("free", { dueAt: 500 }));
    await save(made("timeless", { lease: { owner: "boot-0", until: 500 }, dueAt: null }));
    expect(await dueIds(100, 10, null)).toStrictEqual([]);
    expect(await dueIds(100, 10, "boot-2")).toStrictEqual(["theirs", "timeless"]);
    expect(await dueIds(100, 1, "boot-2")).toHaveLength(1);
    // Nobody is named twice for two reasons.
    expect([...(await dueIds(500, 10, "boot-2"))].sort()).toStrictEqual(["free", "mine", "theirs", "timeless"]);
  });

  test("a new version is due when it says so, and not when an older one did", async () => {
    await save(made("a", { dueAt: 100, lease: { owner: "boot-1", until: 100 } }));
    await save(made("a", { version: 2, dueAt: 200, lease: null }));
    expect(await dueIds(150, 10, "boot-2")).toStrictEqual([]);
    expect(await dueIds(200, 10, null)).toStrictEqual(["a"]);
    await save(made("a", { version: 3, dueAt: null }));
    expect(await dueIds(Number.MAX_SAFE_INTEGER, 10, null)).toStrictEqual([]);
  });
}

function findingConversations(current: () => Store): void {
  const effect = {
    id: `${nonceNumber(9)}-1`,
    lane: "work",
    hash: null,
    attempt: 0,
    firstAt: null,
    tries: 0,
    mayHaveHappened: false,
  } as const;
  const of = {
    ...effect,
    effect: { kind: "act", action: { kind: "resolve_session" }, repeatable: true },
    started: false,
    dueAt: 1,
  } as const;
  const waits = {
    input: aRun().wait,
    effect: { kind: "effect", effectId: `${nonceNumber(9)}-1`, card: null },
    approval: { kind: "approval", of, card: "c", expiresAt: 2, remindAt: null },
    verdict: { kind: "verdict", of, card: "c", remindAt: 3 },
  } as const;
  const shown = {
    kind: "handOff",
    title: "t",
    tone: "plain",
    sections: [],
    status: [],
    pressId: null,
    buttons: [],
  } as const;
  const people = { card: "c", shown, since: 1, until: 2 };
  const jan = { ...aConversation().customer, id: "jan" };
  const lead = { slug: "lead", version: 2 };
  const everyone: readonly Conversation[] = [
    aConversation({ id: conversationId("a-input"), run: aRun({ wait: waits.input }) }),
    aConversation({ id: conversationId("b-effect"), run: aRun({ wait: waits.effect }), customer: jan }),
    aConversation({ id: conversationId("c-approval"), run: aRun({ wait: waits.approval, procedure: lead }) }),
    aConversation({ id: conversationId("d-verdict"), run: aRun({ wait: waits.verdict }), customer: jan }),
    aConversation({ id: conversationId("e-people"), people }),
    aConversation({ id: conversationId("f-both"), people, run: aRun({ wait: waits.approval }) }),
    aConversation({ id: conversationId("g-slack"), customer: { ...jan, platform: "slack" } }),
    aConversation({ id: conversationId("h-nonce"), nonce: nonceNumber(77) }),
  ];
  const find = async (where: ConversationFilter) =>
    (await current().conversations.find(demo, where, null)).items.map((one) => one.id);

  beforeEach(async () => {
    // Not in the order of their ids.
    for (const one of everyone.toReversed()) await current().conversations.save(one);
  });

  const cases: readonly (readonly [string, ConversationFilter, readonly string[]])[] = [
    ["everything", {}, everyone.map((one) => one.id)],
    ["who waits for input", { waiting: "input" }, ["a-input"]],
    ["who waits for an effect", { waiting: "effect" }, ["b-effect"]],
    ["who waits for an approval", { waiting: "approval" }, ["c-approval", "f-both"]],
    ["who waits for a verdict", { waiting: "verdict" }, ["d-verdict"]],
    ["whom people have", { waiting: "people" }, ["e-people", "f-both"]],
    ["a procedure", { procedure: "refund-request" }, ["a-input", "b-effect", "d-verdict", "f-both"]],
    ["a customer on one platform", { customer: { platform: "web", id: "jan" } }, ["b-effect", "d-verdict"]],
    ["the same id on another platform", { customer: { platform: "slack", id: "jan" } }, ["g-slack"]],
    ["two things", { waiting: "approval", procedure: "lead" }, ["c-approval"]],
    ["three things", { waiting: "verdict", customer: jan, procedure: "refund-request" }, ["d-verdict"]],
    ["two things that nobody has both", { waiting: "people", procedure: "lead" }, []],
  ];
  test.each(cases)("finds %s, in the order of the ids", async (_, where, ids) => {
    expect(await find(where)).toStrictEqual(ids);
  });

  test("locates a conversation by the nonce that it was made with", async () => {
    const locate = (nonce: string) => current().conversations.locate(demo, nonce);
    expect(await locate(nonceNumber(77))).toBe("h-nonce");
    expect(await locate(nonceNumber(78))).toBeNull();
    expect(await locate("%")).toBeNull();
    await current().conversations.remove(demo, conversationId("h-nonce"), 1);
    expect(await locate(nonceNumber(77))).toBeNull();
  });

  test("finds a conversation by what it is now, and not by what it was", async () => {
    const before = everyone[2] ?? aConversation();
    await current().conversations.save({ ...before, version: 2, run: null, people, customer: jan });
    expect(await find({ waiting: "approval" })).toStrictEqual(["f-both"]);
    expect(await find({ procedure: "lead" })).toStrictEqual([]);
    expect(await find({ customer: jan })).toStrictEqual(["b-effect", "c-approval", "d-verdict"]);
    expect(await find({ waiting: "people" })).toStrictEqual(["c-approval", "e-people", "f-both"]);
    await current().conversations.remove(demo, before.id, 2);
    expect(await find({ waiting: "people" })).toStrictEqual(["e-people", "f-both"]);
  });

  test("a long list comes in pages, each conversation once and in order", async () => {
    const many = Array.from({ length: 130 }, (_, n) =>
      aConversation({ id: conversationId(`m${1000 + n}`), customer: { ...jan, id: "many" }, run: aRun() }),
    );
    await Promise.all(many.map((one) => current().conversations.save(one)));
    const filters: readonly ConversationFilter[] = [{ customer: { platform: "web", id: "many" } }, {}];
    for (const where of filters) {
      const ids: string[] = [];
      let page: string | null = null;
      do {
        const found = await current().conversations.find(demo, where, page);
        expect(found.items.length).toBeGreaterThan(0);
        ids.push(...found.items.map((one) => one.id));
        page = found.next;
      } while (page !== null);
      const others = "customer" in where ? [] : everyone.map((one) => one.id);
      expect(ids).toStrictEqual([...others, ...many.map((one) => one.id)]);
    }
  });
}
