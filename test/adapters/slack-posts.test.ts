import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSlackClient } from "../../adapters/slack/client.ts";
import { RefusedError } from "../../adapters/slack/errors.ts";
import type { Post } from "../../adapters/slack/layout.ts";
import { createPosts, type Posts, type Sending } from "../../adapters/slack/posts.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { TransientError } from "../../src/ports/errors.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { type Fault, type MemorySlack, memoryBot, passing, startMemorySlack } from "../support/memory-slack.ts";

const workspace = workspaceIdSchema.parse("shop");
const post = (text: string): Post => ({ text, blocks: [] });
const three = [post("one"), post("two"), post("three")] as const;

let clock: FakeClock;
let slack: MemorySlack;
let posts: Posts;
let warnings: string[];
// The conversation began at the fake clock's start, so its effects' ids say so.
let effectId: string;

const begin = (pageSize?: number): void => {
  clock = createFakeClock();
  slack = startMemorySlack(clock, pageSize);
  warnings = [];
  effectId = `${clock.now().toString(16).padStart(12, "0")}${"a".repeat(32)}-7`;
  const log = { info: () => {}, error: () => {}, warn: (_: unknown, message: string) => void warnings.push(message) };
  const client = createSlackClient({ clock, botOf: async () => memoryBot, onTokenVoid: () => {}, log });
  posts = createPosts({ client, clock, log });
};
beforeEach(() => begin());
afterEach(() => {
  vi.unstubAllGlobals();
});

const send = (more: Partial<Sending> = {}): Promise<string> => {
  const plain = {
    workspace,
    channel: "C1",
    threadTs: null,
    posts: three,
    effectId,
    mayHaveBeenSent: false,
    firstAt: null,
  };
  return passing(clock, posts.send({ ...plain, ...more }));
};
const again = (more: Partial<Sending> = {}): Promise<string> => send({ ...more, mayHaveBeenSent: true });

const shown = (): readonly string[] => slack.messages.map(({ text }) => text);
const called = (method: string): number => slack.calls.filter((call) => call.method === method).length;
/** A fault for the n-th post that is asked for, counted from 1. */
const nthPost = (n: number, fault: Fault): void => {
  let count = 0;
  slack.fault = ({ method }) => {
    if (method !== "chat.postMessage") return null;
    count += 1;
    return count === n ? fault : null;
  };
};
const outcome = async (work: Promise<string>): Promise<string> =>
  work.then(
    () => "sent",
    (error) => (error instanceof TransientError ? "not sent" : error instanceof RefusedError ? "refused" : "unclear"),
  );

describe("one effect as several posts", () => {
  test("the first stands in the channel, the others in its thread, each marked", async () => {
    const first = await send();
    expect(slack.messages.map(({ text, threadTs, metadata }) => ({ text, threadTs, metadata }))).toEqual(
      ["one", "two", "three"].map((text, part) => ({
        text,
        threadTs: part === 0 ? null : first,
        metadata: { event_type: "usher_effect", event_payload: { effect: effectId, part } },
      })),
    );
    expect(called("conversations.history")).toBe(0);
  });

  test("in a thread all of them stand there", async () => {
    await send({ threadTs: "9.9" });
    expect(slack.messages.map(({ threadTs }) => threadTs)).toEqual(["9.9", "9.9", "9.9"]);
  });

  test("what is left over when the time is up is unclear, not unsent: some of it is shown", async () => {
    const many = Array.from({ length: 15 }, (_, n) => post(`${n}`));
    const [head, ...rest] = many;
    if (head === undefined) throw new Error("There is a first one.");
    expect(await outcome(send({ posts: [head, ...rest] }))).toBe("unclear");
    const before = shown().length;
    expect(before).toBeGreaterThan(5);
    await again({ posts: [head, ...rest] });
    expect(shown()).toEqual(many.map(({ text }) => text));
  });
});

describe("R12: an answer that was lost (guarantee G9)", () => {
  test.each([1, 2, 3])("post %d is shown once, whether or not it had been carried out", async (n) => {
    for (const kind of ["before", "after"] as const) {
      for (const threadTs of [null, "9.9"]) {
        begin();
        nthPost(n, { kind });
        expect(await outcome(send({ threadTs }))).toBe("unclear");
        slack.fault = () => null;
        const first = await again({ threadTs });
        expect(shown()).toEqual(["one", "two", "three"]);
        expect(first).toBe(slack.messages[0]?.ts);
        expect(await again({ threadTs })).toBe(first);
        expect(shown()).toHaveLength(3);
        expect(posts.unseen()).toBe(0);
      }
    }
  });

  test("it is found among other people's messages, other effects and older ones, over several pages", async () => {
    begin(3);
    nthPost(1, { kind: "after" });
    await outcome(send());
    const [sent] = slack.messages;
    const other = { channel: "C1", threadTs: null, user: "U2", metadata: undefined, text: "hello" };
    const mark = (effect: string, part: unknown) => ({ event_type: "usher_effect", event_payload: { effect, part } });
    slack.write({ ...other, user: memoryBot.botUser, metadata: mark(`${effectId}0`, 0) });
    slack.write({ ...other, user: memoryBot.botUser, metadata: { event_type: "other", event_payload: { part: 0 } } });
    slack.write({ ...other, user: memoryBot.botUser, metadata: mark(effectId, "0") });
    slack.write({ ...other, user: memoryBot.botUser, metadata: { event_type: 5 } });
    for (let n = 0; n < 4; n += 1) slack.write(other);
    slack.fault = () => null;
    expect(await again({ posts: [post("one")] })).toBe(sent?.ts);
    expect(called("chat.postMessage")).toBe(1);
    expect(called("conversations.history")).toBe(3);
  });

  test("somebody else's mark does not stand in for a post", async () => {
    const metadata = { event_type: "usher_effect", event_payload: { effect: effectId, part: 0 } };
    slack.write({ channel: "C1", threadTs: null, user: "UEVIL", metadata, text: "forged" });
    await again();
    expect(shown()).toEqual(["forged", "one", "two", "three"]);
  });

  test("nothing older than the conversation is read, and of an older id no more than five pages", async () => {
    await again();
    const oldest = (n: number) => Number(slack.calls[n]?.args["oldest"]);
    expect(oldest(0)).toBe(clock.now() / 1000 - 300);
    begin(10);
    for (let n = 0; n < 100; n += 1) {
      slack.write({ channel: "C1", threadTs: null, user: "U2", metadata: undefined, text: "hello" });
    }
    await again({ effectId: `${"a".repeat(32)}-7`, posts: [post("one")] });
    expect(oldest(0)).toBe(0);
    expect(called("conversations.history")).toBe(5);
    expect(shown().at(-1)).toBe("one");
  });
});

