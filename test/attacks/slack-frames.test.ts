import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/system.ts";
import { createFakeInbound, type FakeInbound } from "../support/fake-inbound.ts";
import { company } from "../support/slack/company.ts";
import { envelopeOf } from "../support/slack/payloads.ts";
import { openSlackRig } from "../support/slack/rig.ts";
import { named } from "./variants.ts";

// Attack 7 over a socket: what Slack's library takes for granted and is not there. Node ends a process for a rejection that
// nobody hears, and Vitest fails the run for it.

let rig: Awaited<ReturnType<typeof openSlackRig>>;
let inbound: FakeInbound;
let frames = 0;
beforeAll(async () => {
  rig = await openSlackRig(systemClock, "socket");
  inbound = createFakeInbound();
  await rig.channel.start(inbound);
});
afterAll(async () => {
  await rig.channel.stop();
  await rig.close();
});
const dropped = (): number => rig.log.lines.filter(({ message }) => message.includes("dropped")).length;

const who = { user: { id: company.agnes }, team: { id: company.team } };
const event = (one: unknown) => ({ type: "events_api", payload: { type: "event_callback", event: one } });
const interactive = (payload: unknown) => ({ type: "interactive", payload });

describe("attack 7 · a frame that is malformed is acknowledged and dropped, and the process stays up", () => {
  afterEach(async () => {
    const before = inbound.reports.length;
    await rig.people.writes({ user: company.jane, channel: company.support, text: "Hi" });
    expect(inbound.reports).toHaveLength(before + 1);
  });

  const envelopes: readonly object[] = [
    { type: "events_api" },
    ...[null, [], 5, {}, { event: null }, { type: "event_callback" }].map((payload) => ({
      type: "events_api",
      payload,
    })),
    ...[
      null,
      {},
      { type: 5 },
      { type: "ws_message" },
      { type: "close" },
      { type: "error" },
      { type: "slack_event" },
    ].map(event),
    ...[null, [], { type: "block_actions", ...who, actions: [] }, { type: "block_actions", ...who, actions: null }].map(
      interactive,
    ),
    interactive({ type: "block_actions", user: null, actions: [{ action_id: "press:approve" }] }),
    interactive({ type: "view_submission", ...who }),
    { type: "slash_commands", payload: null },
    { type: "slash_commands", payload: { command: "/procedures" } },
    { type: "error", payload: {} },
    { type: null },
    {},
  ];
  test.each(named(envelopes.map((envelope) => [envelope] as const)))("%s", async (_, [envelope]) => {
    const before = dropped();
    frames += 1;
    const id = `odd-${frames}`;
    await rig.slack.sockets.raw(JSON.stringify({ envelope_id: id, ...envelope }), id);
    expect(dropped()).toBe(before + 1);
  });

  const nothings = ["null", "5", "[]", '"x"', "<html>", "", "{", '{"type":"slash_commands","payload":{}}'];
  test.each(nothings)("%j, which names no envelope", async (frame) => {
    const before = dropped();
    frames += 1;
    // Nobody can acknowledge it; the next envelope is.
    const lost = rig.slack.sockets.raw(frame, `odd-${frames}`);
    lost.catch(() => {});
    await rig.people.writes({ user: company.jane, channel: company.support, text: "Hi" });
    expect(dropped()).toBe(before + 1);
  });
});

test("control: an event that nobody listens to is acknowledged over the same way", async () => {
  const token = rig.slack.state.tokens.get(company.token);
  if (token === undefined) throw new Error("the company has no token");
  const payload = envelopeOf(rig.slack.state, token, { type: "channel_rename", channel: { id: company.support } });
  await rig.slack.sockets.raw(JSON.stringify({ type: "events_api", envelope_id: "fine", payload }), "fine");
});
