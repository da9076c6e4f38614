import { describe, expect, test } from "vitest";
import { openInstallations } from "../../adapters/slack/installations.ts";
import { createInstalling } from "../../src/app/installing.ts";
import { type WorkspaceId, workspaceIdSchema } from "../../src/domain/ids.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Route } from "../../src/domain/route.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { agent } from "../support/chat.ts";
import { type House, type HouseOptions, housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";
import { anInstallation } from "../support/records.ts";

const houses = housesOf(
  aProcedure([
    { id: "ask", kind: "collect", variable: "order", prompt: "Which order?" },
    { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" },
  ]),
);

/** Calls without asking anybody. */
const pays = aProcedure([
  { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "auto" },
]);

/** A house in which Usher is installed by the owner, with an agent. */
async function installed(options: Partial<HouseOptions> = {}) {
  const house = await houses.open(options);
  const { store, settings, work, clock, log, workspace } = house;
  const opened: string[] = [];
  const known = await openInstallations(store.installations, null);
  const openWorkspace = async (one: WorkspaceId) => void opened.push(one);
  const installing = createInstalling({ platform: "web", known, store, settings, work, openWorkspace, clock, log });
  const installation = anInstallation({ workspace, platform: "web", by: "olga", botToken: "xoxb-1" });
  return { house, known, installing, installation, opened };
}

/** Brings a conversation into a state in which Usher may be when it is uninstalled. */
const states: { readonly [state: string]: (house: House) => Promise<void> } = {
  "waiting for the customer": async (house) => {
    await house.say("c1", "refund");
    await house.settled("c1");
  },
  "waiting for an approval": async (house) => {
    await house.say("c1", "refund");
    await house.say("c1", "1001");
    await house.until("c1", ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
  },
  "waiting for a verdict": async (house) => {
    houses.world.answer = () => ({ kind: "unknown", reason: "cut off" });
    await approved(house);
    await house.until("c1", ({ run, lease }) => run?.wait.kind === "verdict" && lease === null);
  },
  "in the hands of people": async (house) => {
    await house.say("c1", "refund");
    await house.say("c1", "I want to talk to a person");
    await house.until("c1", ({ people, lease }) => people !== null && lease === null);
  },
};

async function approved(house: House): Promise<void> {
  await states["waiting for an approval"]?.(house);
  const { run } = (await house.load("c1")) ?? {};
  if (run?.wait.kind !== "approval") throw new Error("no approval");
  await house.press(run.wait.of.id, { kind: "approve" }, agent);
}

/** The channel as it is without a token: nothing gets through any more. */
function cutOff(): void {
  houses.world.onSend = () => {
    throw new TransientError("not installed");
  };
}

describe("uninstalling", () => {
  test.each(Object.entries(states))("%s: nothing is left open, and the run is on record", async (state, reach) => {
    const { house, known, installing, installation } = await installed();
    await installing.install(installation);
    await reach(house);
    const told = houses.world.sent.length;
    cutOff();
    await installing.uninstall(installation);
    expect(known.of(house.workspace)).toBeNull();
    expect(await house.load("c1")).toMatchObject({ run: null, people: null });
    expect(houses.world.sent.length).toBe(told);
    const records = await house.store.runs.find(house.workspace, {}, null);
    const ended = state === "in the hands of people" ? "escalated" : "cancelled";
    expect(records.items.map((record) => record.ended)).toEqual([ended]);
    expect(await house.store.installations.uninstalled("web")).toEqual([]);
  });

  test("a call that is out is not repeated, and ends the run when it comes back", async () => {
    const { house, installing, installation } = await installed();
    await installing.install(installation);
    const answer = Promise.withResolvers<{ readonly kind: "done"; readonly value: object }>();
    houses.world.answer = () => answer.promise as never;
    await approved(house);
    await house.until("c1", ({ run }) => run?.wait.kind === "effect");
    await installing.uninstall(installation);
    expect((await house.load("c1"))?.run?.ending).toBe("uninstalled");
    answer.resolve({ kind: "done", value: {} });
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
    expect(houses.world.requests).toHaveLength(1);
  });

  test("the record says that Usher was uninstalled, also where a call was out", async () => {
    const { house, installing, installation } = await installed();
    await installing.install(installation);
    const answer = Promise.withResolvers<{ readonly kind: "done"; readonly value: object }>();
    houses.world.answer = () => answer.promise as never;
    await approved(house);
    await house.until("c1", ({ run }) => run?.wait.kind === "effect");
    await house.say("c2", "refund");
    await house.settled("c2");
    cutOff();
    await installing.uninstall(installation);
    answer.resolve({ kind: "done", value: {} });
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
    await house.until("c2", ({ outbox }) => outbox.length === 0);
    const { items } = await house.store.runs.find(house.workspace, {}, null);
    expect(items.map(({ ended, reason }) => [ended, reason])).toEqual([
      ["cancelled", "Usher was uninstalled."],
      ["cancelled", "Usher was uninstalled."],
    ]);
  });

  test("what the model answers afterwards starts nothing, and no call goes out", async () => {
    const route = Promise.withResolvers<Route>();
    const { house, installing, installation } = await installed({
      procedures: [pays],
      model: { route: () => route.promise },
    });
    await installing.install(installation);
    await house.say("c1", "refund");
    await house.until("c1", ({ outbox }) => outbox.some(({ effect, started }) => effect.kind === "route" && started));
    cutOff();
    await installing.uninstall(installation);
    expect(await house.store.installations.uninstalled("web")).toEqual([]);
    const started: Route = { kind: "run", slug: pays.slug, filled: {}, scores: [], threshold: 0 };
    route.resolve(started);
    await house.work.stop();
    expect(await house.load("c1")).toMatchObject({ run: null, outbox: [] });
    expect(houses.world.requests).toEqual([]);
  });

  test("what waits behind a call that is out is dropped, and starts nothing when the call comes back", async () => {
    const { house, installing, installation } = await installed({ procedures: [pays] });
    await installing.install(installation);
    const answer = Promise.withResolvers<{ readonly kind: "done"; readonly value: object }>();
    houses.world.answer = () => answer.promise as never;
    await house.say("c1", "refund");
    await house.until("c1", ({ run }) => run?.wait.kind === "effect");
    await house.say("c1", "and another refund");
    cutOff();
    await installing.uninstall(installation);
    answer.resolve({ kind: "done", value: {} });
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
    await house.work.stop();
    expect(await house.load("c1")).toMatchObject({ run: null, inbox: [], outbox: [] });
    expect(houses.world.requests).toHaveLength(1);
  });

  test("what could not be sent before is not sent when Usher is installed again", async () => {
    const { house, installing, installation } = await installed();
    await installing.install(installation);
    cutOff();
    await house.say("c1", "refund");
    await house.settled("c1");
    await installing.uninstall(installation);
    houses.world.onSend = () => {};
    await installing.install({ ...installation, botToken: "xoxb-2" });
    await house.pass(limits.backoffMostMs);
    expect(houses.world.sent).toEqual([]);
  });

  test("while something new keeps coming in, the workspace is not said to be cleared up", async () => {
    let more = 0;
    const wrap = (store: Store): Store => ({
      ...store,
      conversations: {
        ...store.conversations,
        find: async (...at) => {
          if (more > 0) {
            more += 1;
            await house.say(`c${more}`, "refund");
          }
          return store.conversations.find(...at);
        },
      },
    });
    const { house, installing, installation } = await installed({ wrap });
    await installing.install(installation);
    more = 1;
    await expect(installing.uninstall(installation)).rejects.toBeInstanceOf(TransientError);
    expect(await house.store.installations.uninstalled("web")).toEqual([house.workspace]);
    more = 0;
    await house.pass(60_000);
    await house.log.until("was uninstalled is cleared up");
    expect(await house.store.installations.uninstalled("web")).toEqual([]);
  });

  test("the agents channel and the roles that were given are gone; owners stay", async () => {
    const { house, installing, installation } = await installed();
    const { store, settings, workspace } = house;
    await installing.install(installation);
    await store.roles.set(workspace, "web", "ann", "admin");
    await store.roles.set(workspace, "teams", "tim", "agent");
    await installing.uninstall(installation);
    expect(settings.of(workspace).agentsChannel).toBeNull();
    expect(await store.roles.list(workspace)).toEqual([
      { platform: "teams", userId: "tim", role: "agent" },
      { platform: "web", userId: "olga", role: "owner" },
    ]);
  });

  test("whoever takes Usher out and puts it in again does not become its owner", async () => {
    const { house, installing, installation } = await installed();
    expect(await installing.install(installation)).toEqual({ isOwner: true });
    await installing.uninstall(installation);
    expect(await installing.install({ ...installation, by: "eve", botToken: "xoxb-2" })).toEqual({ isOwner: false });
    expect(await house.store.roles.load(house.workspace, "web", "eve")).toBeNull();
  });

  test("an agents channel on another platform stays", async () => {
    const agentsChannel = { platform: "teams" as const, address: "19:a" as never };
    const { house, installing, installation } = await installed({ settings: { agentsChannel } });
    await installing.install(installation);
    await installing.uninstall(installation);
    expect(house.settings.of(house.workspace).agentsChannel).toEqual(agentsChannel);
  });

  test("what is said of a token that was replaced leaves the new one alone", async () => {
    const { house, known, installing, installation } = await installed();
    await installing.install(installation);
    const renewed = { ...installation, botToken: "xoxb-2", installedAt: installation.installedAt + 1 };
    await installing.install(renewed);
    await installing.uninstall(installation);
    expect(known.of(house.workspace)).toEqual(renewed);
    expect(await house.store.roles.load(house.workspace, "web", agent.id)).toBe("agent");
  });
});

describe("when it is cut short", () => {
  test("by a crash, the next start goes on with it", async () => {
    const first = await installed();
    await first.installing.install(first.installation);
    await states["waiting for an approval"]?.(first.house);
    // The token is destroyed, and no more than that.
    await first.house.store.installations.remove(first.house.workspace, "web", first.installation.installedAt);
    await houses.abandon(first.house);
    const { house, installing } = await installed({ boot: "boot-2" });
    await installing.finish();
    expect((await house.load("c1"))?.run).toBeNull();
    expect(await house.store.roles.load(house.workspace, "web", agent.id)).toBeNull();
    expect(await house.store.installations.uninstalled("web")).toEqual([]);
  });

  test("by the store, it is tried again until it works; nothing is known of the workspace meanwhile", async () => {
    let isDown = false;
    const wrap = (store: Store): Store => ({
      ...store,
      installations: {
        ...store.installations,
        remove: (...at) => (isDown ? Promise.reject(new TransientError("down")) : store.installations.remove(...at)),
      },
    });
    const { house, known, installing, installation } = await installed({ wrap });
    await installing.install(installation);
    await states["waiting for the customer"]?.(house);
    isDown = true;
    await expect(installing.uninstall(installation)).rejects.toThrow(TransientError);
    expect(known.of(house.workspace)).toBeNull();
    expect((await house.load("c1"))?.run).not.toBeNull();
    expect(house.log.lines.filter(({ message }) => message.includes("is destroyed"))).toEqual([]);
    isDown = false;
    house.clock.advance(60_000);
    await house.until("c1", ({ run }) => run === null);
  });

  test("what is said of the old token while a new one is being stored does not reach the new one", async () => {
    const written = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    let isHeld = false;
    const wrap = (store: Store): Store => ({
      ...store,
      installations: {
        ...store.installations,
        async put(installation) {
          await store.installations.put(installation);
          if (!isHeld) return;
          written.resolve();
          await release.promise;
        },
      },
    });
    const first = await installed({ wrap });
    const { house, known, installing, installation } = first;
    await installing.install(installation);
    isHeld = true;
    const renewed = { ...installation, botToken: "xoxb-2", installedAt: installation.installedAt + 1 };
    const renewing = installing.install(renewed);
    await written.promise;
    const uninstalling = installing.uninstall(installation);
    // Whatever it asks of the store at once is asked before the new token is known.
    await house.store.roles.list(house.workspace);
    release.resolve();
    await Promise.all([renewing, uninstalling]);
    expect(known.of(house.workspace)).toEqual(renewed);
    await houses.abandon(house);
    const next = await installed({ boot: "boot-2" });
    expect(await next.house.store.installations.load(house.workspace, "web")).toEqual(renewed);
    expect(await next.house.store.installations.uninstalled("web")).toEqual([]);
  });

  test("in one workspace, the others come and go all the same, and it is tried again", async () => {
    const broken = workspaceIdSchema.parse("broken");
    let isBroken = true;
    const wrap = (store: Store): Store => ({
      ...store,
      conversations: {
        ...store.conversations,
        find: (workspace, ...rest) =>
          isBroken && workspace === broken
            ? Promise.reject(new PermanentError("a document cannot be read"))
            : store.conversations.find(workspace, ...rest),
      },
    });
    const { house, known, installing, installation } = await installed({ wrap });
    const { store, workspace, clock, log } = house;
    const inBroken = { ...installation, workspace: broken };
    await installing.install(inBroken);
    await expect(installing.uninstall(inBroken)).rejects.toThrow("cannot be read");
    // Another workspace, the next start, and this one itself, which starts clean or not at all.
    await installing.install(installation);
    expect(known.of(workspace)).toEqual(installation);
    await installing.finish();
    await expect(installing.install({ ...inBroken, botToken: "xoxb-2" })).rejects.toThrow("cannot be read");
    expect(known.of(broken)).toBeNull();
    expect(await store.installations.uninstalled("web")).toEqual([broken]);
    isBroken = false;
    clock.advance(60_000);
    await log.until("is cleared up");
    expect(await store.installations.uninstalled("web")).toEqual([]);
  });

  test("nobody is owner of a workspace in which nothing is installed, and once it works the page says who is", async () => {
    let isDown = true;
    const wrap = (store: Store): Store => ({
      ...store,
      installations: {
        ...store.installations,
        put: (one) => (isDown ? Promise.reject(new TransientError("down")) : store.installations.put(one)),
      },
    });
    const { house, installing, installation } = await installed({ wrap });
    await expect(installing.install(installation)).rejects.toThrow(TransientError);
    expect(await house.store.roles.load(house.workspace, "web", "olga")).toBeNull();
    isDown = false;
    expect(await installing.install(installation)).toEqual({ isOwner: true });
    // An owner who installs it once more still is one.
    expect(await installing.install(installation)).toEqual({ isOwner: true });
    expect(await installing.install({ ...installation, by: "eve" })).toEqual({ isOwner: false });
  });

  test("a clear-up that hangs keeps no other workspace's token", async () => {
    const slow = workspaceIdSchema.parse("slow");
    const release = Promise.withResolvers<void>();
    const wrap = (store: Store): Store => ({
      ...store,
      conversations: {
        ...store.conversations,
        async find(workspace, ...rest) {
          if (workspace === slow) await release.promise;
          return store.conversations.find(workspace, ...rest);
        },
      },
    });
    const { house, installing, installation } = await installed({ wrap });
    const inSlow = { ...installation, workspace: slow };
    for (const one of [inSlow, installation]) await installing.install(one);
    const hanging = installing.uninstall(inSlow);
    await installing.uninstall(installation);
    expect(await house.store.installations.workspaces("web")).toEqual([]);
    expect(await house.store.installations.uninstalled("web")).toEqual([slow]);
    release.resolve();
    await hanging;
    expect(await house.store.installations.uninstalled("web")).toEqual([]);
  });

  test("an installation in the same moment waits until everything is cleared up", async () => {
    const { house, known, installing, installation, opened } = await installed();
    await installing.install(installation);
    await states["waiting for an approval"]?.(house);
    const renewed = { ...installation, botToken: "xoxb-2", installedAt: installation.installedAt + 1 };
    await Promise.all([installing.uninstall(installation), installing.install(renewed)]);
    expect((await house.load("c1"))?.run).toBeNull();
    expect(known.of(house.workspace)).toEqual(renewed);
    expect(opened).toEqual([house.workspace, house.workspace]);
    expect(await house.store.installations.uninstalled("web")).toEqual([]);
  });
});
