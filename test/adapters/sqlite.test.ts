import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { assertSettings, createDatabase, openConnection } from "../../adapters/sqlite/database.ts";
import { prepareFolder } from "../../adapters/sqlite/lock.ts";
import { createStore, openSqliteStore } from "../../adapters/sqlite/open.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { ConflictError, PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { aConversation, aRun, conversationId, nonceNumber, someMoment, workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { ringOf } from "../support/keys.ts";
import { aDraftOfTicket, anAnswer } from "../support/records.ts";

const demo = workspaceId("demo");
const leased = { owner: "boot-1", until: someMoment };
const numbered = (n: number, change: Partial<Conversation> = {}): Conversation =>
  aConversation({ id: conversationId(`c${String(n).padStart(4, "0")}`), nonce: nonceNumber(n), ...change });

let folder: string;
let file: string;
let clock: ReturnType<typeof createFakeClock>;
const keyRing = ringOf("first");
const open = () => openSqliteStore({ folder, clock, keyRing });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "usher-sqlite-"));
  file = join(folder, "usher.db");
  clock = createFakeClock();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

storeContract("SQLite", async () => {
  let store = await open();
  return {
    store,
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    dispose: () => store.close(),
  };
});

/** Opens the file as it is, for looks and changes that the store would not make; only while no store is open. */
function raw<Result>(use: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(file);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

// The database file itself is read only while no store is open: closing it again would drop SQLite's lock.
const everyByte = (): Buffer => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
const logBytes = (): Buffer => readFileSync(`${file}-wal`);

/** How many transactions the write-ahead log holds: frames that end one name the size of the database. */
function transactions(): number {
  const log = logBytes();
  const pageSize = log.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + 24 + pageSize <= log.length; at += 24 + pageSize) {
    const isOfThisLog = log.compare(log, 16, 24, at + 8, at + 16) === 0;
    if (isOfThisLog && log.readUInt32BE(at + 4) > 0) count += 1;
  }
  return count;
}

describe("opening", () => {
  test("every open sets and checks what the guarantees rest on, also on a file that is there already (trap 0.5)", async () => {
    for (let times = 0; times < 2; times++) {
      const connection = openConnection(prepareFolder(folder));
      const setting = (pragma: string) => Object.values(connection.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
      expect(setting("synchronous")).toBe(2);
      expect(setting("journal_mode")).toBe("wal");
      expect(setting("locking_mode")).toBe("exclusive");
      expect(setting("secure_delete")).toBe(1);
      expect(setting("busy_timeout")).toBeLessThanOrEqual(50);
      connection.close();
    }
  });

  test.each(["synchronous = NORMAL", "secure_delete = OFF", "locking_mode = NORMAL"])(
    "a connection with %s is refused by name",
    (pragma) => {
      const connection = openConnection(prepareFolder(folder));
      connection.exec(`PRAGMA ${pragma}`);
      expect(() => assertSettings(connection)).toThrow(PermanentError);
      expect(() => assertSettings(connection)).toThrow(`The database's ${pragma.split(" ")[0]} is `);
      connection.close();
    },
  );

  test("the folder and all files in it are their owner's alone (attack 106)", async () => {
    rmSync(folder, { recursive: true });
    await (await open()).close();
    const store = await open();
    await store.conversations.save(aConversation());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).sort()).toStrictEqual(["usher.db", "usher.db-wal", "usher.pid"]);
    for (const name of readdirSync(folder))
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    await store.close();
    expect(readdirSync(folder)).toStrictEqual(["usher.db"]);
  });

  test("an open folder of ours is made private again, and one with other people's files keeps its rights", async () => {
    const modeAfterOpening = async (): Promise<number> => {
      // Not by mkdir, whose rights the umask takes away from.
      chmodSync(folder, 0o755);
      await (await open()).close();
      return statSync(folder).mode & 0o777;
    };
    expect(await modeAfterOpening()).toBe(0o700);
    writeFileSync(join(folder, "somebody-elses.txt"), "");
    expect(await modeAfterOpening()).toBe(0o700);
    rmSync(file);
    expect(await modeAfterOpening()).toBe(0o755);
  });

  test("a file that is no database is refused and left as it is", async () => {
    writeFileSync(file, "somebody's notes, of more than a hundred characters. ".repeat(20));
    const before = everyByte();
    await expect(open()).rejects.toThrow(PermanentError);
    await expect(open()).rejects.toThrow("is no database");
    expect(everyByte().equals(before)).toBe(true);
  });

  test("a database of a newer Usher is refused, and nothing in it is touched", async () => {
    await (await open()).close();
    raw((database) => database.exec("PRAGMA user_version = 99"));
    const before = everyByte();
    await expect(open()).rejects.toThrow(PermanentError);
    await expect(open()).rejects.toThrow("version 99");
    expect(everyByte().equals(before)).toBe(true);
    expect(readdirSync(folder)).toStrictEqual(["usher.db"]);
  });

  test("a folder that cannot be made is refused by its name", async () => {
    writeFileSync(join(folder, "a-file"), "");
    const inside = join(folder, "a-file", "data");
    await expect(openSqliteStore({ folder: inside, clock, keyRing })).rejects.toThrow(
      `The data folder ${inside} cannot be used`,
    );
  });
});

