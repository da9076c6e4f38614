import { describe, expect, test } from "vitest";
import { usageOf } from "../../../src/app/commands/grammar.ts";
import { verbs } from "../../../src/app/commands/verbs.ts";
import type { CommandWord } from "../../../src/domain/command.ts";
import type { Person } from "../../../src/domain/person.ts";
import { agent, customer } from "../../support/chat.ts";
import { ask, channelWord, personWord, somebody, withRole } from "../../support/commands.ts";
import { workspaceId } from "../../support/conversation.ts";
import { type House, housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";

const houses = housesOf(aProcedure([{ id: "hello", kind: "message", content: "Hello." }]));

const otherWorkspace = workspaceId("other");
const newcomer = personWord(somebody("newcomer"));
const old = personWord(somebody("old-agent"));
const place = channelWord("agents");

type Words = readonly (string | CommandWord)[];
type Kind = "customer" | "external agent" | "external owner" | "agent" | "admin" | "owner";
/** What comes of a command: it is carried out, refused, or answered as if there were nothing to ask for. */
type Fate = "done" | "refused" | "nothing";

const forEveryAgent = { agent: "done", admin: "done", owner: "done" } as const;
const forAdmins = { agent: "refused", admin: "done", owner: "done" } as const;
const forOwners = { agent: "refused", admin: "refused", owner: "done" } as const;
const forOutsiders = { customer: "nothing", "external agent": "nothing", "external owner": "nothing" } as const;

const table: readonly (readonly [
  usage: string,
  words: Words,
  fates: Omit<Record<Kind, Fate>, keyof typeof forOutsiders>,
])[] = [
  ["list", ["list"], forEveryAgent],
  ["show <procedure>", ["show test-procedure"], forEveryAgent],
  ["approvals", ["approvals"], forEveryAgent],
  ["runs [procedure]", ["runs"], forEveryAgent],
  ["runs [procedure]", ["runs test-procedure"], forEveryAgent],
  ["why [conversation]", ["why c1"], forEveryAgent],
  ["channel", ["channel"], forEveryAgent],
  ["channel set <channel|here>", ["channel set", place], forAdmins],
  ["channel set <channel|here>", ["channel set here"], forAdmins],
  ["roles [list]", ["roles"], forEveryAgent],
  ["roles [list]", ["roles list"], forEveryAgent],
  ["roles add <person> <role>", ["roles add", newcomer, "agent"], forAdmins],
  ["roles add <person> <role>", ["roles add", newcomer, "admin"], forOwners],
  ["roles add <person> <role>", ["roles add", newcomer, "owner"], forOwners],
  ["roles remove <person>", ["roles remove", old], forAdmins],
  ["health", ["health"], forEveryAgent],
  ["help [verb]", ["help"], forEveryAgent],
  ["help [verb]", ["help roles"], forEveryAgent],
];

async function personOf(house: House, kind: Kind): Promise<Person> {
  const { roles } = house.store;
  if (kind === "customer") return customer;
  if (kind === "agent") return agent;
  if (kind === "admin" || kind === "owner") return withRole(house, `${kind}-1`, kind);
  const id = kind === "external agent" ? "outside-agent" : "outside-owner";
  await roles.set(house.workspace, "web", id, kind === "external agent" ? "agent" : "owner");
  return somebody(id, { external: true });
}

/** Everything that a command could have changed. */
async function stateOf(house: House): Promise<unknown> {
  const { roles, settings } = house.store;
  return {
    roles: await roles.list(house.workspace),
    stored: await settings.load(house.workspace),
    posts: houses.world.sent.length,
  };
}

describe("who may ask for what", () => {
  const kinds: readonly Kind[] = ["customer", "external agent", "external owner", "agent", "admin", "owner"];
  const cases = table.flatMap(([usage, words, fates]) => {
    const all: Record<Kind, Fate> = { ...forOutsiders, ...fates };
    const name = words.map((word) => (typeof word === "string" ? word : word.kind)).join(" ");
    return kinds.map((kind) => ({ usage, name, words, kind, fate: all[kind] }));
  });

  test("the table has a line for every form of every verb", () => {
    const known = new Set(table.map(([usage]) => usage));
    expect(verbs.flatMap((verb) => verb.forms.map((form) => usageOf(agent, verb, form)))).toEqual([...known]);
  });

  test.each(cases)("“$name” by $kind: $fate", async ({ usage, words, kind, fate }) => {
    const house = await houses.open();
    await house.say("c1", "hello");
    await house.settled("c1");
    await house.store.roles.set(house.workspace, "web", "old-agent", "agent");
    const by = await personOf(house, kind);
    const before = await stateOf(house);
    const view = await ask(house, words, { by, channel: place });
    const changes = fate === "done" && /set|add|remove/.test(usage);
    if (changes) expect(await stateOf(house)).not.toEqual(before);
    else expect(await stateOf(house)).toEqual(before);
    expect(view.title === "Usher").toBe(fate === "nothing");
    const refusal = /^(?:Only (?:admins and )?owners can )/;
    const sentence = view.parts[0]?.kind === "text" ? view.parts[0].text : "";
    expect(refusal.test(sentence)).toBe(fate === "refused");
    expect(view.title).not.toMatch(/^I /);
  });
});

describe("attack 92: an admin command by somebody who may not", () => {
  const everything: readonly Words[] = [...table.map(([, words]) => words), ["xyzzy"], [""], ["show nothing"]];

  test("customers and outsiders get the same sentence whatever they ask, in a message to Usher or in a shared channel", async () => {
    const house = await houses.open();
    for (const kind of ["customer", "external agent", "external owner"] as const) {
      const by = await personOf(house, kind);
      for (const words of everything) {
        for (const channel of [null, place]) {
          const view = await ask(house, words, { by, channel });
          expect(view).toEqual({ title: "Usher", parts: [{ kind: "text", text: expect.stringContaining("write") }] });
        }
      }
    }
  });

  test("a forged name and a forged role change nothing: the id counts, and Usher's own table", async () => {
    const house = await houses.open();
    const owner = await withRole(house, "owner-1", "owner");
    for (const by of [
      { ...customer, role: "owner" as const, name: owner.name },
      { ...agent, role: "owner" as const, name: owner.name },
      // The same id on another platform is somebody else.
      { ...owner, platform: "slack" as const, role: "owner" as const },
    ]) {
      await ask(house, ["roles add", newcomer, "owner"], { by });
      await ask(house, ["channel set", place], { by });
    }
    expect(await house.store.roles.load(house.workspace, "web", "newcomer")).toBeNull();
    expect(await house.store.settings.load(house.workspace)).toEqual({});
    expect(houses.world.sent).toEqual([]);
  });

  test("the role counts that a person has at the command, not the one at the last", async () => {
    const house = await houses.open();
    expect((await ask(house, "list")).title).toBe("Procedures");
    await house.store.roles.remove(house.workspace, "web", agent.id);
    expect((await ask(house, "list")).title).toBe("Usher");
  });

  test("an agent of another workspace is a customer here", async () => {
    const house = await houses.open();
    await house.store.roles.set(otherWorkspace, "web", "stranger", "owner");
    expect((await ask(house, "list", { by: somebody("stranger") })).title).toBe("Usher");
  });

  test("every answer is noted with ids and without words", async () => {
    const house = await houses.open();
    await ask(house, "list", { by: { ...customer, name: "Canary" } });
    await ask(house, "Canary");
    await ask(house, ["channel set", place]);
    const noted = house.log.lines.filter(({ message }) => message === "A command was answered.");
    expect(noted.map(({ fields }) => fields)).toEqual([
      { workspace: "test", platform: "web", by: customer.id, role: "customer", verb: null, fate: "refused" },
      { workspace: "test", platform: "web", by: agent.id, role: "agent", verb: null, fate: "unread" },
      { workspace: "test", platform: "web", by: agent.id, role: "agent", verb: "channel", fate: "refused" },
    ]);
    expect(JSON.stringify(house.log.lines)).not.toContain("Canary");
  });
});
