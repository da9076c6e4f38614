import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createCardLog } from "../../adapters/web/card-log.ts";
import { type LogFile, openLogFile } from "../../adapters/web/log-file.ts";
import { createMessageLog, type MessageLog } from "../../adapters/web/message-log.ts";
import { conversationIdSchema } from "../../src/domain/ids.ts";
import type { TextMessage } from "../../src/domain/message.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";

const one = conversationIdSchema.parse("web-1");
const two = conversationIdSchema.parse("web-2");

let folder: string;
let file: LogFile;
let log: MessageLog;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "usher-log-"));
  reopen();
  log.addConversation({ id: one, customer: "customer-1", startedAt: 1 });
  log.addConversation({ id: two, customer: "customer-2", startedAt: 2 });
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

function reopen(): void {
  file = openLogFile(folder);
  log = createMessageLog(file);
}

const path = () => join(folder, "playground.db");
const written = (key: string, text = key, conversation = one) => ({
  conversation,
  key,
  from: "customer-1",
  text,
  at: 5,
});
const say = (text: string): TextMessage => ({
  kind: "text",
  text,
  choices: ["A"],
  sensitive: false,
  author: { id: "agent-1", name: "Agent 1" },
});
const texts = (conversation = one) => log.thread(conversation).map(({ text }) => text);

