import { expect, test, vi } from "vitest";
import { createInProcessQueue } from "../../jobs/in-process.ts";
import { conversationIdSchema, workspaceIdSchema } from "../../src/domain/ids.ts";
import { queueContract } from "../contracts/queue-contract.ts";

queueContract("in process", () => Promise.resolve(createInProcessQueue()));

const acme = workspaceIdSchema.parse("acme");
const room = conversationIdSchema.parse("room");

test("wakes of one conversation that wait together become one call", async () => {
  const queue = createInProcessQueue();
  let calls = 0;
  for (let wake = 0; wake < 10; wake++) await queue.wake(acme, room);
  await queue.start(async () => {
    calls++;
  });
  await queue.stop();
  expect(calls).toBe(1);
});

test("calls for one conversation never overlap", async () => {
  const queue = createInProcessQueue();
  let under = 0;
  let most = 0;
  let calls = 0;
  await queue.start(async () => {
    calls++;
    most = Math.max(most, ++under);
    await Promise.resolve();
    if (calls < 20) await queue.wake(acme, room);
    under--;
  });
  await queue.wake(acme, room);
  await vi.waitFor(() => expect(calls).toBe(20));
  await queue.stop();
  expect(most).toBe(1);
});

test("a wake answers before the handler begins, so that the handler cannot disturb who woke", async () => {
  const queue = createInProcessQueue();
  const order: string[] = [];
  await queue.start(() => {
    order.push("handler");
    throw new Error("Not the waker's business.");
  });
  const woken = queue.wake(acme, room);
  order.push("waker");
  await woken;
  await queue.stop();
  expect(order).toEqual(["waker", "handler"]);
});

test("what a handler throws is told", async () => {
  const errors: unknown[] = [];
  const queue = createInProcessQueue({ onError: (error) => errors.push(error) });
  const thrown = new Error("A handler's error.");
  await queue.start(() => Promise.reject(thrown));
  await queue.wake(acme, room);
  await queue.stop();
  expect(errors).toEqual([thrown]);
});