describe("one process at a time", () => {
  const script = fileURLToPath(new URL("../support/sqlite-process.ts", import.meta.url));
  const children: ChildProcess[] = [];
  const start = (task: "hold" | "write") => {
    const child = spawn(process.execPath, [script, folder, task], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  };
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  const lineOf = async (lines: AsyncIterator<string>): Promise<string> => (await lines.next()).value ?? "";

  test("a second process is refused with the first one's id, and comes in when that has stopped", async () => {
    const { child, lines } = start("hold");
    expect(await lineOf(lines)).toBe("open");
    await expect(open()).rejects.toThrow(PermanentError);
    await expect(open()).rejects.toThrow(`in use by process ${child.pid}. Stop it first`);
    child.stdin?.end();
    await once(child, "exit");
    await (await open()).close();
  });

  test("this process keeps a second one out, also after it has tried to open the store twice itself", async () => {
    const store = await open();
    await expect(open()).rejects.toThrow(`in use by process ${process.pid}`);
    expect(await lineOf(start("hold").lines)).toContain(`in use by process ${process.pid}`);
    await store.conversations.save(aConversation());
    await store.close();
    expect(await lineOf(start("hold").lines)).toBe("open");
  });

  test("a note of a process that is no more, or of none, keeps nobody out", async () => {
    for (const note of ["999999999\n", "not a number", `${process.pid}\n`]) {
      writeFileSync(join(folder, "usher.pid"), note);
      const store = await open();
      expect(readFileSync(join(folder, "usher.pid"), "utf8")).toBe(`${process.pid}\n`);
      await store.close();
    }
  });

  test("a note that cannot be written, as on a full disk, does not keep the server from starting", async () => {
    mkdirSync(join(folder, "usher.pid"));
    const store = await open();
    await expect(open()).rejects.toThrow("in use by another process. Stop it first");
    await store.close();
  });

  test("after kill -9 in the middle of writing nothing that was answered is lost, and the folder opens at once", async () => {
    const { child, lines } = start("write");
    const answered = new Map<string, number>();
    const note = (line: string) => {
      const [id = "", version] = line.split(" ");
      if (id.startsWith("w")) answered.set(id, Number(version));
    };
    while (answered.size < 300) note(await lineOf(lines));
    child.kill("SIGKILL");
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) note(next.value);
    expect(readdirSync(folder)).toContain("usher.pid");

    const store = await open();
    expect(answered.size).toBeGreaterThanOrEqual(300);
    for (const [id, version] of answered) {
      const stored = await store.conversations.load(demo, conversationId(id));
      expect(stored?.version, id).toBeGreaterThanOrEqual(version);
    }
    await store.close();
  });
});

