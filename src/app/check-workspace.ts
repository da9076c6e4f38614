import { asWritten } from "../domain/command.ts";
import { type Finding, missing, ok } from "../domain/finding.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { Platform } from "../domain/person.ts";
import type { Store } from "../ports/store.ts";

/** `name`: of the workspace, for people. `ownerMend`: how it gets an owner, which depends on how it was installed. */
export interface Checked {
  readonly workspace: WorkspaceId;
  readonly platform: Platform;
  readonly name: string;
  readonly ownerMend: string;
}

/** Who may approve in a workspace, and whether these are enough. Throws what the store throws. */
export async function checkWorkspace(
  { roles }: Pick<Store, "roles">,
  { workspace, platform, name, ownerMend }: Checked,
): Promise<readonly Finding[]> {
  const rows = (await roles.list(workspace)).filter((row) => row.platform === platform);
  const owners = rows.filter(({ role }) => role === "owner");
  const approvers = rows.filter(({ role }) => role !== "customer");
  return [
    owners.length > 0
      ? ok(`Owner of ${name}`, `${owners.map(({ userId }) => userId).join(", ")}.`)
      : ownerMissing(name, ownerMend),
    approvers.length > 1
      ? ok(`Agents of ${name}`, `${approvers.length} people may approve, admins and owners among them.`)
      : missing(
          `Agents of ${name}`,
          `${approvers[0] === undefined ? "Nobody" : `Only ${approvers[0].userId}`} may approve, and whoever starts a run must not approve in it.`,
          `An owner gives somebody else that right with the command “${asWritten(platform, "roles add @somebody agent")}”.`,
        ),
  ];
}

/** What is missing before the first start of an Usher of which `firstOwner` (null: nobody) becomes the owner. Pure. */
export function checkFirstOwner(name: string, firstOwner: string | null, ownerMend: string): Finding {
  if (firstOwner === null) return ownerMissing(name, ownerMend);
  return ok(`Owner of ${name}`, `${firstOwner}, from the first start on.`);
}

function ownerMissing(name: string, ownerMend: string): Finding {
  return missing(`Owner of ${name}`, "There is none, so nobody can say who may approve.", ownerMend);
}
