import type { Person } from "../../src/domain/person.ts";

function person(id: string, external = false): Person {
  return { platform: "web", id, name: id, role: "customer", external };
}

/** The customer of a conversation, and somebody beside that customer; as a channel reports people, without a role. */
export const customerOf = (conversation: string): Person => person(`customer-${conversation}`);
export const bystander: Person = person("bystander");

/** Who may decide. */
export const agents: readonly Person[] = [person("agent-1"), person("agent-2")];

/** Who may not: an agent of another organisation, and somebody without a role. */
export const strangers: readonly Person[] = [person("outsider", true), bystander];
