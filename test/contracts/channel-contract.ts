import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Card } from "../../src/domain/card.ts";
import type { Event } from "../../src/domain/event.ts";
import { type Address, addressSchema, type CardRef, cardRefSchema, type WorkspaceId } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import type { OutMessage, TextMessage } from "../../src/domain/message.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Press } from "../../src/domain/press.ts";
import type { Turn } from "../../src/domain/turn.ts";
import type { Channel, Delivery, Place } from "../../src/ports/channel.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import { createFakeInbound, type FakeInbound } from "../support/fake-inbound.ts";

/** A channel that is not started yet, with the platform that it talks to. */
export interface ChannelRig {
  readonly channel: Channel;
  /** Hands a payload over as the platform does; answers whether it was acknowledged. */
  deliver(payload: Json): Promise<boolean>;
  /** Where the agents channel is. */
  readonly agents: Address;
  /** The words that people see at an address, one text per message, oldest first; null: the platform can't be read. */
  readonly shown: ((at: Address) => Promise<readonly string[]>) | null;
  /** Stops what the rig started; the channel was stopped before. */
  close(): Promise<void>;
}

/** Payloads as the platform sends them, with exactly what must come of each. The first event is a customer's message. */
export interface ChannelFixtures {
  readonly events: readonly {
    readonly name: string;
    readonly payload: Json;
    readonly place: Place;
    readonly event: Event;
  }[];
  readonly presses: readonly {
    readonly name: string;
    readonly payload: Json;
    readonly workspace: WorkspaceId;
    readonly press: Press;
  }[];
  /**
   * What starts a procedure by hand. The turn's moment is the channel's, and where the payload names no thread, the thread
   * is new: so those are not compared.
   */
  readonly starts: readonly {
    readonly name: string;
    readonly payload: Json;
    readonly start: {
      readonly slug: string;
      readonly by: Person | null;
      readonly turn: Omit<Turn, "at">;
      readonly place: Partial<Place>;
    };
  }[];
  /** The bot's own messages, joins, other bots: whatever must not be reported. */
  readonly ignored: readonly { readonly name: string; readonly payload: Json }[];
}

const words: TextMessage = { kind: "text", text: "Which order is it?", choices: [], sensitive: false, author: null };

const card: Card = {
  kind: "approval",
  title: "Approval needed: create a ticket",
  tone: "wait",
  sections: [
    {
      label: "Will do",
      fields: [
        { name: "Action", value: "create a ticket" },
        { name: "Expires", value: { at: 1_700_000_000_000 } },
      ],
    },
  ],
  status: [{ tone: "bad", before: "Rejected by Agent 1, ", at: 1_700_000_000_000, after: ": too late" }],
  pressId: `${"a".repeat(32)}-7`,
  buttons: [
    { action: "approve", label: "Approve" },
    { action: "reject", label: "Reject" },
  ],
};

// Everything that a customer's text may hold, wherever it ends up; no channel may fail on it, or turn it into markup.
const hostile = '<!channel> <@U1> **b** [x](https://evil) <at>all</at> {{7*7}} \u202e\u0000\u001b[31m "}{ 😀 \n end';

const messages: readonly { readonly name: string; readonly message: OutMessage }[] = [
  { name: "words", message: words },
  { name: "words with choices", message: { ...words, choices: ["1001", "None of these"] } },
  { name: "a sensitive question", message: { ...words, sensitive: true } },
  { name: "an agent's relayed words", message: { ...words, author: { id: "agent-1", name: "Agent 1" } } },
  { name: "hostile words", message: { ...words, text: hostile } },
  { name: "very long words", message: { ...words, text: "long ".repeat(3000) } },
  ...(["approval", "notice", "handOff", "verdict", "reminder", "relay"] as const).map((kind) => ({
    name: `a card of kind ${kind}`,
    message: { kind: "card", card: { ...card, kind } } as const,
  })),
  {
    name: "a card without anything to press",
    message: { kind: "card", card: { ...card, pressId: null, buttons: [] } },
  },
  { name: "a card with a hostile title", message: { kind: "card", card: { ...card, title: hostile } } },
];

/**
 * What every channel must do. `open` makes a fresh one, with a platform of its own, whose state fits the fixtures.
 */
