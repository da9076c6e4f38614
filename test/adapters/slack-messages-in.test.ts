import { beforeEach, describe, expect, test } from "vitest";
import { cardRefOf, conversationOf } from "../../adapters/slack/address.ts";
import { createBackground } from "../../adapters/slack/background.ts";
import { createGate, type Gate } from "../../adapters/slack/gate.ts";
import { createMessagesIn } from "../../adapters/slack/messages-in.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Person } from "../../src/domain/person.ts";
import { TransientError } from "../../src/ports/errors.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { createFakeInbound, type FakeInbound } from "../support/fake-inbound.ts";
import { createLogBook } from "../support/playground.ts";
import { company } from "../support/slack/company.ts";
import { slackWorkspace as workspace } from "../support/slack/rig.ts";

const { agents, artur, bot, team } = company;
const from = { platform: "slack", id: artur, name: "artur", role: "customer", external: false } as const;
const installation: Installation = {
  ...{ workspace, platform: "slack", name: "Bright Goods", team, organisation: null, botUser: bot },
  ...{ botToken: company.token, scopes: [], by: null, installedAt: 0 },
};

let clock: FakeClock;
let inbound: FakeInbound;
let gate: Gate;
let personOf: () => Promise<Person>;
let verified: () => Promise<Person>;
let hear: (payload: unknown) => Promise<void>;

beforeEach(() => {
  clock = createFakeClock();
  inbound = createFakeInbound();
  personOf = async () => from;
  verified = async () => from;
  gate = createGate(clock);
  gate.open(inbound);
  const messagesIn = createMessagesIn({
    gate,
    clock,
    people: { of: () => personOf(), knownOrNull: async () => from, verified: () => verified() },
    agentsChannelOf: () => agents,
    commands: { inThread: () => {}, bySlash: () => {} },
    client: { history: async () => ({ messages: [], next: null }), postEphemeral: async () => undefined },
    background: createBackground(clock, createLogBook()),
  });
  hear = (payload) => messagesIn(installation, payload);
});

/** Everything that waits for no time has happened. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await null;
}

/** What an agent writes under a card that was posted so many ms ago. */
function underCard(ageMs: number) {
  const ts = `${((clock.now() - ageMs) / 1000).toFixed(3)}000`;
  const now = `${(clock.now() / 1000).toFixed(3)}001`;
  const payload = { type: "message", channel: agents, user: artur, text: "Hello", ts: now, thread_ts: ts };
  return {
    payload: { ...payload, parent_user_id: bot },
    card: cardRefOf({ workspace, kind: "card", channel: agents, ts }),
  };
}

describe("G1: what somebody writes, whom Slack is slow to name", () => {
  const payload = { type: "message", channel: "C0SUPPORT", channel_type: "channel", user: artur, text: "Hello" };
  const message = { ...payload, ts: "1700000000.000100" };
  const slowly = async () => {
    await new Promise<void>((resolve) => clock.after(500, resolve));
    return from;
  };

  test("is refused 2.5 s after it came, and not later, where the store hangs as well", async () => {
    personOf = slowly;
    const release = inbound.hold();
    const refused = expect(hear(message)).rejects.toThrow("No answer within 2500 ms");
    for (const ms of [500, 2000]) {
      await settled();
      clock.advance(ms);
    }
    await refused;
    expect(inbound.reports).toHaveLength(1);
    release();
  });

  test("is waited for when Usher stops", async () => {
    personOf = slowly;
    const heard = hear(message);
    let isClosed = false;
    const closing = gate.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect(isClosed).toBe(false);
    clock.advance(500);
    await Promise.all([heard, closing]);
    expect(inbound.reports).toHaveLength(1);
  });
});

describe("who answers under a card before Usher has stored where it stands", () => {
  test("is heard as soon as it is stored", async () => {
    const { payload, card } = underCard(50);
    const heard = hear(payload);
    await settled();
    inbound.handOff(card);
    clock.advance(100);
    await heard;
    expect(inbound.reports).toHaveLength(2);
  });

  test("is not acknowledged when that takes too long, so that Slack sends it again", async () => {
    const refused = expect(hear(underCard(50).payload)).rejects.toThrow(TransientError);
    // Slack waits for three seconds.
    for (let ms = 0; ms < 2500; ms += 100) {
      await settled();
      clock.advance(100);
    }
    await refused;
    expect(inbound.reports.length).toBeGreaterThan(10);
  });

  test("under an old message that is no card, talks to nobody, and is acknowledged at once", async () => {
    await hear(underCard(3_600_000).payload);
    expect(inbound.reports).toHaveLength(1);
  });
});

describe("a message that stands in no thread", () => {
  const { support, shared, janesDirect } = company;
  const ts = "1795338050.940449";
  const placeOf = async (channel: string, more: object = {}) => {
    await hear({ type: "message", channel, user: artur, text: "1001", ts, ...more });
    const report = inbound.reports.at(-1);
    if (report === undefined || !("place" in report)) throw new Error("nothing was heard");
    return report.place;
  };
  const thread = "1795338000.280449";

  test("in a channel, is beside the threads of that channel, and beside nothing else", async () => {
    const { isBeside } = await placeOf(support);
    expect(isBeside?.(conversationOf({ channel: support, thread }))).toBe(true);
    expect(isBeside?.(conversationOf({ channel: `${support}1`, thread }))).toBe(false);
    expect(isBeside?.(conversationOf({ channel: shared, thread }))).toBe(false);
    expect(isBeside?.(conversationOf({ channel: janesDirect, thread: null }))).toBe(false);
  });

  test("in a direct message, is beside nothing, as a message in a thread is", async () => {
    expect(await placeOf(janesDirect)).not.toHaveProperty("isBeside");
    expect(await placeOf(support, { thread_ts: thread })).not.toHaveProperty("isBeside");
  });
});

describe("attack 82: who answers under a card", () => {
  test("and is not vouched for by Slack in time, is not heard yet: Slack sends it again", async () => {
    verified = async () => {
      throw new TransientError("Slack did not say who you are.");
    };
    const { payload, card } = underCard(3_600_000);
    inbound.handOff(card);
    await expect(hear(payload)).rejects.toThrow(TransientError);
    expect(inbound.reports).toEqual([]);
  });

  test("and has become a guest, is from outside, whatever was known before", async () => {
    verified = async () => ({ ...from, external: true });
    const { payload, card } = underCard(3_600_000);
    inbound.handOff(card);
    await hear(payload);
    expect(inbound.reports).toMatchObject([{ turn: { from: { id: artur, external: true } } }]);
  });
});