describe("the threads", () => {
  test("are the same after the file was closed and opened again", () => {
    log.write(written("m1", "Hello"));
    log.say(one, "e1", say("Which?"), 6);
    const before = log.thread(one);
    file.close();
    reopen();
    expect(log.thread(one)).toEqual(before);
    expect(before).toMatchObject([
      { sender: "customer-1", key: "m1", text: "Hello", state: "pending", hidden: false, at: 5 },
      {
        sender: null,
        key: "e1",
        text: "Which?",
        choices: ["A"],
        author: { id: "agent-1", name: "Agent 1" },
        state: "delivered",
        at: 6,
      },
    ]);
  });

  test("keep the first text of a key, and the first message of an effect", () => {
    expect(log.write(written("m1", "first")).text).toBe("first");
    expect(log.write(written("m1", "second")).text).toBe("first");
    log.say(one, "e1", say("once"), 6);
    log.say(one, "e1", say("twice"), 7);
    expect(texts()).toEqual(["first", "once"]);
  });

  test("change what Usher said, and nothing that a person wrote", () => {
    log.write(written("k"));
    log.say(one, "k", say("before"), 6);
    log.change(one, "k", say("after"));
    expect(texts()).toEqual(["k", "after"]);
    expect(() => log.change(two, "k", say("after"))).toThrow(PermanentError);
  });

  test("know what is pending, in order, per conversation and in all", () => {
    const first = log.write(written("m1"));
    log.write(written("x1", "x1", two));
    const second = log.write(written("m2"));
    const keys = (found: ReturnType<MessageLog["pending"]>) => found.map(({ key }) => key);
    expect(keys(log.pending())).toEqual(["m1", "x1", "m2"]);
    expect(keys(log.pending(one, second.seq))).toEqual(["m1", "m2"]);
    expect(keys(log.pending(one, first.seq))).toEqual(["m1"]);
    log.settle(first.seq, "delivered");
    log.settle(second.seq, "refused");
    expect(keys(log.pending())).toEqual(["x1"]);
  });

  test("overwrite a hidden text when it is delivered, and only then", () => {
    const { seq } = log.write(written("m1", "4111"));
    log.hide(seq);
    log.settle(seq, "refused");
    expect(log.message(one, "m1")).toMatchObject({ text: "4111", hidden: true, state: "refused" });
    log.settle(seq, "delivered");
    expect(log.message(one, "m1")).toMatchObject({ text: "••••••", hidden: true, state: "delivered" });
  });

  test("show the last 500 messages, and of conversations the newest 200", () => {
    for (let n = 1; n <= 503; n += 1) log.write(written(`m${n}`));
    expect([texts().length, texts()[0], texts().at(-1)]).toEqual([500, "m4", "m503"]);
    for (let n = 3; n <= 203; n += 1) {
      log.addConversation({ id: conversationIdSchema.parse(`web-${n}`), customer: "customer-1", startedAt: n });
    }
    const ids = log.conversations().map(({ id }) => id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([200, "web-203", "web-4"]);
  });
});

describe("the file", () => {
  test("can be read by its owner only, and so can its companions", () => {
    chmodSync(path(), 0o644);
    file.close();
    reopen();
    log.write(written("m1"));
    const files = readdirSync(folder).filter((name) => name.startsWith("playground.db"));
    expect(files.length).toBeGreaterThan(1);
    for (const name of files) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test("is made with its folder", () => {
    const nested = join(folder, "a", "b");
    const made = openLogFile(nested);
    made.close();
    expect(statSync(join(nested, "playground.db")).isFile()).toBe(true);
  });

  test("that a newer Usher wrote is left alone", () => {
    file.close();
    const raw = new DatabaseSync(path());
    raw.exec("PRAGMA user_version = 3");
    raw.close();
    expect(reopen).toThrow("playground.db has schema 3 and this Usher knows 2: update Usher.");
    const after = new DatabaseSync(path());
    expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: 3 });
    after.close();
  });

  test("that an Usher before the first release wrote is left alone", () => {
    file.close();
    const raw = new DatabaseSync(path());
    raw.exec("PRAGMA user_version = 1");
    raw.close();
    expect(reopen).toThrow("playground.db has the older schema 1: move it away to begin with an empty one.");
  });

  test("that is no database is refused with a plain error", () => {
    file.close();
    rmSync(`${path()}-wal`, { force: true });
    writeFileSync(path(), "not a database, but long enough to look at it twice".repeat(40));
    expect(reopen).toThrow(PermanentError);
  });

  test("that cannot be opened says so", () => {
    const blocked = join(folder, "blocked");
    mkdirSync(join(blocked, "playground.db"), { recursive: true });
    expect(() => openLogFile(blocked)).toThrow(/^playground\.db could not be opened/);
  });

  test("that somebody else holds can be written again later", () => {
    const other = new DatabaseSync(path());
    other.exec("BEGIN IMMEDIATE");
    expect(() => log.write(written("m1"))).toThrow(TransientError);
    other.exec("ROLLBACK");
    other.close();
    expect(log.write(written("m1")).text).toBe("m1");
  });

  test("that is full loses nothing and takes more when there is room", () => {
    const long = "x".repeat(9000);
    const { page_count: pages } = file.first(rowOf("page_count"), "PRAGMA page_count") ?? { page_count: 0 };
    file.all(rowOf("max_page_count"), `PRAGMA max_page_count = ${pages}`);
    expect(() => log.write(written("m1", long))).toThrow(TransientError);
    expect(log.message(one, "m1")).toBeNull();
    file.all(rowOf("max_page_count"), "PRAGMA max_page_count = 100000");
    expect(log.write(written("m1", long)).text).toBe(long);
  });

  test("keeps cards as they were, once for each effect", () => {
    const cards = createCardLog(file);
    const card = {
      kind: "relay",
      title: "Customer 1 wrote",
      tone: "plain",
      sections: [{ label: "", fields: [{ name: "Text", value: { at: 5 } }] }],
      status: [{ tone: "ok", before: "Seen, ", at: 6, after: "" }],
      pressId: null,
      buttons: [],
    } as const;
    const logged = { effect: "e1", conversation: one, under: "e0", card, at: 7 };
    cards.post(logged);
    cards.post({ ...logged, at: 8 });
    file.close();
    reopen();
    const again = createCardLog(file);
    expect(again.newest()).toEqual([logged]);
    expect([again.has("e1"), again.has("e2")]).toEqual([true, false]);
    expect(() => again.change("e2", card)).toThrow(PermanentError);
  });
});

function rowOf<Name extends string>(name: Name) {
  return z.object({ [name]: z.number() } as Record<Name, z.ZodNumber>);
}
