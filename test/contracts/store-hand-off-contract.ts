import { describe, expect, test } from "vitest";
import type { Conversation } from "../../src/domain/conversation.ts";
import { type CardRef, cardRefSchema } from "../../src/domain/ids.ts";
import type { Store } from "../../src/ports/store.ts";
import {
  aConversation,
  aHandOff,
  conversationId,
  nonceNumber,
  someMoment,
  workspaceId,
} from "../support/conversation.ts";

const demo = workspaceId("demo");
const leased = { owner: "boot-1", until: someMoment };
const ref = (text: string): CardRef => cardRefSchema.parse(text);
const [first, second, other] = [ref("C1:100.1"), ref("C1:100.2"), ref("C1:100.3")];

/** What every store must do with the cards of hand-offs; `current` gives a fresh store for each test. */
export function storeHandOffContract(current: () => Store, reopened: () => Promise<Store>): void {
  const under = (card: CardRef) => current().conversations.underHandOff(demo, card);
  const save = (next: Conversation) => current().conversations.save(next);

  describe("the card of a hand-off", () => {
    test("leads to its conversation from when it is posted until the hand-off ends, at work and at rest", async () => {
      const { id } = aConversation();
      await save(aConversation({ cards: { a: other } }));
      expect(await under(other)).toBeNull();
      // Given to people, and the card is not out yet.
      await save(aConversation({ version: 2, people: aHandOff("h1"), cards: { a: other }, lease: leased }));
      expect([await under(first), await under(other)]).toStrictEqual([null, null]);
      await save(aConversation({ version: 3, people: aHandOff("h1"), cards: { a: other, h1: first }, lease: leased }));
      expect([await under(first), await under(other)]).toStrictEqual([id, null]);
      await save(aConversation({ version: 4, people: aHandOff("h1"), cards: { a: other, h1: first } }));
      await reopened();
      expect(await under(first)).toBe(id);
      // Ended: the card is still known, since it is still to be edited.
      await save(aConversation({ version: 5, people: null, cards: { h1: first }, lease: leased }));
      expect(await under(first)).toBeNull();
      await save(aConversation({ version: 6, people: aHandOff("h2"), cards: { h2: second } }));
      expect([await under(first), await under(second)]).toStrictEqual([null, id]);
      await current().conversations.remove(demo, id, 6);
      expect(await under(second)).toBeNull();
    });

    test("leads to one conversation of many, and only by its exact reference", async () => {
      for (let n = 0; n < 30; n++) {
        const id = conversationId(`c${n}`);
        const cards = { h: ref(`C1:${n}.5`) };
        await save(aConversation({ id, nonce: nonceNumber(n), people: n % 2 === 0 ? aHandOff("h") : null, cards }));
      }
      expect([await under(ref("C1:8.5")), await under(ref("C1:9.5"))]).toStrictEqual(["c8", null]);
      for (const wrong of ["C1:8", "C1:8.5 ", "c1:8.5", "C1:%.5", "h", "c8"]) {
        expect(await under(ref(wrong))).toBeNull();
      }
    });

    test("leads each workspace to its own conversation, also where both know the same reference (attack 95)", async () => {
      const [ours, theirs] = [conversationId("ours"), conversationId("theirs")];
      const theirWorkspace = workspaceId("other");
      const handedOff = { people: aHandOff("h1"), cards: { h1: first } };
      await save(aConversation({ id: theirs, workspace: theirWorkspace, ...handedOff }));
      expect(await under(first)).toBeNull();
      await save(aConversation({ id: ours, ...handedOff }));
      expect(await under(first)).toBe(ours);
      expect(await current().conversations.underHandOff(theirWorkspace, first)).toBe(theirs);
    });

    test("a save that was refused changes nothing about it", async () => {
      await save(aConversation({ people: aHandOff("h1"), cards: { h1: first } }));
      const stale = aConversation({ version: 3, people: aHandOff("h2"), cards: { h2: second } });
      await expect(save(stale)).rejects.toThrow();
      expect([await under(first), await under(second)]).toStrictEqual([aConversation().id, null]);
    });
  });
}
