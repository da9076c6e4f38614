import type { WorkspaceId } from "../domain/ids.ts";
import type { Platform } from "../domain/person.ts";
import type { RoleStore } from "../ports/store.ts";
import { changeRoles } from "./change-roles.ts";

/**
 * Makes somebody the owner of a workspace that has none yet, and answers whether that was so; where there is one, only
 * owners make others. Throws what the store throws.
 */
export function admitFirstOwner(
  roles: RoleStore,
  workspace: WorkspaceId,
  platform: Platform,
  userId: string,
): Promise<boolean> {
  return changeRoles(roles, async () => {
    const rows = await roles.list(workspace);
    if (rows.some(({ role }) => role === "owner")) return false;
    await roles.set(workspace, platform, userId, "owner");
    return true;
  });
}
