import { describe, expect, test } from "vitest";
import { addressSchema, nonceOf, nonceSchema } from "../../src/domain/ids.ts";
import { createConversation } from "../../src/engine/create.ts";
import { customer } from "../support/chat.ts";
import { conversationId, workspaceId } from "../support/conversation.ts";

const random = "0123456789abcdef0123456789abcdef";
const nonceAt = (now: number): string => {
  const ids = { workspace: workspaceId("w"), id: conversationId("c"), address: addressSchema.parse("a") };
  return createConversation({ ...ids, customer, random }, now).nonce;
};

describe("a conversation's nonce", () => {
  test("is its moment and then the random bits, so that a later one sorts behind an earlier one", () => {
    expect(nonceAt(1_795_402_950_671)).toBe(`01a2065ae80f${random}`);
    expect([1, 15, 16, 255, 2 ** 40].map(nonceAt)).toEqual([1, 15, 16, 255, 2 ** 40].map(nonceAt).toSorted());
  });

  test.each([0, -1, 0.5, 2 ** 48 - 1, 2 ** 48, Number.MAX_SAFE_INTEGER])("can be stored, also at %d", (now) => {
    expect(nonceSchema.safeParse(nonceAt(now)).success).toBe(true);
    expect(nonceAt(now).slice(12)).toBe(random);
    expect(nonceOf(`${nonceAt(now)}-7`)).toBe(nonceAt(now));
  });
});
