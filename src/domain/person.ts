import { z } from "zod";
import type { DeepReadonly } from "./json.ts";

export const platformSchema = z.enum(["web", "slack", "teams"]);
export type Platform = z.infer<typeof platformSchema>;

export const roleSchema = z.enum(["customer", "agent", "admin", "owner"]);
export type Role = z.infer<typeof roleSchema>;

/**
 * Somebody who acts. An adapter always says `customer`; the shell puts the role from Usher's own table in its place
 * before the engine sees the person. `external`: from another organisation than the workspace's (never an approver).
 */
export const personSchema = z.object({
  platform: platformSchema,
  id: z.string().min(1).max(200),
  name: z.string().max(200),
  role: roleSchema,
  external: z.boolean(),
});
export type Person = DeepReadonly<z.infer<typeof personSchema>>;

/** Whether this person may view runs and decide approvals. Pure. */
export function isAgent(person: Person): boolean {
  return person.role !== "customer" && !person.external;
}

/** Whether two records mean one person: names and roles change, the platform's id does not. Pure. */
export function isSamePerson(a: Person, b: Person): boolean {
  return a.platform === b.platform && a.id === b.id;
}
