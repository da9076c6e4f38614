import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { createInProcessQueue } from "../../jobs/in-process.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Store } from "../../src/ports/store.ts";
import { aConversation, aRun, conversationId, nonceNumber, someMoment, workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { temporaryFolder } from "../support/playground.ts";
import { aDraftOfLead, aDraftOfTicket, aMail, anAnswer, aProcedure, aRunRecord } from "../support/records.ts";
import { cross, named, shown } from "./variants.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let made = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
  store = await openSqliteStore({ folder: folder.path, clock: createFakeClock(someMoment), keyRing: null });
});
afterAll(async () => {
  await store.close();
  await folder.remove();
});

/** A new conversation in a workspace of its own. */
function fresh(overrides: Parameters<typeof aConversation>[0] = {}) {
  made += 1;
  return aConversation({ workspace: workspaceId(`w${made}`), nonce: nonceNumber(made), ...overrides });
}

describe("attack 56 · keys that are operators elsewhere come back as they were", () => {
  const keys = [
    "$ne",
    "$where",
    "$gt",
    "$",
    "a.b",
    ".",
    "..",
    "$a.b$",
    "a.$.b",
    "",
    " ",
    "$set",
    "$oid",
    "$date",
    "_id",
    "__v",
    "a\u0000b",
    "0",
    "-1",
    "$ref",
  ];
  const shapes = new Map<string, (key: string) => Json>([
    ["a key", (key) => ({ [key]: "x" })],
    ["a key in a list", (key) => [{ [key]: { [key]: null } }]],
    ["a value", (key) => ({ a: key })],
  ]);
  test.each(named(cross([...shapes.keys()], keys), (shape, key) => `${shown(key)} as ${shape}, in SQLite`))(
    "%s",
    async (_name, [shape, key]) => {
      const value = shapes.get(shape)?.(key) ?? null;
      const saved = fresh({ run: aRun({ variables: { data: value } }) });
      await store.conversations.save(saved);
      expect(await store.conversations.load(saved.workspace, saved.id)).toStrictEqual(saved);
    },
  );
  test.skip("skipped until MongoDB mode: the same keys come back from MongoDB, and are never an operator", () => {});
});

describe("attack 57 · a filter that is an object", () => {
  test.skip("skipped until MongoDB mode: sanitizeFilter wraps $ne, $gt, $where and $expr in every query", () => {});
});