describe("a long thread, which Slack reads out from its beginning", () => {
  const write = (threadTs: string, count: number): void => {
    for (let n = 0; n < count; n += 1) {
      slack.write({ channel: "C1", threadTs, user: "U2", metadata: undefined, text: "hello" });
    }
  };

  test("is read from a little before the first attempt, not from the conversation's beginning", async () => {
    begin(2);
    const root = await send({ posts: [post("root")], effectId: `${effectId}1` });
    write(root, 100);
    clock.advance(3_600_000);
    const firstAt = clock.now();
    nthPost(1, { kind: "after" });
    await outcome(send({ posts: [post("one")], threadTs: root }));
    slack.fault = () => null;
    await again({ posts: [post("one")], threadTs: root, firstAt });
    expect(shown().filter((text) => text === "one")).toHaveLength(1);
    const looks = slack.calls.filter(({ method }) => method === "conversations.replies");
    expect(looks.map(({ args }) => Number(args["oldest"]))).toEqual([firstAt / 1000 - 300]);
  });

  test("with more than a thousand replies in the very minute: it is found all the same", async () => {
    begin(200);
    const root = await send({ posts: [post("root")], effectId: `${effectId}1` });
    write(root, 1200);
    nthPost(1, { kind: "after" });
    await outcome(send({ posts: [post("one")], threadTs: root }));
    slack.fault = () => null;
    await again({ posts: [post("one")], threadTs: root, firstAt: clock.now() });
    expect(shown().filter((text) => text === "one")).toHaveLength(1);
  });
});

describe("a history that cannot be read", () => {
  test.each([
    [{ kind: "tooMany", retryAfter: "20" }],
    [{ kind: "before" }],
    [{ kind: "after" }],
    [{ kind: "refuse", code: "fatal_error" }],
  ] as const)("now: nothing is sent, and later it is: %j", async (fault) => {
    slack.fault = ({ method }) => (method === "conversations.history" ? fault : null);
    expect(await outcome(again())).toBe("not sent");
    expect(shown()).toEqual([]);
    slack.fault = () => null;
    clock.advance(20_000);
    await again();
    expect(shown()).toHaveLength(3);
  });

  test.each(["missing_scope", "not_allowed_token_type", "no_permission", "thread_not_found"])(
    "ever (%s): it is sent, counted every time, and logged once",
    async (code) => {
      slack.fault = ({ method }) => (method.startsWith("conversations.") ? { kind: "refuse", code } : null);
      await again({ posts: [post("one")] });
      await again({ posts: [post("one")], threadTs: "9.9" });
      expect(shown()).toEqual(["one", "one"]);
      expect(posts.unseen()).toBe(2);
      expect(warnings.filter((line) => line.includes("may be shown twice"))).toHaveLength(1);
    },
  );

  test("since the token is gone: nothing is sent", async () => {
    slack.fault = () => ({ kind: "refuse", code: "token_revoked" });
    expect(await outcome(again())).toBe("refused");
    expect(called("chat.postMessage")).toBe(0);
  });

  test("further than a page a minute: the look goes on where it was cut short, and comes to its end", async () => {
    begin(2);
    await send({ posts: [post("one")] });
    for (let n = 0; n < 5; n += 1) {
      slack.write({ channel: "C1", threadTs: null, user: "U2", metadata: undefined, text: "hello" });
    }
    let read = 0;
    slack.fault = ({ method }) => {
      if (method !== "conversations.history") return null;
      read += 1;
      return read % 2 === 0 ? { kind: "tooMany", retryAfter: "60" } : null;
    };
    const outcomes: string[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      outcomes.push(await outcome(again({ posts: [post("one")] })));
      clock.advance(60_000);
    }
    expect(outcomes).toEqual(["not sent", "not sent", "sent"]);
    expect(called("chat.postMessage")).toBe(1);
  });
});

test("what is refused for good stays refused, also in the middle", async () => {
  nthPost(2, { kind: "refuse", code: "is_archived" });
  expect(await outcome(send())).toBe("refused");
  expect(shown()).toEqual(["one"]);
});

test("R12: a 429 for the first post leaves nothing shown, for a later one it is unclear", async () => {
  nthPost(1, { kind: "tooMany", retryAfter: "30" });
  await expect(send()).rejects.toMatchObject({ name: "TransientError", retryAfterMs: 30_000 });
  begin();
  nthPost(2, { kind: "tooMany", retryAfter: "30" });
  expect(await outcome(send())).toBe("unclear");
  slack.fault = () => null;
  clock.advance(30_000);
  await again();
  expect(shown()).toEqual(["one", "two", "three"]);
});
