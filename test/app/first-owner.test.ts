import { expect, test } from "vitest";
import { admitFirstOwner } from "../../src/app/first-owner.ts";
import { workspaceId } from "../support/conversation.ts";
import { housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const houses = housesOf(aProcedure([{ id: "hello", kind: "message", content: "Hello." }]));

test("the first owner is admitted, whatever their role was, and nobody after that", async () => {
  const { store, workspace } = await houses.open();
  await store.roles.set(workspace, "slack", "U1", "agent");
  expect(await admitFirstOwner(store.roles, workspace, "slack", "U1")).toBe(true);
  expect(await admitFirstOwner(store.roles, workspace, "slack", "U2")).toBe(false);
  expect(await admitFirstOwner(store.roles, workspace, "slack", "U1")).toBe(false);
  expect(await store.roles.load(workspace, "slack", "U1")).toBe("owner");
  expect(await store.roles.load(workspace, "slack", "U2")).toBeNull();
});

test("an owner on another platform is the workspace's owner too; one of another workspace is not", async () => {
  const { store, workspace } = await houses.open();
  await store.roles.set(workspace, "teams", "t1", "owner");
  expect(await admitFirstOwner(store.roles, workspace, "slack", "U1")).toBe(false);
  expect(await admitFirstOwner(store.roles, workspaceId("other"), "slack", "U1")).toBe(true);
});

test("of many who come in the same moment one becomes the owner", async () => {
  const { store, workspace } = await houses.open();
  const many = Array.from({ length: 20 }, (_, n) => admitFirstOwner(store.roles, workspace, "slack", `U${n}`));
  expect((await Promise.all(many)).filter((admitted) => admitted)).toHaveLength(1);
  expect((await store.roles.list(workspace)).filter(({ role }) => role === "owner")).toHaveLength(1);
});