describe("group commit", () => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
    // The first write of a workspace makes its key.
    await store.conversations.save(numbered(0));
  });
  afterEach(() => store.close());

  test("writes of any kind that come in together share one transaction, and later ones have their own", async () => {
    const before = transactions();
    await Promise.all([
      ...Array.from({ length: 40 }, (_, n) => store.conversations.save(numbered(n + 1))),
      store.tickets.create(aDraftOfTicket()),
      store.answers.put(anAnswer()),
      store.roles.set(demo, "web", "ann", "agent"),
    ]);
    expect(transactions()).toBe(before + 1);
    await store.conversations.save(numbered(0, { version: 2 }));
    await store.conversations.save(numbered(0, { version: 3 }));
    expect(transactions()).toBe(before + 3);
  });

  test("nobody is answered before the commit, and a read sees nothing of it until then", async () => {
    const before = transactions();
    let answeredAt = 0;
    const saved = store.conversations.save(numbered(1)).then(() => {
      answeredAt = transactions();
    });
    expect(await store.conversations.load(demo, numbered(1).id)).toBeNull();
    await saved;
    expect(answeredAt).toBe(before + 1);
  });

  test("what was given is what is stored, whatever becomes of it while it is queued", async () => {
    const tags = ["as given"];
    const saved = store.conversations.save(numbered(1, { tags, lease: leased }));
    tags.push("added later");
    await saved;
    expect((await store.conversations.load(demo, numbered(1).id))?.tags).toStrictEqual(["as given"]);
  });

  test("what cannot be stored at all is refused alone; its neighbours are stored (attack 57)", async () => {
    const operator = { $ne: null } as unknown as string;
    const odd = [
      numbered(900, { id: conversationId("odd"), nonce: operator }),
      numbered(901, { id: operator as Conversation["id"] }),
      numbered(902, { version: 1, run: aRun({ procedure: { slug: operator, version: 1 } }) }),
    ];
    const saves = odd.flatMap((one, n) => [
      store.conversations.save(numbered(2 * n + 1)),
      store.conversations.save(one),
      store.tickets.create(aDraftOfTicket({ effectId: `${nonceNumber(3)}-${n}` })),
    ]);
    const settled = await Promise.allSettled(saves);
    const refused = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(settled.map((one) => one.status === "fulfilled")).toStrictEqual(
      [0, 1, 2].flatMap(() => [true, false, true]),
    );
    for (const reason of refused) expect(reason).toBeInstanceOf(PermanentError);
    expect((await store.conversations.find(demo, {}, null)).items).toHaveLength(4);
    // Nobody's number was used up by a group that was carried out twice.
    expect((await store.tickets.list(demo, null)).items.map((one) => one.number)).toStrictEqual([3, 2, 1]);
    await expect(store.conversations.load(demo, operator as Conversation["id"])).rejects.toThrow(PermanentError);
  });

  test("more writes than one group takes are all carried out", async () => {
    const saves = Array.from({ length: 700 }, (_, n) => store.conversations.save(numbered(n + 1)));
    await Promise.all(saves);
    const due = Array.from({ length: 700 }, (_, n) => store.conversations.load(demo, numbered(n + 1).id));
    expect((await Promise.all(due)).every((one) => one !== null)).toBe(true);
  });

  test("closing writes what is under way; afterwards the store says that it is closed", async () => {
    const saved = store.conversations.save(numbered(1));
    await Promise.all([store.close(), store.close()]);
    await saved;
    await expect(store.conversations.save(numbered(2))).rejects.toThrow(TransientError);
    await expect(store.conversations.load(demo, numbered(1).id)).rejects.toThrow("The store is closed");
    store = await open();
    expect(await store.conversations.load(demo, numbered(1).id)).toStrictEqual(numbered(1));
  });
});

test("a full disk rejects the whole group with TransientError, and the store goes on when there is room (attack 116)", async () => {
  const connection = openConnection(prepareFolder(folder));
  const store = createStore(
    createDatabase(connection, clock, () => {}),
    keyRing,
  );
  await store.conversations.save(numbered(1));
  const pages = Number(connection.prepare("PRAGMA page_count").get()?.["page_count"]);
  connection.exec(`PRAGMA max_page_count = ${pages}`);

  // Of a workspace that is new in the group that fails: its key must not be remembered.
  const other = workspaceId("other");
  const huge = numbered(2, { workspace: other, lease: leased, tags: ["x".repeat(50_000)] });
  const group = () =>
    Promise.allSettled([
      store.conversations.save(numbered(3, { workspace: other })),
      store.conversations.save(numbered(1)),
      store.conversations.save(huge),
      store.tickets.create(aDraftOfTicket({ workspace: other })),
    ]);
  for (const one of await group()) {
    expect(one.status === "rejected" && one.reason).toBeInstanceOf(TransientError);
    expect(one.status === "rejected" && one.reason.message).toContain("the disk is full");
  }
  expect(await store.conversations.find(other, {}, null)).toStrictEqual({ items: [], next: null });
  expect(await store.conversations.load(demo, numbered(1).id)).toStrictEqual(numbered(1));

  connection.exec("PRAGMA max_page_count = 100000");
  const [small, stale, big, ticket] = await group();
  expect([small?.status, big?.status, ticket?.status]).toStrictEqual(["fulfilled", "fulfilled", "fulfilled"]);
  expect(stale?.status === "rejected" && stale.reason).toBeInstanceOf(ConflictError);
  expect(await store.conversations.load(other, huge.id)).toStrictEqual(huge);
  await store.close();
});

