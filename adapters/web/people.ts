import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { RoleStore } from "../../src/ports/store.ts";
import type { PersonJson } from "./api.ts";

/** The fixed people of the playground, with the roles that the role table is to start with. */
export const playgroundPeople: readonly PersonJson[] = [
  { id: "customer-1", name: "Customer 1", role: "customer" },
  { id: "customer-2", name: "Customer 2", role: "customer" },
  { id: "agent-1", name: "Agent 1", role: "agent" },
  { id: "agent-2", name: "Agent 2", role: "agent" },
  { id: "admin-1", name: "Admin 1", role: "admin" },
];

/** The people of the playground with the roles that they have now. */
export interface People {
  /** Everybody, in the fixed order. Throws what the role table throws. */
  all(): Promise<readonly PersonJson[]>;
  /** One of them, with the role of now. Throws what the role table throws. */
  load(id: string): Promise<PersonJson>;
}

/** Reads the roles from Usher's own table each time, so that a changed role counts at once. */
export function createPeople(workspace: WorkspaceId, roles: Pick<RoleStore, "load">): People {
  const load = async (id: string): Promise<PersonJson> => ({
    ...nameOf(id),
    role: (await roles.load(workspace, "web", id)) ?? "customer",
  });
  return { load, all: () => Promise.all(playgroundPeople.map(({ id }) => load(id))) };
}

/** The person as the Channel port wants to hear of them: always with role customer. Pure. */
export function personOf(id: string): Person {
  return { platform: "web", ...nameOf(id), role: "customer", external: false };
}

function nameOf(id: string): { readonly id: string; readonly name: string } {
  return { id, name: playgroundPeople.find((person) => person.id === id)?.name ?? id };
}
