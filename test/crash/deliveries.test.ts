import { describe, expect, test } from "vitest";
import { deliverLong, deliverMany } from "./deliveries.ts";

describe("deliveries", () => {
  test("however often, late and mixed up a platform delivers, each message counts once, and in order", async () => {
    const { counts, lost, repeated, outOfOrder } = await deliverMany(1, 1500);
    expect({ lost, repeated, outOfOrder }).toEqual({ lost: [], repeated: [], outOfOrder: [] });
    expect(counts["turns"]).toBe(counts["messages"]);
    expect(counts["deliveries"]).toBeGreaterThan(1499);
    expect(counts["edits"]).toBeGreaterThan(50);
  });

  test("in a long conversation the oldest messages count as seen when they come again", async () => {
    const { messages, turnsBefore, turnsAfter } = await deliverLong(150);
    expect(turnsBefore).toBe(messages);
    expect(turnsAfter).toBe(messages);
  });
});
