import { describe, expect, test } from "vitest";
import type { Conversation } from "../../../src/domain/conversation.ts";
import type { Person } from "../../../src/domain/person.ts";
import { PermanentError, TransientError } from "../../../src/ports/errors.ts";
import { customer } from "../../support/chat.ts";
import { ask, channelWord, spoken, withRole } from "../../support/commands.ts";
import { type House, housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";

const houses = housesOf(
  aProcedure([{ id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" }]),
);
const place = channelWord("desk");

async function withAdmin(): Promise<{ house: House; admin: Person }> {
  const house = await houses.open();
  return { house, admin: await withRole(house, "admin-1", "admin") };
}

describe("channel", () => {
  test("shows where approvals go", async () => {
    const { house } = await withAdmin();
    expect(spoken(await ask(house, "channel"))).toEqual(["Agents channel", "Channel: #agents", "In: the playground"]);
  });

  test("says so when that is here", async () => {
    const { house, admin } = await withAdmin();
    await ask(house, ["channel set", place], { by: admin });
    const here = { channel: { address: place.address, name: "desk" } };
    expect(spoken(await ask(house, "channel", here))[1]).toBe("Approvals, notices and hand-offs come here.");
    expect(spoken(await ask(house, "channel", { ...here, channel: channelWord("lobby") }))[1]).toBe("Channel: #desk");
  });

  test("says what to do when there is none", async () => {
    const house = await houses.open({ settings: { agentsChannel: null } });
    expect(spoken(await ask(house, "channel"))[1]).toBe(
      "There is none yet, so nothing can be approved. An admin sets it with “channel set here”.",
    );
  });
});

describe("channel set", () => {
  test("posts a line there first, and then approvals go there", async () => {
    const { house, admin } = await withAdmin();
    let stored: unknown = null;
    houses.world.onSend = async () => {
      stored ??= await house.store.settings.load(house.workspace);
    };
    const view = await ask(house, ["channel set", place], { by: admin });
    expect(spoken(view)).toEqual(["Agents channel", "Channel: #desk", "In: the playground"]);
    expect(view.parts).toMatchObject([{ label: "From now on approvals, notices and hand-offs go to" }]);
    // When the line was posted, nothing was stored yet.
    expect(stored).toEqual({});
    expect(houses.world.sent).toMatchObject([
      { to: place.address, message: { kind: "card", card: { kind: "notice", buttons: [] } }, mayHaveBeenSent: false },
      { to: "agents", message: { kind: "card", card: { kind: "notice", buttons: [] } }, mayHaveBeenSent: false },
    ]);
    expect(await house.store.settings.load(house.workspace)).toEqual({
      agentsChannel: { platform: "web", address: place.address, name: "desk" },
    });
    await house.say("c1", "refund", customer);
    await house.until("c1", ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
    expect(houses.world.sent.filter(({ message }) => message.kind === "card").map(({ to }) => to)).toEqual([
      place.address,
      "agents",
      place.address,
    ]);
    expect(house.log.lines.find(({ message }) => message === "The agents channel was changed.")?.fields).toEqual({
      workspace: "test",
      by: "admin-1",
      platform: "web",
    });
  });

  test.each([
    ["a hand-off", "I want a human", "handOff"],
    ["an approval", "refund", "approval"],
  ])(
    "%s that found no channel waits for it, is tried at once when it is set, and comes once",
    async (_what, text, kind) => {
      const house = await houses.open({ settings: { agentsChannel: null } });
      const admin = await withRole(house, "admin-1", "admin");
      await house.say("c1", text, customer);
      const isTried = ({ outbox }: Conversation) =>
        outbox.some(({ lane, started, tries }) => lane === "agents" && !started && tries > 0);
      await house.until("c1", isTried);
      for (const _ of [1, 2, 3, 4]) {
        await house.pass(300_000);
        await house.until("c1", isTried);
      }
      expect(house.log.lines.find(({ fields }) => JSON.stringify(fields).includes('"post"'))?.fields).toMatchObject({
        outcome: "notSent",
        reason: expect.stringContaining("channel set here"),
      });
      await ask(house, ["channel set", place], { by: admin });
      await house.until("c1", ({ outbox, lease }) => lease === null && !outbox.some(({ lane }) => lane === "agents"));
      const cards = houses.world.sent.flatMap(({ to, message }) =>
        message.kind === "card" ? [[to, message.card.kind]] : [],
      );
      expect(cards).toEqual([
        [place.address, "notice"],
        [place.address, kind],
      ]);
    },
  );

  test("a public channel is set with a warning", async () => {
    const { house, admin } = await withAdmin();
    const lines = spoken(await ask(house, ["channel set", { ...place, isPublic: true }], { by: admin }));
    expect(lines.at(-1)).toContain("“desk” is a public channel");
    const quiet = spoken(await ask(house, ["channel set", { ...place, isPublic: false }], { by: admin }));
    expect(quiet.join()).not.toContain("public");
  });

  test("the old channel is told; that it cannot be told keeps nothing from the new one", async () => {
    const { house, admin } = await withAdmin();
    houses.world.onSend = (to) => {
      if (to === "agents") throw new TransientError("canary");
    };
    expect(spoken(await ask(house, ["channel set", place], { by: admin }))).toContain("Channel: #desk");
    expect(house.settings.of(house.workspace).agentsChannel?.address).toBe(place.address);
    await ask(house, ["channel set", place], { by: admin });
    expect(houses.world.sent.map(({ to }) => to)).toEqual([place.address, place.address]);
  });

  test("“here” is where it was asked; where no channel can be, nothing is set", async () => {
    const { house, admin } = await withAdmin();
    const nowhere = await ask(house, "channel set here", { by: admin });
    expect(spoken(nowhere)[1]).toBe("This is no place for approvals. Write “channel set here” in a channel.");
    expect(houses.world.sent).toEqual([]);
    await ask(house, "channel set HERE", { by: admin, channel: { address: place.address, name: "desk" } });
    expect(house.settings.of(house.workspace).agentsChannel?.address).toBe(place.address);
  });

  test.each([
    [
      "refused for good: the admin reads why",
      new PermanentError("That channel is shared with another organisation; choose one that is not."),
      "“desk” was not set. That channel is shared with another organisation; choose one that is not.",
    ],
    [
      "not possible now",
      new TransientError("canary"),
      "“desk” was not set. I could not post there just now; try again in a moment.",
    ],
    [
      "broken in an unexpected way",
      new Error("canary"),
      "“desk” was not set. I could not post there just now; try again in a moment.",
    ],
  ])("a place that cannot be posted to is not set: %s", async (_name, error, answer) => {
    const { house, admin } = await withAdmin();
    houses.world.onSend = () => {
      throw error;
    };
    expect(spoken(await ask(house, ["channel set", place], { by: admin }))[1]).toBe(answer);
    expect(await house.store.settings.load(house.workspace)).toEqual({});
    expect(house.settings.of(house.workspace).agentsChannel?.address).toBe("agents");
  });

  test("a platform that is not connected cannot be set", async () => {
    const { house } = await withAdmin();
    await house.store.roles.set(house.workspace, "teams", "admin-2", "admin");
    const by: Person = { platform: "teams", id: "admin-2", name: "Admin 2", role: "customer", external: false };
    const view = await ask(house, ["channel set", place], { by });
    expect(spoken(view)[1]).toBe("“desk” was not set. Usher has no way to Microsoft Teams.");
    expect(await house.store.settings.load(house.workspace)).toEqual({});
  });

  test("when it cannot be stored, nothing has changed and the channel is told to ask again", async () => {
    const house = await houses.open({
      wrap: (store) => ({
        ...store,
        settings: { ...store.settings, save: () => Promise.reject(new TransientError("The disk is full.")) },
      }),
    });
    const admin = await withRole(house, "admin-1", "admin");
    await expect(ask(house, ["channel set", place], { by: admin })).rejects.toThrow(TransientError);
    expect(house.settings.of(house.workspace).agentsChannel?.address).toBe("agents");
  });
});
