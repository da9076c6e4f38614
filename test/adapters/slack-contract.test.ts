import { expect } from "vitest";
import { addressOf, cardRefOf, readAddress } from "../../adapters/slack/address.ts";
import { conversationIdSchema } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Person } from "../../src/domain/person.ts";
import { type ChannelFixtures, type ChannelRig, channelContract } from "../contracts/channel-contract.ts";
import { company } from "../support/slack/company.ts";
import { type Fields, fieldsOf } from "../support/slack/fields.ts";
import { readFixture, sendFixture } from "../support/slack/fixtures.ts";
import { addMessage } from "../support/slack/messages.ts";
import { agentsAddress, openSlackRig, slackWorkspace as workspace } from "../support/slack/rig.ts";

const person = (id: string, name: string, external = false): Person => ({
  platform: "slack",
  id,
  name,
  role: "customer",
  external,
});
const jane = person(company.jane, "jane");
const agnes = person(company.agnes, "agnes");
const approval = `${"a".repeat(32)}-7`;

function place(channel: string, thread: string) {
  const id = channel.startsWith("D") ? `slack:${channel}` : `slack:${channel}:${thread}`;
  return {
    workspace,
    conversation: conversationIdSchema.parse(id),
    address: addressOf({ workspace, channel, thread }),
  };
}

interface Said {
  readonly channel: string;
  readonly ts: string;
  readonly thread?: string;
  readonly client?: string;
  readonly from?: Person;
  readonly text: string;
  readonly mentioned?: boolean;
}

/** What must come of somebody's words. */
function turnOf({ channel, ts, client, from = jane, text, mentioned = false }: Said) {
  const key = `slack:${channel}:${ts}`;
  const keys = client === undefined ? [key] : [key, `slack:client:7f846ada-9111-41d4-983b-0000000000${client}`];
  return { id: key, keys, from, text, mentioned, at: Math.floor(Number(ts) * 1000) };
}

function event(fixture: string, said: Said) {
  return {
    name: `fixture ${fixture}`,
    payload: payloadOf(fixture),
    place: {
      ...place(said.channel, said.thread ?? said.ts),
      // In a channel itself such words may be the answer for which a thread waits; a direct message has no threads.
      ...(said.thread === undefined && said.channel !== company.janesDirect ? { isBeside: expect.any(Function) } : {}),
    },
    event: { kind: "turn" as const, turn: turnOf(said) },
  };
}

// What JSON.parse has made of a file is JSON.
const payloadOf = (fixture: string): Json => readFixture(fixture) as Json;

const mention = {
  channel: company.support,
  ts: "1795338050.940449",
  client: "07",
  text: "I want a refund",
  mentioned: true,
};
const thread = { thread: "1795338000.280449" };
const reply = { workspace, channel: company.support, ts: "1795338030.701849" };

/** A press on a card in the agents channel, with another button than the fixture's. */
function pressed(action: string, value: string): Json {
  const payload = readFixture("block-actions-message");
  const [first] = payload["actions"] as Fields[];
  return { ...payload, actions: [{ ...first, action_id: `press:${action}`, value }] } as Json;
}

const cardPressed = cardRefOf({ workspace, kind: "card", channel: company.agents, ts: "1795338125.503009" });

const fixtures: ChannelFixtures = {
  events: [
    event("message-channel", {
      channel: company.support,
      ts: "1795338000.280449",
      client: "01",
      text: "I want my money back for order 1001",
    }),
    event("message-mention", mention),
    event("app-mention", mention),
    event("message-direct", {
      channel: company.janesDirect,
      ts: "1795338020.260129",
      client: "03",
      text: "Where is my order?",
      // Nobody else is spoken to there.
      mentioned: true,
    }),
    event("message-thread-reply", { ...thread, channel: company.support, ts: reply.ts, client: "05", text: "1001" }),
    event("message-connect", {
      channel: company.shared,
      ts: "1795338160.776989",
      client: "21",
      from: person(company.carla, "carla", true),
      text: "I want my money back for order 1001",
    }),
    event("message-file-share", {
      ...thread,
      channel: company.support,
      ts: "1795338140.465059",
      client: "18",
      text: "My bill",
    }),
    {
      name: "fixture message-changed-edit",
      payload: payloadOf("message-changed-edit"),
      place: place(reply.channel, thread.thread),
      event: { kind: "edited", turnId: `slack:${reply.channel}:${reply.ts}`, text: "1002" },
    },
    {
      name: "fixture message-deleted",
      payload: payloadOf("message-deleted"),
      place: place(reply.channel, thread.thread),
      event: { kind: "edited", turnId: `slack:${reply.channel}:${reply.ts}`, text: null },
    },
  ],
  presses: (["approve", "runAgain", "stop", "handBack", "resolve"] as const).map((kind) => ({
    name: `the button ${kind}`,
    payload: pressed(kind, approval),
    workspace,
    press: { id: approval, card: cardPressed, by: agnes, action: { kind } },
  })),
  starts: [
    {
      name: "fixture view-submission-start",
      payload: payloadOf("view-submission-start"),
      start: {
        slug: "refund-request-handler",
        by: agnes,
        turn: {
          id: `slack:start:${reply.channel}:${reply.ts}:refund-request-handler`,
          keys: [
            `slack:start:${reply.channel}:${reply.ts}:refund-request-handler`,
            `slack:${reply.channel}:${reply.ts}`,
          ],
          from: jane,
          text: "1001",
          mentioned: true,
        },
        place: place(reply.channel, thread.thread),
      },
    },
    {
      name: "fixture function-executed",
      payload: payloadOf("function-executed"),
      start: {
        slug: "refund-request-handler",
        by: null,
        turn: {
          id: "slack:step:Fx0FAKE0001",
          keys: ["slack:step:Fx0FAKE0001"],
          from: jane,
          text: "My parcel never came",
          mentioned: true,
        },
        place: { workspace },
      },
    },
  ],
  ignored: [
    ...[
      "message-bot",
      "message-own-bot",
      "message-other-bot",
      "message-channel-join",
      "message-changed-unfurl",
      "message-changed-own",
      "app-home-opened-messages",
      "channel-shared",
      "member-joined-channel",
    ].map((name) => ({ name: `fixture ${name}`, payload: payloadOf(name) })),
    // It opens a form; what is chosen there comes with the submission. Its trigger is void here, and its address is nobody's.
    {
      name: "fixture message-action",
      payload: { ...readFixture("message-action"), response_url: "http://127.0.0.1:9/" } as Json,
    },
  ],
};

const first = { user: company.jane, ts: "1795338000.280449", text: "I want my money back for order 1001" };

async function open(): Promise<ChannelRig> {
  const rig = await openSlackRig();
  // The message at which the first fixture's thread begins: without it there is no such thread to read.
  addMessage(rig.slack.state, { ...first, channel: company.support, team: company.team });
  return {
    channel: rig.channel,
    agents: agentsAddress,
    deliver: async (payload) => {
      const { status } = await sendFixture(rig.bot, fieldsOf(payload));
      return status === 200;
    },
    shown: async (address) => {
      const at = readAddress(address);
      const messages = rig.slack.messagesIn(at?.channel ?? "");
      const there = messages.filter(({ thread: root }) => at?.thread === null || root === at?.thread);
      return there.map((message) => JSON.stringify([message.text, message.blocks]));
    },
    close: rig.close,
  };
}

channelContract("slack", fixtures, open);