test("ids and values with SQL in them are values and nothing else (attack 58)", async () => {
  const store = await open();
  const evil = "x'; DROP TABLE conversations; --";
  const customer = { ...aConversation().customer, id: evil };
  await store.conversations.save(numbered(1, { id: conversationId(evil), customer, workspace: workspaceId(evil) }));
  await store.conversations.save(numbered(2));
  expect(await store.conversations.load(workspaceId(evil), conversationId(evil))).not.toBeNull();
  for (const wild of ["%", "_", "' OR 1=1 --", "c000*"]) {
    expect(await store.conversations.load(demo, conversationId(wild))).toBeNull();
    const where = { customer: { platform: "web", id: wild }, procedure: wild, nonce: wild } as const;
    expect((await store.conversations.find(demo, where, null)).items).toStrictEqual([]);
    expect((await store.runs.find(demo, { nonce: wild, procedure: wild }, null)).items).toStrictEqual([]);
  }
  expect((await store.conversations.find(demo, {}, `${"c"}' OR 1=1 --`)).items).toHaveLength(1);
  await store.close();
});

describe("what was removed", () => {
  // Deterministic noise, so that rows differ in length and pages are split and joined.
  const noise = (seed: number) => {
    let state = seed;
    return (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
  };

  test("leaves no row behind, whether it was at work or at rest", async () => {
    const store = await open();
    await store.conversations.save(numbered(1, { lease: leased }));
    await store.conversations.save(numbered(2));
    await store.conversations.save(numbered(2, { version: 2, lease: leased }));
    await store.conversations.remove(demo, numbered(1).id, 1);
    await store.conversations.remove(demo, numbered(2).id, 2);
    await store.close();
    const rows = "SELECT (SELECT count(*) FROM conversations) + (SELECT count(*) FROM work) + count(*) AS n FROM rest";
    expect(raw((database) => database.prepare(rows).get())).toEqual({ n: 0 });
  });

  test("is out of the write-ahead log soon, without a restart (G18)", async () => {
    const store = await open();
    const secret = numbered(1, { lease: leased, tags: ["canary-in-the-log"] });
    await store.conversations.save(secret);
    await store.conversations.remove(demo, secret.id, 1);
    expect(logBytes().includes("canary-in-the-log")).toBe(true);
    clock.advance(10_000);
    expect(logBytes()).toHaveLength(0);
    await store.answers.put(anAnswer({ body: "canary-in-an-answer" }));
    await store.answers.prune(someMoment + 1);
    expect(logBytes().includes("canary-in-an-answer")).toBe(true);
    clock.advance(10_000);
    expect(logBytes()).toHaveLength(0);
    await store.close();
    expect(clock.pending()).toBe(0);
  });

  test.each([
    ["after a day", 24 * 60 * 60 * 1000],
    ["after closing", 0],
  ])("is nowhere in the files %s, not even where pages were split and joined (G18)", async (_, wait) => {
    const store = await open();
    const below = noise(77);
    const stored = new Map<number, Conversation>();
    for (let round = 0; round < 60; round++) {
      const touched = new Set(Array.from({ length: 40 }, () => below(1500)));
      const saves = [...touched].map((n) => {
        const old = stored.get(n);
        if (old !== undefined && below(3) === 0) {
          stored.delete(n);
          return store.conversations.remove(demo, old.id, old.version);
        }
        const mark = `canary-${String(n).padStart(6, "0")}`;
        const next = numbered(n, {
          id: conversationId(mark),
          version: (old?.version ?? 0) + 1,
          lease: below(10) === 0 ? null : leased,
          customer: { ...aConversation().customer, id: mark },
          tags: [mark + "p".repeat(below(1500))],
          dueAt: below(1_000_000),
        });
        stored.set(n, next);
        return store.conversations.save(next);
      });
      await Promise.all(saves);
    }
    const gone = [...stored.values()].filter((_one, index) => index % 2 === 0);
    for (const one of gone) await store.conversations.remove(demo, one.id, one.version);
    if (wait === 0) await store.close();
    else clock.advance(wait);
    // With an empty log the database file is all there is; reading it gives up the lock, which nobody needs any more.
    const bytes = everyByte();
    await store.close();

    const traces = gone.filter((one) => bytes.includes(one.id));
    expect(traces.map((one) => one.id)).toStrictEqual([]);
    // The others are there, so the look would have found them.
    const others = [...stored.values()].filter((one) => !gone.includes(one));
    expect(others.every((one) => bytes.includes(one.id))).toBe(true);
  });
});
