import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { type CardRef, cardRefSchema } from "../../src/domain/ids.ts";
import { keptStates, releaseStates, unpackState } from "../crash/upgrade-state.ts";
import { aHandOff, aRun, numbered, someMoment, workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { sqliteFiles } from "../support/sqlite-file.ts";

const states = await keptStates();
const demo = workspaceId("demo");
const leased = { owner: "boot-1", until: someMoment };
const ref = (n: number): CardRef => cardRefSchema.parse(`C1:100.${n}`);
/** In the hands of people, with its card posted as `ref(n)`. */
const handedOff = (n: number, change: Partial<Conversation> = {}): Conversation =>
  numbered(n, { people: aHandOff("h"), cards: { h: ref(n), other: ref(100 + n) }, ...change });

const { folder, raw } = sqliteFiles();
const open = () => openSqliteStore({ folder: folder(), clock: createFakeClock(), keyRing: null });

describe("a database from before there was a column for the card of a hand-off", () => {
  test.each(states)("what %s gave to people is found by the card, and nothing else is", async (release) => {
    const { conversations } = await unpackState(join(releaseStates, release), folder());
    const withPeople = conversations.filter(({ stage }) => stage === "held" || stage === "people");
    const workspace = workspaceId("playground");
    const store = await open();
    const found = (await store.conversations.find(workspace, {}, null)).items;
    const given = found.filter(({ people }) => people !== null).map(({ id }) => id);
    expect(given.toSorted()).toEqual(withPeople.map(({ id }) => id).toSorted());
    expect(given.length).toBeGreaterThan(1);
    let others = 0;
    for (const { id, people, cards } of found) {
      for (const [effect, card] of Object.entries(cards)) {
        const isOfHandOff = people?.card === effect;
        others += isOfHandOff ? 0 : 1;
        expect(await store.conversations.underHandOff(workspace, card)).toBe(isOfHandOff ? id : null);
      }
      if (people !== null) expect(cards[people.card]).toBeDefined();
    }
    expect(others).toBeGreaterThan(0);
    await store.close();
  });

  /** Takes away what the third step of the tables brings. */
  const downgrade = (database: DatabaseSync) =>
    database.exec(`DROP INDEX conversations_hand_off; ALTER TABLE conversations DROP COLUMN hand_off;
      DROP TABLE settings; DROP TABLE installations; DROP TABLE departures; PRAGMA user_version = 2`);

  test("the newest body counts, be it at work or at rest; one that cannot be read keeps nobody from starting", async () => {
    const before = await open();
    const rested = numbered(3, { people: aHandOff("h"), cards: { h: ref(203) } });
    const all = [
      handedOff(1),
      handedOff(2, { lease: leased }),
      rested,
      handedOff(3, { version: 2, lease: leased }),
      numbered(4, { people: aHandOff("h") }),
      numbered(5, { cards: { h: ref(5) }, run: aRun() }),
      handedOff(6),
      handedOff(7),
    ];
    for (const one of all) await before.conversations.save(one);
    await before.close();
    raw((database) => {
      downgrade(database);
      const body = "UPDATE rest SET body = unhex(?) WHERE key = (SELECT key FROM conversations WHERE id = ?)";
      database.prepare(body).run("02ff", "c6");
      database.exec("DELETE FROM rest WHERE key = (SELECT key FROM conversations WHERE id = 'c7')");
    });

    const after = await open();
    const under = (n: number) => after.conversations.underHandOff(demo, ref(n));
    expect([await under(1), await under(2), await under(3)]).toStrictEqual(["c1", "c2", "c3"]);
    expect([await under(203), await under(101), await under(5)]).toStrictEqual([null, null, null]);
    // Two that cannot be read, and all the same the rest of the process works.
    expect([await under(6), await under(7)]).toStrictEqual([null, null]);
    await after.conversations.save(numbered(4, { version: 2, people: aHandOff("h"), cards: { h: ref(4) } }));
    expect(await under(4)).toBe("c4");
    await after.close();
  });
});

test("what happens in a conversation that people do not have writes nothing into the index of hand-offs", async () => {
  const store = await open();
  await store.conversations.save(handedOff(1));
  await store.close();
  const root = raw((database) =>
    Number(
      database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'conversations_hand_off'").get()?.["rootpage"],
    ),
  );
  const again = await open();
  await again.conversations.save(numbered(2, { lease: leased, run: aRun() }));
  await again.conversations.save(numbered(2, { version: 2, run: aRun() }));
  await again.conversations.save(numbered(2, { version: 3, lease: leased, dueAt: 1 }));
  await again.conversations.remove(demo, numbered(2).id, 3);
  const written = pagesInLog();
  expect(written.size).toBeGreaterThan(3);
  expect(written.has(root)).toBe(false);
  // The look itself works: this one is in the index.
  await again.conversations.save(handedOff(3));
  expect(pagesInLog().has(root)).toBe(true);
  await again.close();
});

/** The numbers of the pages that stand in the write-ahead log. */
function pagesInLog(): ReadonlySet<number> {
  const log = readFileSync(join(folder(), "usher.db-wal"));
  const pageSize = log.readUInt32BE(8);
  const pages = new Set<number>();
  for (let at = 32; at + 24 + pageSize <= log.length; at += 24 + pageSize) {
    if (log.compare(log, 16, 24, at + 8, at + 16) === 0) pages.add(log.readUInt32BE(at));
  }
  return pages;
}