describe("attack 58 · what is SQL, or a pattern of it, is a text like any other", () => {
  const texts = [
    ...[
      "'; DROP TABLE conversations; --",
      "' OR '1'='1",
      '" OR ""="',
      "1; DELETE FROM runs",
      "x' UNION SELECT * FROM roles --",
      "%",
      "_",
    ],
    ...[
      "%%",
      "a%",
      "_____",
      "*",
      "?",
      "\\",
      "\\%",
      "''",
      "'",
      '"',
      "`",
      "[a-z]",
      "x'41'",
      "NULL",
      "0x41",
      "char(39)",
      "--",
      "/* */",
      ";",
    ],
    ...[
      "?1",
      ":a",
      "@a",
      "$a",
      "a\u0000b",
      "\u0000",
      "Ａ",
      "e\u0301",
      "é",
      "\u202e",
      "😀",
      " ",
      "a ",
      "A",
      "{}",
      "constructor",
    ],
  ];
  test.each(
    named(
      texts.map((text) => [text] as const),
      (text) => `${shown(text)} as the id of a customer`,
    ),
  )("%s", async (_name, [text]) => {
    const mine = fresh({ customer: { platform: "web", id: text, name: text, role: "customer", external: false } });
    const other = {
      ...mine,
      id: conversationId("other"),
      nonce: nonceNumber(10_000 + made),
      customer: { ...mine.customer, id: `${text}x` },
    };
    await store.conversations.save(mine);
    await store.conversations.save(other);
    const found = await store.conversations.find(mine.workspace, { customer: { platform: "web", id: text } }, null);
    expect(found.items).toStrictEqual([mine]);
    expect((await store.conversations.find(mine.workspace, {}, null)).items).toHaveLength(2);
  });
  test.each(
    named(
      texts.map((text) => [text] as const),
      (text) => `${shown(text)} to look for`,
    ),
  )("%s", async (_name, [text]) => {
    const saved = fresh({ run: aRun() });
    await store.conversations.save(saved);
    const { workspace } = saved;
    expect((await store.conversations.find(workspace, { procedure: text }, null)).items).toEqual([]);
    expect(
      (await store.conversations.find(workspace, { customer: { platform: "web", id: text } }, null)).items,
    ).toEqual([]);
    expect(await store.conversations.locate(workspace, text)).toBeNull();
    expect((await store.runs.find(workspace, { procedure: text }, null)).items).toEqual([]);
    expect((await store.runs.find(workspace, { nonce: text }, null)).items).toEqual([]);
    expect(await store.procedures.load(workspace, text, 1)).toBeNull();
    expect(await store.procedures.newest(workspace, text)).toBe(0);
    expect(await store.answers.load(workspace, text)).toBeNull();
    expect(await store.roles.load(workspace, "web", text)).toBeNull();
    expect(await store.conversations.load(workspace, saved.id)).toStrictEqual(saved);
  });
  test.each(
    named(
      texts.map((text) => [text] as const),
      (text) => `${shown(text)} in every record`,
    ),
  )("%s", async (_name, [text]) => {
    const { workspace } = fresh();
    const effectId = `${nonceNumber(made)}-1`;
    const ticket = await store.tickets.create(
      aDraftOfTicket({ workspace, effectId, subject: text, description: text }),
    );
    await store.leads.upsert(aDraftOfLead({ workspace, effectId, name: text, notes: text }));
    await store.mails.put(aMail({ workspace, effectId, subject: text, body: text }));
    await store.answers.put(anAnswer({ workspace, effectId, body: text }));
    await store.roles.set(workspace, "web", text, "agent");
    await store.procedures.publish(workspace, aProcedure({ slug: "s", name: text }), 0);
    await store.runs.put(workspace, aRunRecord({ id: `${nonceNumber(made)}-2`, reason: text }));
    expect((await store.tickets.list(workspace, null)).items).toMatchObject([
      { number: ticket.number, subject: text, description: text },
    ]);
    expect((await store.leads.list(workspace, null)).items).toMatchObject([{ name: text, notes: text }]);
    expect((await store.mails.list(workspace, null)).items).toMatchObject([{ subject: text, body: text }]);
    expect(await store.answers.load(workspace, effectId)).toMatchObject({ body: text });
    expect(await store.roles.load(workspace, "web", text)).toBe("agent");
    expect((await store.procedures.active(workspace)).map(({ procedure }) => procedure.name)).toEqual([text]);
    expect((await store.runs.find(workspace, {}, null)).items).toMatchObject([{ reason: text }]);
  });
  const pages = ["'; DROP TABLE tickets; --", "-1", "0", "1e9", "NaN", "{}", "' OR 1=1", "9999999999999999999999"];
  test.each(pages)("%j as a page is bound, and answers no one else's", async (page) => {
    const { workspace } = fresh();
    await store.tickets.create(aDraftOfTicket({ workspace, effectId: `${nonceNumber(made)}-9` }));
    for (const list of [store.tickets, store.leads, store.mails]) {
      const answer = await Promise.allSettled([list.list(workspaceId("nobody"), page)]);
      for (const one of answer) if (one.status === "fulfilled") expect(one.value.items).toEqual([]);
    }
    expect((await store.tickets.list(workspace, null)).items).toHaveLength(1);
  });
});

describe("attack 59 · ids that a queue could take for something else", () => {
  const ids = [
    "a:b:c",
    "123",
    "0",
    "-1",
    ":",
    "::",
    "bull:wait",
    "1e9",
    "repeat:x:1",
    "__proto__",
    "constructor",
    "a b",
    "{a}",
    "*",
  ];
  test.each(ids)("%j is woken under its own id, in the queue of one process", async (text) => {
    const queue = createInProcessQueue();
    const woken = Promise.withResolvers<readonly string[]>();
    await queue.start(async (workspace, id) => woken.resolve([workspace, id]));
    await queue.wake(workspaceId(text), conversationId(text));
    expect(await woken.promise).toEqual([text, text]);
    await queue.stop();
  });
  test.skip("skipped until BullMQ: job ids with a colon, or of digits alone, are encoded", () => {});
});
