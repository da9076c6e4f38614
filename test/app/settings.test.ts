import { describe, expect, test } from "vitest";
import { createSettings } from "../../src/app/settings.ts";
import { addressSchema, type WorkspaceId, workspaceIdSchema } from "../../src/domain/ids.ts";
import { defaultSettings, type WorkspaceSettings } from "../../src/domain/settings.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { StoredSettings } from "../../src/ports/store.ts";
import { housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const ours = workspaceIdSchema.parse("ours");
const theirs = workspaceIdSchema.parse("theirs");
const channel = (name: string) => ({ platform: "slack" as const, address: addressSchema.parse(name) });
const given: WorkspaceSettings = { ...defaultSettings, region: "DE", agentsChannel: channel("given") };

/** Settings over a store that may be broken; `stored` is what the disk has. */
function open(stored = new Map<WorkspaceId, StoredSettings>()) {
  const disk = { broken: false };
  const settings = createSettings(
    {
      load: async (workspace) => stored.get(workspace) ?? {},
      save: async (workspace, next) => {
        if (disk.broken) throw new TransientError("The disk is full.");
        stored.set(workspace, next);
      },
    },
    (workspace) => (workspace === ours ? given : defaultSettings),
  );
  return { settings, stored, disk };
}

describe("the settings of a workspace", () => {
  test("are what the composition gives, as long as nobody has set anything", async () => {
    const { settings } = open();
    expect(settings.of(ours)).toEqual(given);
    await settings.refresh(ours);
    expect(settings.of(ours)).toEqual(given);
    expect(settings.of(theirs)).toEqual(defaultSettings);
  });

  test("that people have set take the place of the given ones, in their workspace alone", async () => {
    const { settings } = open(new Map([[ours, { agentsChannel: channel("C1") }]]));
    await Promise.all([settings.refresh(ours), settings.refresh(theirs)]);
    expect(settings.of(ours)).toEqual({ ...given, agentsChannel: channel("C1") });
    expect(settings.of(theirs)).toEqual(defaultSettings);
    await settings.set(theirs, { agentsChannel: channel("C2") });
    expect(settings.of(ours).agentsChannel).toEqual(channel("C1"));
    expect(settings.of(theirs)).toEqual({ ...defaultSettings, agentsChannel: channel("C2") });
  });

  test("that are set count at once, and after the next start", async () => {
    const { settings, stored } = open();
    await settings.set(ours, { agentsChannel: channel("C1") });
    expect(settings.of(ours).agentsChannel).toEqual(channel("C1"));
    const next = open(stored).settings;
    await next.refresh(ours);
    expect(next.of(ours)).toEqual({ ...given, agentsChannel: channel("C1") });
  });

  test("can be “nowhere”, which the given channel does not take the place of", async () => {
    const { settings } = open();
    await settings.set(ours, { agentsChannel: null });
    expect(settings.of(ours).agentsChannel).toBeNull();
    await settings.refresh(ours);
    expect(settings.of(ours).agentsChannel).toBeNull();
  });

  test("that could not be stored do not count", async () => {
    const { settings, disk } = open();
    await settings.set(ours, { agentsChannel: channel("C1") });
    disk.broken = true;
    await expect(settings.set(ours, { agentsChannel: channel("C2") })).rejects.toThrow(TransientError);
    expect(settings.of(ours).agentsChannel).toEqual(channel("C1"));
  });

  test("that are stored and not named in a change stay, also those that this version does not know", async () => {
    const later: StoredSettings = JSON.parse('{"agentsChannel":null,"later":{"x":1}}');
    const { settings, stored } = open(new Map([[ours, later]]));
    await settings.set(ours, { agentsChannel: channel("C1") });
    expect(stored.get(ours)).toEqual({ agentsChannel: channel("C1"), later: { x: 1 } });
    await settings.set(ours, {});
    expect(settings.of(ours).agentsChannel).toEqual(channel("C1"));
  });

  const houses = housesOf(aProcedure([{ id: "help", kind: "escalate", reason: "A person is needed." }]));
  test("that change while Usher runs are where the next card goes", async () => {
    const { world } = houses;
    const house = await houses.open();
    const places = () => world.sent.filter(({ message }) => message.kind === "card").map(({ to }) => to);
    await house.say("c1", "Hello");
    await house.settled("c1");
    await house.settings.set(house.workspace, {
      agentsChannel: { platform: "web", address: addressSchema.parse("elsewhere") },
    });
    await house.say("c2", "Hello");
    await house.settled("c2");
    expect(places()).toEqual(["agents", "elsewhere"]);
  });
});