export function channelContract(name: string, fixtures: ChannelFixtures, open: () => Promise<ChannelRig>): void {
  const first = fixtures.events[0];
  if (first === undefined) throw new Error(`The channel contract for ${name} needs at least one event.`);

  describe(`the channel contract: ${name}`, () => {
    let rig: ChannelRig;
    let inbound: FakeInbound;
    let effects = 0;

    beforeEach(async () => {
      rig = await open();
      inbound = createFakeInbound();
      await rig.channel.start(inbound);
    });
    afterEach(async () => {
      await rig.channel.stop();
      await rig.close();
    });

    const delivery = (under: CardRef | null = null): Delivery => {
      effects += 1;
      return { effectId: `${"c".repeat(32)}-${effects}`, under, mayHaveBeenSent: false, firstAt: null };
    };

    for (const { name: what, payload, place, event } of fixtures.events) {
      test(`${what} gives exactly one event`, async () => {
        expect(await rig.deliver(payload)).toBe(true);
        expect(inbound.reports).toEqual([{ place, event }]);
      });
    }

    for (const { name: what, payload, workspace, press } of fixtures.presses) {
      test(`${what} gives exactly one press`, async () => {
        await rig.deliver(payload);
        expect(inbound.reports).toEqual([{ workspace, press }]);
      });
    }

    for (const { name: what, payload, start } of fixtures.starts) {
      test(`${what} gives exactly one start`, async () => {
        expect(await rig.deliver(payload)).toBe(true);
        expect(inbound.reports).toHaveLength(1);
        expect(inbound.reports).toMatchObject([start]);
      });

      test(`${what} that could not be stored is not acknowledged`, async () => {
        inbound.failWith(new TransientError("The store cannot write."));
        expect(await rig.deliver(payload)).toBe(false);
      });
    }

    for (const { name: what, payload } of fixtures.ignored) {
      test(`${what} gives nothing`, async () => {
        await rig.deliver(payload);
        expect(inbound.reports).toEqual([]);
      });
    }

    test("two deliveries of one message never make two different turns", async () => {
      await rig.deliver(first.payload);
      expect(await rig.deliver(first.payload)).toBe(true);
      const turns = new Set(inbound.reports.map((report) => JSON.stringify(report)));
      expect(turns.size).toBe(1);
    });

    test("an event is acknowledged only when it is stored", async () => {
      const release = inbound.hold();
      let acknowledged = false;
      const delivered = rig.deliver(first.payload).then((ok) => {
        acknowledged = ok;
      });
      await inbound.arrived(1);
      expect(acknowledged).toBe(false);
      release();
      await delivered;
      expect(acknowledged).toBe(true);
    });

    test("an event that could not be stored is not acknowledged, and sent again it is", async () => {
      inbound.failWith(new TransientError("The store cannot write."));
      expect(await rig.deliver(first.payload)).toBe(false);
      inbound.failWith(null);
      expect(await rig.deliver(first.payload)).toBe(true);
      expect(inbound.reports.at(-1)).toEqual({ place: first.place, event: first.event });
    });

    test("what is sent to an event's address is shown, and is not heard as somebody's message", async () => {
      await rig.deliver(first.payload);
      const address = addressSchema.parse(JSON.parse(JSON.stringify(first.place.address)));
      cardRefSchema.parse(await rig.channel.send(address, words, delivery()));
      expect(inbound.reports).toHaveLength(1);
      if (rig.shown !== null) expect((await rig.shown(address)).at(-1)).toContain(words.text);
    });

    for (const { name: what, message } of messages) {
      test(`${what} can be shown in both places, and put in the place of another`, async () => {
        for (const address of [first.place.address, rig.agents]) {
          cardRefSchema.parse(await rig.channel.send(address, message, delivery()));
          const before = await rig.channel.send(address, words, delivery());
          await rig.channel.edit(before, message);
        }
      });
    }

    test("a card can stand under another", async () => {
      const above = await rig.channel.send(rig.agents, { kind: "card", card }, delivery());
      const below = await rig.channel.send(rig.agents, { kind: "card", card }, delivery(above));
      expect(below).not.toBe(above);
    });

    test("one effect sent twice is one message, found under one reference, where the platform can be read", async (context) => {
      const { shown } = rig;
      if (shown === null) return context.skip("this platform cannot be read");
      for (const address of [first.place.address, rig.agents]) {
        const same = delivery();
        const reference = await rig.channel.send(address, words, same);
        const count = (await shown(address)).length;
        expect(await rig.channel.send(address, words, { ...same, mayHaveBeenSent: true })).toBe(reference);
        expect(await shown(address)).toHaveLength(count);
      }
    });

    test("an edit takes the place of what was shown, and twice is harmless", async () => {
      const after: OutMessage = { kind: "card", card: { ...card, title: "Approved by Agent 1", buttons: [] } };
      const reference = await rig.channel.send(rig.agents, { kind: "card", card }, delivery());
      await rig.channel.edit(reference, after);
      await rig.channel.edit(reference, after);
      if (rig.shown === null) return;
      const texts = await rig.shown(rig.agents);
      expect(texts).toHaveLength(1);
      expect(texts[0]).toContain("Approved by Agent 1");
      expect(texts[0]).not.toContain("Approval needed");
    });

    test("an address or a card of another channel is refused for good", async () => {
      const foreignAddress = addressSchema.parse("elsewhere:C1:1.2");
      await expect(rig.channel.send(foreignAddress, words, delivery())).rejects.toBeInstanceOf(PermanentError);
      const foreignCard = cardRefSchema.parse("elsewhere:C1:1.2:card");
      await expect(rig.channel.edit(foreignCard, words)).rejects.toBeInstanceOf(PermanentError);
    });

    test("stop waits for the event in flight, and lets no other in", async () => {
      const release = inbound.hold();
      const delivered = rig.deliver(first.payload);
      await inbound.arrived(1);
      let stopped = false;
      const stopping = rig.channel.stop().then(() => {
        stopped = true;
      });
      const second = fixtures.events[1] ?? first;
      if (second !== first) expect(await rig.deliver(second.payload)).toBe(false);
      expect(stopped).toBe(false);
      release();
      expect(await delivered).toBe(true);
      await stopping;
      expect(inbound.reports).toHaveLength(1);
    });

    test("what is under way may still be shown after stop", async () => {
      await rig.deliver(first.payload);
      await rig.channel.stop();
      cardRefSchema.parse(await rig.channel.send(first.place.address, words, delivery()));
    });
  });
}
