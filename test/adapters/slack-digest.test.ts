import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSlackClient } from "../../adapters/slack/client.ts";
import { type ApprovalPlace, approvalsInLine, createDigest, type Digest } from "../../adapters/slack/digest.ts";
import { digestLifeMs, digestPost } from "../../adapters/slack/digest-message.ts";
import { createPosts, type Posts } from "../../adapters/slack/posts.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { type MemorySlack, memoryBot, passing, settled, startMemorySlack } from "../support/memory-slack.ts";

const workspace = workspaceIdSchema.parse("shop");
const agents = { workspace, channel: "CAGENTS" };
const home = "slack://app?team=T1&id=A1&tab=home";

let clock: FakeClock;
let slack: MemorySlack;
let posts: Posts;
let digest: Digest;
let waiting: number;
let startedAt: number;

/** A process of Usher's: everything but Slack begins anew. */
const boot = (): void => {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const client = createSlackClient({ clock, botOf: async () => memoryBot, onTokenVoid: () => {}, log });
  posts = createPosts({ client, clock, log });
  digest = createDigest({ client, clock, log, waiting: async () => waiting, homeOf: () => home });
};
beforeEach(() => {
  clock = createFakeClock();
  slack = startMemorySlack(clock);
  waiting = 0;
  startedAt = clock.now();
  boot();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

// All conversations of a test began when it did.
const idOf = (n: number): string => `${startedAt.toString(16).padStart(12, "0")}${"b".repeat(32)}-${n}`;

/** One attempt to show an approval, as the channel makes it. */
const attempt = (effectId: string, mayHaveBeenSent = false, fitsHome = true): Promise<ApprovalPlace> =>
  digest.send({ ...agents, effectId, mayHaveBeenSent, fitsHome }, () =>
    posts.send({
      ...agents,
      threadTs: null,
      posts: [{ text: `card ${effectId}`, blocks: [] }],
      effectId,
      mayHaveBeenSent,
      firstAt: null,
    }),
  );

/** An approval whose effect is tried until it is done, as the engine does it: what was surely not sent is not looked for. */
async function show(n: number, sentBefore = false, fitsHome = true): Promise<ApprovalPlace> {
  const effectId = idOf(n);
  let mayHaveBeenSent = sentBefore;
  waiting += 1;
  for (;;) {
    try {
      return await attempt(effectId, mayHaveBeenSent, fitsHome);
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      mayHaveBeenSent ||= !(error instanceof TransientError);
      const wait = error instanceof TransientError ? (error.retryAfterMs ?? 1000) : 1000;
      await new Promise<void>((resolve) => clock.after(Math.max(1000, wait), resolve));
    }
  }
}

async function pass(ms: number, each: () => void = () => {}): Promise<void> {
  for (let step = 0; step < ms / 100; step += 1) {
    each();
    await settled();
    clock.advance(100);
  }
}

/** So many approvals, evenly in so many ms; answers where each is shown, when all are. */
async function flood(count: number, inMs: number, afterwardsMs = 60_000): Promise<readonly ApprovalPlace[]> {
  const places: ApprovalPlace[] = [];
  const steps = Math.max(1, inMs / 100);
  let step = 0;
  let started = 0;
  await pass(inMs + afterwardsMs, () => {
    step += 1;
    for (; started < Math.min(count, (count * step) / steps); started += 1) {
      void show(started).then((place) => places.push(place));
    }
  });
  return places;
}

const isDigest = ({ text }: { readonly text: string }): boolean => text.includes("App Home");
const digests = () => slack.messages.filter(isDigest);
const cards = () => slack.messages.filter((message) => !isDigest(message));
const momentsOf = (method: string): readonly number[] =>
  slack.calls.filter((call) => call.method === method).map(({ at }) => at);
const mostWithin = (ms: number, moments: readonly number[]): number =>
  Math.max(0, ...moments.map((from) => moments.filter((at) => at >= from && at < from + ms).length));

describe("attack 114: 1,000 approvals in a minute", () => {
  test("become cards at the channel's pace and one digest, and none is lost", async () => {
    const places = await flood(1000, 60_000);
    expect(places).toHaveLength(1000);
    expect(digests()).toHaveLength(1);
    const inCards = new Set(places.filter(({ kind }) => kind === "card").map(({ ts }) => ts));
    const inDigest = places.filter(({ kind }) => kind === "digest");
    // Each card is one message of its own, and everything else is in the one digest.
    expect([...inCards].sort()).toEqual(cards().map(({ ts }) => ts));
    expect(new Set(inDigest.map(({ ts }) => ts))).toEqual(new Set([digests()[0]?.ts]));
    expect(inCards.size + inDigest.length).toBe(1000);
    // A minute's worth of cards, and those that stood in line when it ended.
    expect(inCards.size).toBeGreaterThanOrEqual(70);
    expect(inCards.size).toBeLessThanOrEqual(85);

    const sent = momentsOf("chat.postMessage");
    expect(sent).toHaveLength(inCards.size + 1);
    expect(mostWithin(60_000, sent)).toBeLessThanOrEqual(60);
    expect(mostWithin(1000, sent)).toBeLessThanOrEqual(3);
    expect(mostWithin(60_000, momentsOf("chat.update"))).toBeLessThanOrEqual(7);
    // Nothing was unclear, so nothing was looked for but the digest of an earlier boot.
    expect(momentsOf("conversations.history")).toHaveLength(1);
    expect(digests()[0]?.text).toContain("1000 approvals wait for a decision.");
  });

  test("all in the same moment are no different", async () => {
    const places = await flood(1000, 100);
    expect(places).toHaveLength(1000);
    expect(digests()).toHaveLength(1);
    expect(cards().length).toBeGreaterThanOrEqual(approvalsInLine);
    expect(cards().length).toBeLessThanOrEqual(approvalsInLine + 15);
    expect(mostWithin(60_000, momentsOf("chat.postMessage"))).toBeLessThanOrEqual(60);
  });

  test("a restart in the middle goes on with the same digest", async () => {
    await flood(300, 20_000, 1000);
    const before = digests().map(({ ts }) => ts);
    expect(before).toHaveLength(1);
    boot();
    const places = await flood(300, 20_000);
    expect(digests()).toHaveLength(1);
    expect(places.some(({ kind, ts }) => kind === "digest" && ts === before[0])).toBe(true);
  });

  test("a few approvals more than a burst simply wait for their cards", async () => {
    const places = await flood(20, 2000);
    expect(places.map(({ kind }) => kind)).toEqual(Array.from({ length: 20 }, () => "card"));
    expect(digests()).toEqual([]);
  });

  test("what comes when a digest is old begins another one, at the end of the channel", async () => {
    await flood(100, 100);
    clock.advance(digestLifeMs);
    await flood(100, 100);
    expect(digests()).toHaveLength(2);
    expect(Number(digests()[1]?.ts) - Number(digests()[0]?.ts)).toBeGreaterThan(digestLifeMs / 1000);
  });
});

describe("the digest", () => {
  test("carries no decision: it leads to App Home, and says how many wait", () => {
    const post = digestPost(930, home);
    expect(post.text).toContain("930 approvals wait for a decision.");
    expect(JSON.stringify(post.blocks)).toContain(`<${home}|`);
    expect(JSON.stringify(post.blocks)).not.toMatch(/button|actions/);
    expect(digestPost(1, home).text).toContain("1 approval waits for a decision.");
    expect(digestPost(0, home).text).toContain("No approval waits for a decision any more.");
  });

  test("is set right once for many decisions, also by a process that never knew it", async () => {
    await flood(100, 100);
    const [message] = digests();
    const ref = { ...agents, ts: message?.ts ?? "" };
    boot();
    const before = momentsOf("chat.update").length;
    for (let decided = 0; decided < 40; decided += 1) {
      waiting -= 1;
      digest.changed(ref);
    }
    await pass(20_000);
    expect(momentsOf("chat.update").length - before).toBe(1);
    expect(message?.text).toContain("60 approvals wait");
    expect(slack.messages.filter(isDigest)).toHaveLength(1);
  });

  test("is set right when Usher stops, and not after", async () => {
    await flood(100, 100);
    const [message] = digests();
    const ref = { ...agents, ts: message?.ts ?? "" };
    waiting = 7;
    digest.changed(ref);
    await digest.stop();
    expect(message?.text).toContain("7 approvals wait");
    waiting = 6;
    digest.changed(ref);
    await pass(20_000);
    expect(message?.text).toContain("7 approvals wait");
    expect(clock.pending()).toBe(0);
  });

  test("is tried again when it could not be set right", async () => {
    await flood(100, 100);
    const [message] = digests();
    let failures = 3;
    slack.fault = ({ method }) => {
      if (method !== "chat.update" || failures === 0) return null;
      failures -= 1;
      return failures === 1 ? { kind: "tooMany", retryAfter: "15" } : { kind: "before" };
    };
    waiting = 3;
    digest.changed({ ...agents, ts: message?.ts ?? "" });
    await pass(60_000);
    expect(message?.text).toContain("3 approvals wait");
    expect(clock.pending()).toBe(0);
  });

  test("that somebody has removed is given up, and the next one is a new message", async () => {
    await flood(100, 100);
    const removed = slack.messages.splice(slack.messages.findIndex(isDigest), 1)[0];
    digest.changed({ ...agents, ts: removed?.ts ?? "" });
    await pass(30_000);
    expect(clock.pending()).toBe(0);
    const places = await flood(100, 100);
    expect(digests()).toHaveLength(1);
    expect(places.some(({ ts }) => ts === removed?.ts)).toBe(false);
  });

  test("whose posting got no answer is found, and not posted twice", async () => {
    let lost = 0;
    slack.fault = ({ method, args }) => {
      if (method !== "chat.postMessage" || !isDigest({ text: args["text"] ?? "" }) || lost > 0) return null;
      lost += 1;
      return { kind: "after" };
    };
    const places = await flood(200, 10_000);
    expect([places.length, lost, digests().length]).toEqual([200, 1, 1]);
  });

  test("is posted all the same where the history may not be read", async () => {
    slack.fault = ({ method }) =>
      method === "conversations.history" ? { kind: "refuse", code: "missing_scope" } : null;
    const places = await flood(200, 10_000);
    expect([places.length, digests().length]).toEqual([200, 1]);
  });
});

describe("an approval", () => {
  test("whose card may have been shown is looked for, and not put into the digest as well", async () => {
    slack.fault = ({ method }) => (method === "chat.postMessage" ? { kind: "after" } : null);
    await expect(attempt(idOf(5000))).rejects.not.toBeInstanceOf(TransientError);
    slack.fault = () => null;
    void flood(500, 100);
    await settled();
    const place = await passing(clock, show(5000, true));
    expect(place).toEqual({ kind: "card", ts: slack.messages[0]?.ts });
  });

  test("that Slack refuses is refused, card or digest", async () => {
    slack.fault = ({ method }) => (method === "chat.postMessage" ? { kind: "refuse", code: "is_archived" } : null);
    await expect(attempt(idOf(1))).rejects.toBeInstanceOf(PermanentError);
  });

  test("that was withdrawn while it stood in line leaves its place to others", async () => {
    // 100 ask once, in the same moment, and never again.
    const once = Array.from({ length: 100 }, (_, n) =>
      attempt(idOf(n)).then(
        () => "shown",
        () => "withdrawn",
      ),
    );
    await pass(90_000);
    const ends = await Promise.all(once);
    expect(ends.filter((end) => end === "withdrawn")).toHaveLength(approvalsInLine - 4);
    const place = await passing(clock, attempt(idOf(500)));
    expect(place.kind).toBe("card");
  });

  test("attack 76: that App Home cannot show whole gets a card of its own, however long the line is", async () => {
    void flood(500, 100, 0);
    await pass(2000);
    const shown = show(600, false, false);
    await passing(clock, shown);
    expect((await shown).kind).toBe("card");
    expect(cards().map(({ text }) => text)).toContain(`card ${idOf(600)}`);
  });

  test("of another workspace does not stand in the same line", async () => {
    void flood(500, 100);
    await pass(2000);
    const elsewhere = workspaceIdSchema.parse("bank");
    const of = { workspace: elsewhere, channel: "CAGENTS", effectId: idOf(1), mayHaveBeenSent: false, fitsHome: true };
    const card = { text: "card", blocks: [] };
    const place = await digest.send(of, () => posts.send({ ...of, threadTs: null, posts: [card], firstAt: null }));
    expect(place.kind).toBe("card");
  });
});
