import { agentsAddress, readAddress, threadAddress } from "../../adapters/web/address.ts";
import type { AgentsCardJson, ConversationJson } from "../../adapters/web/api.ts";
import type { Person } from "../../src/domain/person.ts";
import { type ChannelFixtures, type ChannelRig, channelContract } from "../contracts/channel-contract.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { conversationId, openPlayground, workspace } from "../support/web-playground.ts";

const conversation = conversationId(1);
const place = { workspace, conversation, address: threadAddress(conversation) };
const at = createFakeClock().now();
const person = (id: string, name: string): Person => ({ platform: "web", id, name, role: "customer", external: false });
const customer = person("customer-1", "Customer 1");
const agent = person("agent-1", "Agent 1");
const messages = `/api/conversations/${conversation}/messages`;
const approval = `${"a".repeat(32)}-7`;

function turn(id: string, from: Person, text: string, mentioned: boolean) {
  const key = `web:${conversation}:${id}`;
  return { id: key, keys: [key], from, text, mentioned, at };
}

// A payload of the playground is what its page posts: an address and a body.
const fixtures: ChannelFixtures = {
  events: [
    {
      name: "a customer's message",
      payload: { path: messages, body: { id: "m-1", as: "customer-1", text: "I want a refund" } },
      place,
      event: { kind: "turn", turn: turn("m-1", customer, "I want a refund", false) },
    },
    {
      name: "a message that mentions the bot",
      payload: { path: messages, body: { id: "m_2", as: "customer-1", text: "@Usher, hello @usher.com" } },
      place,
      event: { kind: "turn", turn: turn("m_2", customer, "hello @usher.com", true) },
    },
    {
      name: "an agent's message in the customer's thread",
      payload: { path: messages, body: { id: "m3", as: "agent-1", text: "I take this" } },
      place,
      event: { kind: "turn", turn: turn("m3", agent, "I take this", false) },
    },
    {
      name: "an agent's reply under the hand-off card",
      payload: {
        path: `/api/conversations/${conversation}/reply`,
        body: { id: "r1", as: "agent-1", text: "We will refund you" },
      },
      place,
      event: { kind: "agentWrote", where: "handOff", turn: turn("reply:r1", agent, "We will refund you", false) },
    },
  ],
  presses: [
    {
      name: "Approve",
      payload: { path: `/api/approvals/${approval}/decision`, body: { as: "agent-1", approve: true } },
      workspace,
      press: { id: approval, card: null, by: agent, action: { kind: "approve" } },
    },
    {
      name: "Reject with a reason",
      payload: {
        path: `/api/approvals/${approval}/decision`,
        body: { as: "agent-1", approve: false, reason: " Too late " },
      },
      workspace,
      press: { id: approval, card: null, by: agent, action: { kind: "reject", reason: "Too late" } },
    },
    {
      name: "It happened, with a result",
      payload: {
        path: `/api/effects/${approval}/verdict`,
        body: { as: "agent-1", verdict: "happened", value: { refund: ["9007199254740993", 1] } },
      },
      workspace,
      press: {
        id: approval,
        card: null,
        by: agent,
        action: { kind: "happened", value: { refund: ["9007199254740993", 1] } },
      },
    },
    {
      name: "It happened, without a result",
      payload: { path: `/api/effects/${approval}/verdict`, body: { as: "agent-1", verdict: "happened" } },
      workspace,
      press: { id: approval, card: null, by: agent, action: { kind: "happened", value: null } },
    },
    {
      name: "Run again",
      payload: { path: `/api/effects/${approval}/verdict`, body: { as: "agent-1", verdict: "runAgain", value: 1 } },
      workspace,
      press: { id: approval, card: null, by: agent, action: { kind: "runAgain" } },
    },
    {
      name: "Hand back",
      payload: { path: `/api/conversations/${conversation}/handback`, body: { as: "agent-1" } },
      workspace,
      press: { id: `${"b".repeat(32)}-3`, card: null, by: agent, action: { kind: "handBack" } },
    },
    {
      name: "Resolve",
      payload: { path: `/api/conversations/${conversation}/resolve`, body: { as: "agent-1" } },
      workspace,
      press: { id: `${"b".repeat(32)}-3`, card: null, by: agent, action: { kind: "resolve" } },
    },
  ],
  // The playground starts nothing by hand.
  starts: [],
  ignored: [
    { name: "a message in Usher's own name", payload: { path: messages, body: { id: "m1", as: "usher", text: "Hi" } } },
    { name: "a message without words", payload: { path: messages, body: { id: "m1", as: "customer-1", text: " \n" } } },
    {
      name: "a message in no conversation",
      payload: { path: "/api/conversations/none/messages", body: { id: "m1", as: "customer-1", text: "Hi" } },
    },
    {
      name: "a reply by a customer",
      payload: {
        path: `/api/conversations/${conversation}/reply`,
        body: { as: "customer-1", text: "Refund approved" },
      },
    },
    {
      name: "a rejection without a reason",
      payload: { path: `/api/approvals/${approval}/decision`, body: { as: "agent-1", approve: false, reason: " " } },
    },
  ],
};

async function open(): Promise<ChannelRig> {
  const playground = await openPlayground({ started: false });
  await playground.post("/api/conversations", { as: "customer-1" });
  playground.inspector.views.set(conversation, {
    id: conversation,
    version: 1,
    customer,
    handledBy: "people",
    handOff: `${"b".repeat(32)}-3`,
    run: null,
    lastRun: null,
    lastRoute: null,
    awaitsSensitive: false,
    tags: [],
    resolvedAt: null,
  });
  return {
    channel: playground.channel,
    agents: agentsAddress,
    deliver: async (payload) => {
      const { path, body } = payload as { path: string; body: { [name: string]: string } };
      const { status } = await playground.post(path, body);
      return status < 300;
    },
    shown: async (address) => {
      const shown = readAddress(address);
      if (shown?.kind !== "thread") {
        const { body } = await playground.get("/api/agents");
        return (body as AgentsCardJson[]).map(({ card }) => card.title);
      }
      const { body } = await playground.get(`/api/conversations/${shown.conversation}`);
      return (body as ConversationJson).messages.map(({ text }) => text);
    },
    close: playground.shut,
  };
}

channelContract("web", fixtures, open);
