import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { agentsAddress, threadAddress } from "../../adapters/web/address.ts";
import type { ChangeJson } from "../../adapters/web/api.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { conversationId, openPlayground, type Playground, workspace } from "../support/web-playground.ts";

const one = conversationId(1);
const words = { kind: "text", text: "Hello", choices: [], sensitive: false, author: null } as const;

interface Seen {
  readonly id: number;
  readonly change: ChangeJson;
}

interface Stream {
  readonly status: number;
  readonly type: string | null;
  /** The next so many events. */
  take(count: number): Promise<readonly Seen[]>;
  /** Reads until this text has come. */
  until(text: string): Promise<void>;
  /** Resolves when the server ends it. */
  ended(): Promise<void>;
  leave(): Promise<void>;
}

let playground: Playground;
const open = new Set<Stream>();
beforeEach(async () => {
  playground = await openPlayground();
  await playground.post("/api/conversations", { as: "customer-1" });
});
afterEach(async () => {
  for (const stream of open) await stream.leave();
  open.clear();
  await playground.shut();
});

async function listen(): Promise<Stream> {
  const response = await fetch(`${playground.url}/api/events`);
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const more = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    text += value ?? "";
    return !done;
  };
  const until = async (wanted: string): Promise<void> => {
    while (!text.includes(wanted)) if (!(await more())) throw new Error("The stream ended too early.");
  };
  const stream: Stream = {
    status: response.status,
    type: response.headers.get("content-type"),
    until,
    take: async (count) => {
      const seen: Seen[] = [];
      while (seen.length < count) {
        const match = /id: (\d+)\ndata: (.*)\n\n/.exec(text);
        if (match === null) {
          if (!(await more())) throw new Error("The stream ended too early.");
          continue;
        }
        text = text.slice(match.index + match[0].length);
        seen.push({ id: Number(match[1]), change: JSON.parse(match[2] ?? "") as ChangeJson });
      }
      return seen;
    },
    ended: async () => {
      while (await more());
    },
    leave: () => reader.cancel().catch(() => {}),
  };
  open.add(stream);
  if (response.status === 200) await until("retry: 1000\n\n");
  return stream;
}

describe("the stream of changes", () => {
  test("tells what changed, in order, with ids that count up by one", async () => {
    const stream = await listen();
    expect([stream.status, stream.type]).toEqual([200, "text/event-stream"]);
    await playground.post(`/api/conversations/${one}/messages`, { id: "m1", as: "customer-1", text: "Hi" });
    playground.inspector.saved(workspace, one);
    await playground.channel.send(agentsAddress, words, {
      effectId: "e1",
      under: null,
      mayHaveBeenSent: false,
      firstAt: null,
    });
    await playground.channel.send(threadAddress(one), words, {
      effectId: "e2",
      under: null,
      mayHaveBeenSent: false,
      firstAt: null,
    });
    const seen = await stream.take(5);
    expect(seen.map(({ change }) => change)).toEqual([
      { kind: "conversation", id: one },
      { kind: "conversation", id: one },
      { kind: "records" },
      { kind: "agents" },
      { kind: "conversation", id: one },
    ]);
    const first = seen[0]?.id ?? 0;
    expect(seen.map(({ id }) => id - first)).toEqual([0, 1, 2, 3, 4]);
  });

  test("says nothing of what did not change", async () => {
    const stream = await listen();
    const same = { effectId: "e1", under: null, mayHaveBeenSent: false, firstAt: null };
    await playground.channel.send(agentsAddress, words, same);
    await playground.channel.send(agentsAddress, words, same);
    playground.inspector.saved(workspaceIdSchema.parse("another"), one);
    playground.inspector.saved(workspace, conversationId(2));
    expect((await stream.take(2)).map(({ change }) => change)).toEqual([
      { kind: "agents" },
      { kind: "conversation", id: conversationId(2) },
    ]);
  });

  test("goes on above the old ids for whoever comes back, also after a restart", async () => {
    const before = await listen();
    playground.inspector.saved(workspace, one);
    const [last] = (await before.take(2)).slice(-1);
    await before.leave();
    playground.inspector.saved(workspace, one);
    const again = await listen();
    playground.inspector.saved(workspace, one);
    const [next] = await again.take(1);
    // The gap is how a reader learns that it missed something.
    expect((next?.id ?? 0) - (last?.id ?? 0)).toBe(3);
    const startMs = playground.clock.now() + 1;
    await playground.shut();
    playground = await openPlayground({ startMs });
    const restarted = await listen();
    playground.inspector.saved(workspace, one);
    expect((await restarted.take(1))[0]?.id).toBeGreaterThan(next?.id ?? 0);
  });

  test("shows that it is alive every 15 s", async () => {
    const stream = await listen();
    playground.clock.advance(15_000);
    await stream.until(": still here\n\n");
    playground.clock.advance(15_000);
    await stream.until(": still here\n\n: still here\n\n");
  });

  test("has one timer for all its readers, and none when nobody reads", async () => {
    const streams = [await listen(), await listen()];
    expect(playground.clock.pending()).toBe(1);
    await Promise.all(streams.map((stream) => stream.leave()));
    await vi.waitFor(() => expect(playground.clock.pending()).toBe(0), { interval: 1 });
  });

  test("is ended by the channel's stop, and is open again after its start", async () => {
    const stream = await listen();
    await playground.channel.stop();
    await stream.ended();
    expect(playground.inspector.watchers()).toBe(0);
    expect((await listen()).status).toBe(503);
    await playground.channel.start(playground.inbound);
    expect(playground.inspector.watchers()).toBe(1);
    expect((await listen()).status).toBe(200);
  });

  test("is refused to the 101st reader, and a place is free when one leaves", async () => {
    const streams = await Promise.all(Array.from({ length: 100 }, listen));
    expect((await listen()).status).toBe(503);
    await streams[0]?.leave();
    await vi.waitFor(async () => expect((await listen()).status).toBe(200), { interval: 1 });
  });

  test("cuts off a reader that does not read, and no other", async () => {
    const good = await listen();
    const socket = connect(playground.port, "127.0.0.1");
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    const { promise: opened, resolve: begun } = Promise.withResolvers<void>();
    socket.once("data", () => {
      socket.pause();
      begun();
    });
    socket.on("error", () => resolve()).on("close", () => resolve());
    socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${playground.port}\r\n\r\n`);
    await opened;
    // More than the buffers of both kernels can hold; the good reader keeps up.
    for (let round = 0; round < 400; round += 1) {
      for (let n = 0; n < 250; n += 1) playground.inspector.saved(workspace, one);
      await good.take(500);
    }
    socket.resume();
    await cut;
    playground.inspector.saved(workspace, one);
    expect(await good.take(2)).toHaveLength(2);
  });
});
