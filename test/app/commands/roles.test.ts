import { describe, expect, test } from "vitest";
import type { Person, Role } from "../../../src/domain/person.ts";
import { TransientError } from "../../../src/ports/errors.ts";
import { agent, customer } from "../../support/chat.ts";
import { ask, personWord, somebody, spoken, withRole } from "../../support/commands.ts";
import { type House, housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";

const houses = housesOf(aProcedure([{ id: "hello", kind: "message", content: "Hello." }]));

const lastOwner = "This is the last owner. Make somebody else an owner first.";
const ownersOnly = "Only owners can make or unmake admins and owners.";

async function withPeople(): Promise<{ house: House; admin: Person; owner: Person }> {
  const house = await houses.open();
  const admin = await withRole(house, "admin-1", "admin");
  const owner = await withRole(house, "owner-1", "owner");
  return { house, admin, owner };
}

const roleOf = (house: House, { platform, id }: Person): Promise<Role | null> =>
  house.store.roles.load(house.workspace, platform, id);

describe("roles list", () => {
  test("names everybody who has a role", async () => {
    const { house } = await withPeople();
    await house.store.roles.set(house.workspace, "slack", "U1", "agent");
    await house.store.roles.set(house.workspace, "web", "former", "customer");
    const view = await ask(house, "roles");
    expect(view.parts).toMatchObject([{ kind: "table", columns: ["Person", "Role"] }]);
    expect(spoken(view).slice(1)).toEqual([
      "@U1 | agent",
      "@admin-1 | admin",
      "@agent-1 | agent",
      "@agent-2 | agent",
      "@owner-1 | owner",
    ]);
    const [table] = view.parts;
    expect(table?.kind === "table" && table.rows[0]?.[0]).toEqual({
      person: { platform: "slack", id: "U1", name: "U1" },
    });
  });
});

describe("roles add and remove", () => {
  test("an admin makes an agent, who can then do what agents can", async () => {
    const { house, admin } = await withPeople();
    const view = await ask(house, ["roles add", personWord(customer), "AGENT"], { by: admin });
    expect(spoken(view)).toEqual(["Roles", "Person: @customer-1", "Role: agent"]);
    expect(view.parts).toMatchObject([{ fields: [{ value: { person: { role: "agent" } } }, { value: "agent" }] }]);
    expect((await ask(house, "list", { by: customer })).title).toBe("Procedures");
    const removed = await ask(house, ["roles remove", personWord(customer)], { by: admin });
    expect(spoken(removed)).toEqual(["Roles", "Person: @customer-1", "Role: none (a customer)"]);
    expect(await roleOf(house, customer)).toBeNull();
  });

  test("people of every platform can be given a role", async () => {
    const { house, admin } = await withPeople();
    const there = somebody("U1", { platform: "slack" });
    await ask(house, ["roles add", personWord(there), "agent"], { by: admin });
    expect(await roleOf(house, there)).toBe("agent");
    expect(await roleOf(house, somebody("U1"))).toBeNull();
  });

  test("what is so already is not written again", async () => {
    const { house, admin } = await withPeople();
    const again = await ask(house, ["roles add", personWord(agent), "agent"], { by: admin });
    expect(again.parts).toMatchObject([{ label: "Nothing to change" }]);
    const nobody = await ask(house, ["roles remove", personWord(customer)], { by: admin });
    expect(spoken(nobody)).toContain("Role: none (a customer)");
    expect(house.log.lines.some(({ message }) => message === "A role was changed.")).toBe(false);
  });

  test.each<["add" | "remove", Role, Role]>([
    ["add", "customer", "admin"],
    ["add", "customer", "owner"],
    ["add", "agent", "admin"],
    ["add", "admin", "agent"],
    ["add", "owner", "agent"],
    ["remove", "admin", "customer"],
    ["remove", "owner", "customer"],
  ])("an admin cannot %s: from %s to %s; an owner can", async (verb, from, to) => {
    const { house, admin, owner } = await withPeople();
    const target = await withRole(house, "target", from);
    const words = [`roles ${verb}`, personWord(target), ...(verb === "add" ? [to] : [])];
    expect(spoken(await ask(house, words, { by: admin }))).toEqual(["Roles", ownersOnly]);
    expect(await roleOf(house, target)).toBe(from);
    await ask(house, words, { by: owner });
    expect((await roleOf(house, target)) ?? "customer").toBe(to);
  });

  test("nobody raises themselves", async () => {
    const { house, admin } = await withPeople();
    expect(spoken(await ask(house, ["roles add", personWord(admin), "owner"], { by: admin }))[1]).toBe(ownersOnly);
    await ask(house, ["roles add", personWord(agent), "admin"]);
    await ask(house, ["roles add", personWord(customer), "agent"], { by: customer });
    expect(await Promise.all([admin, agent, customer].map((one) => roleOf(house, one)))).toEqual([
      "admin",
      "agent",
      null,
    ]);
  });

  test("pitfall 83: the last owner is neither removed nor demoted, not even by themselves", async () => {
    const { house, owner } = await withPeople();
    for (const words of [
      ["roles remove", personWord(owner)],
      ["roles add", personWord(owner), "admin"],
      ["roles add", personWord(owner), "agent"],
    ]) {
      expect(spoken(await ask(house, words, { by: owner }))).toEqual(["Roles", lastOwner]);
    }
    expect(await roleOf(house, owner)).toBe("owner");
  });

  test("an owner leaves once there is another", async () => {
    const { house, admin, owner } = await withPeople();
    await ask(house, ["roles add", personWord(admin), "owner"], { by: owner });
    await ask(house, ["roles remove", personWord(owner)], { by: owner });
    expect([await roleOf(house, admin), await roleOf(house, owner)]).toEqual(["owner", null]);
  });

  test("two owners who remove each other in the same moment leave one", async () => {
    const { house, owner } = await withPeople();
    const other = await withRole(house, "owner-2", "owner");
    const views = await Promise.all([
      ask(house, ["roles remove", personWord(other)], { by: owner }),
      ask(house, ["roles remove", personWord(owner)], { by: other }),
    ]);
    const left = [await roleOf(house, owner), await roleOf(house, other)];
    expect(left.toSorted()).toEqual([null, "owner"].toSorted());
    expect(views.map((view) => spoken(view)[1]).toSorted()).toEqual([
      "Only admins and owners can change roles.",
      "Person: @owner-2",
    ]);
  });

  test("pitfall 84: people of another organisation can get no role, and can lose one", async () => {
    const { house, owner } = await withPeople();
    const outsider = somebody("outsider", { external: true });
    for (const role of ["agent", "admin", "owner"]) {
      const view = await ask(house, ["roles add", personWord(outsider), role], { by: owner });
      expect(spoken(view)).toEqual(["Roles", "People of another organisation can have no role here."]);
    }
    expect(await roleOf(house, outsider)).toBeNull();
    await house.store.roles.set(house.workspace, "web", "outsider", "agent");
    await ask(house, ["roles remove", personWord(outsider)], { by: owner });
    expect(await roleOf(house, outsider)).toBeNull();
  });

  test("each change is logged with ids only", async () => {
    const { house, owner } = await withPeople();
    const target = somebody("target", { name: "Canary" });
    await ask(house, ["roles add", personWord(target), "admin"], { by: owner });
    await ask(house, ["roles remove", personWord(target)], { by: owner });
    const about = { workspace: "test", by: "owner-1", platform: "web", person: "target" };
    const changes = house.log.lines.filter(({ message }) => message === "A role was changed.");
    expect(changes.map(({ fields }) => fields)).toEqual([
      { ...about, from: "customer", to: "admin" },
      { ...about, from: "admin", to: "customer" },
    ]);
    expect(JSON.stringify(house.log.lines)).not.toContain("Canary");
  });

  test("a change that could not be stored holds up no other", async () => {
    let broken = true;
    const house = await houses.open({
      wrap: (store) => ({
        ...store,
        roles: {
          ...store.roles,
          remove: (...who) => {
            return broken ? Promise.reject(new TransientError("The disk is full.")) : store.roles.remove(...who);
          },
        },
      }),
    });
    const owner = await withRole(house, "owner-1", "owner");
    const words = ["roles remove", personWord(agent)];
    await expect(ask(house, words, { by: owner })).rejects.toThrow(TransientError);
    broken = false;
    await ask(house, words, { by: owner });
    expect(await roleOf(house, agent)).toBeNull();
  });
});
