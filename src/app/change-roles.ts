import type { RoleStore } from "../ports/store.ts";

// The last change of each store's roles that somebody has asked for in this process.
const last = new WeakMap<RoleStore, Promise<unknown>>();

/**
 * Changes of roles happen one after another, so that what a change was judged by still holds when it is stored; a change
 * that fails holds nobody up. Answers what `change` answers, and throws what it throws.
 */
export function changeRoles<Answer>(roles: RoleStore, change: () => Promise<Answer>): Promise<Answer> {
  const before = last.get(roles) ?? Promise.resolve();
  const changed = before.then(change, change);
  last.set(roles, changed);
  return changed;
}
