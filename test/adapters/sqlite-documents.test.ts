import { describe, expect, test } from "vitest";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { conversationSchemaNumber } from "../../src/domain/conversation.ts";
import { cardRefSchema } from "../../src/domain/ids.ts";
import { recentTurn } from "../../src/domain/recent.ts";
import { outgoing } from "../../src/engine/outbox.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { aHandOff, numbered, someMoment, workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { sqliteFiles } from "../support/sqlite-file.ts";

const demo = workspaceId("demo");
const leased = { owner: "boot-1", until: someMoment };

const { folder, raw } = sqliteFiles();
const open = () => openSqliteStore({ folder: folder(), clock: createFakeClock(), keyRing: null });

describe("documents that are not as they should be", () => {
  test("a document of a newer schema is left alone: not loaded, not found, not due, and byte for byte as it was", async () => {
    const store = await open();
    const card = cardRefSchema.parse("C1:100.1");
    await store.conversations.save(numbered(1, { dueAt: 1, people: aHandOff("h"), cards: { h: card } }));
    await store.conversations.save(numbered(2, { dueAt: 2 }));
    expect(await store.conversations.underHandOff(demo, card)).toBe(numbered(1).id);
    await store.close();
    const row = () => raw((database) => database.prepare("SELECT * FROM conversations WHERE due_at = 1").get());
    raw((database) =>
      database.prepare("UPDATE conversations SET schema = ? WHERE due_at = 1").run(conversationSchemaNumber + 1),
    );
    const before = row();

    const again = await open();
    await expect(again.conversations.load(demo, numbered(1).id)).rejects.toThrow(PermanentError);
    await expect(again.conversations.load(demo, numbered(1).id)).rejects.toThrow("written by a newer Usher");
    const found = await again.conversations.find(demo, {}, null);
    expect(found.items.map(({ id }) => id)).toEqual([numbered(2).id]);
    expect(await again.conversations.due(9, 10, null)).toStrictEqual([{ workspace: demo, id: numbered(2).id }]);
    expect(await again.conversations.underHandOff(demo, card)).toBeNull();
    await again.close();
    expect(row()).toStrictEqual(before);
  });

  test("a document of schema 1 is read as one of today, with the turns that it had seen and the model it has asked", async () => {
    const from = { platform: "web", id: "maria", name: "Maria", role: "customer", external: false } as const;
    const turn = { id: "m 1", keys: ["m 1"], from, text: "hello", mentioned: false, at: 1_700_000_000_000 };
    const store = await open();
    const asked = outgoing("e-1", { kind: "route", turn, beside: null }, null, 0);
    const recentToday = [recentTurn("m 1", 1_700_000_000_000), recentTurn("m2", 0)];
    const today = numbered(1, { lease: leased, recent: recentToday, outbox: [asked] });
    await store.conversations.save(today);
    await store.close();
    const recent = [
      { key: "m 1", at: 1_700_000_000_000 },
      { key: "m2", at: 0 },
    ];
    const outbox = [{ ...asked, effect: { kind: "route", turn } }];
    const body = JSON.stringify({ ...today, schema: 1, recent, outbox, offered: undefined });
    raw((database) => database.prepare("UPDATE work SET body = ?").run(body));
    raw((database) => database.exec("UPDATE conversations SET schema = 1"));
    const again = await open();
    expect(await again.conversations.load(demo, today.id)).toStrictEqual(today);
    await again.close();
  });

  const canary = "my card number is 4111";
  const damages: readonly (readonly [string, string])[] = [
    ["that is cut off", `{"schema":2,"tags":["${canary}`],
    ["that is no object", `["${canary}"]`],
    ["that lacks a field", JSON.stringify({ ...numbered(1), tags: [canary], outbox: undefined })],
    ["with an older schema that nothing leads on from", JSON.stringify({ ...numbered(1), schema: 0, tags: [canary] })],
    [
      "of schema 1 with a turn of no key",
      JSON.stringify({ ...numbered(1), schema: 1, recent: [{ at: 1, tags: canary }] }),
    ],
    ["of schema 1 without its turns", JSON.stringify({ ...numbered(1), schema: 1, recent: undefined, tags: [canary] })],
    ["of another workspace", JSON.stringify(numbered(1, { workspace: workspaceId("other"), tags: [canary] }))],
    ["of another conversation", JSON.stringify(numbered(2, { tags: [canary] }))],
  ];
  test.each(damages)("a body %s is a PermanentError that names the ids and quotes nothing", async (_, body) => {
    const store = await open();
    await store.conversations.save(numbered(1, { lease: leased }));
    await store.close();
    raw((database) => database.prepare("UPDATE work SET body = ?").run(body));
    const again = await open();
    const error = await again.conversations.load(demo, numbered(1).id).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PermanentError);
    expect(error instanceof Error && error.message).toContain(`conversation ${numbered(1).id} of workspace demo`);
    expect(error instanceof Error && `${error.message} ${String(error.cause)}`).not.toContain("card number");
    await again.close();
  });

  test.each(["00", "02ffff", ""])("a packed body that cannot be unpacked (%s) is a PermanentError", async (hex) => {
    const store = await open();
    await store.conversations.save(numbered(1));
    await store.close();
    raw((database) => database.prepare("UPDATE rest SET body = unhex(?)").run(hex));
    const again = await open();
    await expect(again.conversations.load(demo, numbered(1).id)).rejects.toThrow(PermanentError);
    await again.close();
  });
});
