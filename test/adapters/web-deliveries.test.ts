import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDeliveries, type Deliveries } from "../../adapters/web/deliveries.ts";
import { createGate, type Gate } from "../../adapters/web/gate.ts";
import { type LogFile, openLogFile } from "../../adapters/web/log-file.ts";
import { createMessageLog } from "../../adapters/web/message-log.ts";
import { createPeople } from "../../adapters/web/people.ts";
import { conversationIdSchema } from "../../src/domain/ids.ts";
import { TransientError } from "../../src/ports/errors.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import {
  createFakeInbound,
  createFakeInspector,
  type FakeInbound,
  type FakeInspector,
} from "../support/fake-inbound.ts";
import { workspace } from "../support/web-playground.ts";

const one = conversationIdSchema.parse("web-1");

let folder: string;
let file: LogFile;
let gate: Gate;
let inbound: FakeInbound;
let inspector: FakeInspector;
let deliveries: Deliveries;
let reported: unknown[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "usher-deliveries-"));
  file = openLogFile(folder);
  const log = createMessageLog(file);
  log.addConversation({ id: one, customer: "customer-1", startedAt: 1 });
  gate = createGate();
  inbound = createFakeInbound();
  inspector = createFakeInspector();
  gate.open(inbound);
  reported = [];
  deliveries = createDeliveries({
    workspace,
    clock: createFakeClock(),
    log,
    gate,
    people: createPeople(workspace, { load: async () => null }),
    inspector,
    changed: () => {},
    report: (error) => reported.push(error),
  });
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

const deliver = (key: string) => deliveries.deliver({ conversation: one, key, from: "customer-1", text: key, at: 1 });
const heard = () =>
  inbound.reports.map((report) => ("event" in report && report.event.kind === "turn" ? report.event.turn.text : "?"));

test("twenty deliveries of one message at the same moment are one event, and all end with it", async () => {
  const release = inbound.hold();
  let ended = 0;
  const all = Array.from({ length: 20 }, () =>
    deliver("m1").then(() => {
      ended += 1;
    }),
  );
  await inbound.arrived(1);
  await new Promise(setImmediate);
  expect([heard(), ended]).toEqual([["m1"], 0]);
  release();
  await Promise.all(all);
  expect([heard(), ended]).toEqual([["m1"], 20]);
});

test("messages of one conversation are handed over one after the other, in the order in which they came", async () => {
  const release = inbound.hold();
  const all = ["m1", "m2", "m3"].map(deliver);
  await inbound.arrived(1);
  await new Promise(setImmediate);
  expect(heard()).toEqual(["m1"]);
  release();
  await Promise.all(all);
  expect(heard()).toEqual(["m1", "m2", "m3"]);
});

test("what nobody can look up is not handed over: it might have to be hidden", async () => {
  const down = new TransientError("The store cannot be read.");
  inspector.conversation = async () => {
    throw down;
  };
  await expect(deliver("m1")).rejects.toBe(down);
  expect(heard()).toEqual([]);
});

test("whoever waits behind a message while the gate closes is told to come again, and loses nothing", async () => {
  const release = inbound.hold();
  const [first, second] = ["m1", "m2"].map(deliver);
  const told = expect(second).rejects.toBeInstanceOf(TransientError);
  await inbound.arrived(1);
  const closed = gate.close();
  release();
  await Promise.all([first, told, closed]);
  expect(heard()).toEqual(["m1"]);
  gate.open(inbound);
  await deliveries.redeliver();
  expect(heard()).toEqual(["m1", "m2"]);
  expect(reported).toEqual([]);
});

test("a file that cannot be read when it is redelivered harms nothing but is reported", async () => {
  file.close();
  await deliveries.redeliver();
  expect(reported).toHaveLength(1);
});

test("somebody else who writes before the customer has is shown, and does not become the customer", async () => {
  await deliveries.deliver({ conversation: one, key: "a1", from: "agent-1", text: "Good morning", at: 1 });
  expect(heard()).toEqual([]);
  await deliver("m1");
  expect(heard()).toEqual(["m1"]);
});

test("guarantee G12: a clock that is set back makes no message older than the one before it", async () => {
  const times = () =>
    inbound.reports.map((report) => ("event" in report && report.event.kind === "turn" ? report.event.turn.at : 0));
  for (const [key, at] of [
    ["m1", 5000],
    ["m2", 5000],
    ["m3", 1],
    ["m4", 9000],
  ] as const) {
    await deliveries.deliver({ conversation: one, key, from: "customer-1", text: key, at });
  }
  expect(times()).toEqual([5000, 5001, 5002, 9000]);
});
