import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type ConversationId,
  conversationIdSchema,
  type WorkspaceId,
  workspaceIdSchema,
} from "../../src/domain/ids.ts";
import type { Queue } from "../../src/ports/queue.ts";

const acme = workspaceIdSchema.parse("acme");
const other = workspaceIdSchema.parse("other");
const room = (name: string): ConversationId => conversationIdSchema.parse(name);

/** A promise that a test settles by hand. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** What every queue must keep to. `open` answers a fresh queue that shares nothing with the ones before. */
export function queueContract(name: string, open: () => Promise<Queue>): void {
  const opened: Queue[] = [];
  const fresh = async (): Promise<Queue> => {
    const queue = await open();
    opened.push(queue);
    return queue;
  };
  const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 });

  describe(`${name} keeps the queue contract`, () => {
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((queue) => queue.stop()));
    });

    test("a wake leads to a call with its own workspace and conversation", async () => {
      const queue = await fresh();
      const calls: (readonly [WorkspaceId, ConversationId])[] = [];
      await queue.start(async (workspace, id) => {
        calls.push([workspace, id]);
      });
      await queue.wake(acme, room("thread:1 ä/\u0000"));
      await eventually(() => expect(calls).toContainEqual([acme, room("thread:1 ä/\u0000")]));
    });

    test("nothing is called for without a wake", async () => {
      const queue = await fresh();
      const calls: string[] = [];
      await queue.start(async (_, id) => {
        calls.push(id);
      });
      await queue.wake(acme, room("woken"));
      await eventually(() => expect(calls).toContain("woken"));
      expect(new Set(calls)).toEqual(new Set(["woken"]));
    });

    test("a wake that came before the start is not lost by it", async () => {
      const queue = await fresh();
      await queue.wake(acme, room("early"));
      const calls: string[] = [];
      await queue.start(async (_, id) => {
        calls.push(id);
      });
      await eventually(() => expect(calls).toContain("early"));
    });

    test("a wake during a call leads to another call, which begins after that wake", async () => {
      const queue = await fresh();
      const first = gate();
      const calls: string[] = [];
      let woken = false;
      await queue.start(async () => {
        calls.push(woken ? "after" : "before");
        if (!woken) await first.opened;
      });
      await queue.wake(acme, room("busy"));
      await eventually(() => expect(calls).toContain("before"));
      woken = true;
      await queue.wake(acme, room("busy"));
      first.open();
      await eventually(() => expect(calls).toContain("after"));
    });

    test("one conversation's long call holds up no other", async () => {
      const queue = await fresh();
      const long = gate();
      const ended: string[] = [];
      await queue.start(async (_, id) => {
        if (id === "long") await long.opened;
        ended.push(id);
      });
      await queue.wake(acme, room("long"));
      await queue.wake(acme, room("short"));
      await eventually(() => expect(ended).toContain("short"));
      expect(ended).not.toContain("long");
      long.open();
      await eventually(() => expect(ended).toContain("long"));
    });

    test("a handler that throws harms neither the others nor its own next call", async () => {
      const queue = await fresh();
      const calls: string[] = [];
      let broken = true;
      await queue.start((_, id) => {
        calls.push(broken ? `${id} fails` : id);
        if (id === "bad" && broken) throw new Error("A handler that throws before it waits.");
        return id === "worse" && broken ? Promise.reject(new Error("A handler that rejects.")) : Promise.resolve();
      });
      await queue.wake(acme, room("bad"));
      await queue.wake(acme, room("worse"));
      await eventually(() => expect(calls).toEqual(expect.arrayContaining(["bad fails", "worse fails"])));
      broken = false;
      for (const id of ["good", "bad", "worse"]) await queue.wake(acme, room(id));
      await eventually(() => expect(calls).toEqual(expect.arrayContaining(["good", "bad", "worse"])));
    });

    test("two workspaces that share every id are kept apart", async () => {
      const queue = await fresh();
      const calls: (readonly string[])[] = [];
      await queue.start(async (workspace, id) => {
        calls.push([workspace, id]);
      });
      await queue.wake(acme, room("same"));
      await queue.wake(other, room("same"));
      await eventually(() =>
        expect(calls).toEqual(
          expect.arrayContaining([
            ["acme", "same"],
            ["other", "same"],
          ]),
        ),
      );
    });

    test("of very many wakes at once none is forgotten", async () => {
      const queue = await fresh();
      const calls = new Set<string>();
      await queue.start(async (_, id) => {
        calls.add(id);
      });
      const ids = Array.from({ length: 500 }, (_, index) => `room-${index}`);
      await Promise.all(ids.map((id) => queue.wake(acme, room(id))));
      await eventually(() => expect(calls.size).toBe(ids.length));
    });

    test("a stop waits for the handlers in flight, and begins no other", async () => {
      const queue = await fresh();
      const slow = gate();
      const log: string[] = [];
      await queue.start(async (_, id) => {
        log.push(`${id} begins`);
        await slow.opened;
        log.push(`${id} ends`);
      });
      await queue.wake(acme, room("slow"));
      await eventually(() => expect(log).toEqual(["slow begins"]));
      const stopped = queue.stop().then(() => log.push("stopped"));
      // Neither a repeat nor a new one is begun any more; whether the wake is refused is the queue's own affair.
      await Promise.allSettled([queue.wake(acme, room("slow")), queue.wake(acme, room("late"))]);
      slow.open();
      await stopped;
      expect(log).toEqual(["slow begins", "slow ends", "stopped"]);
    });
  });
}
