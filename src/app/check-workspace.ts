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

/** What is missing in a workspace before anything can run and be approved there. Throws what the store throws. */
export async function checkWorkspace(
  { procedures, roles }: Pick<Store, "procedures" | "roles">,
  { workspace, platform, name, ownerMend }: Checked,
): Promise<readonly Finding[]> {
  const active = await procedures.active(workspace);
  const rows = (await roles.list(workspace)).filter((row) => row.platform === platform);
  const owners = rows.filter(({ role }) => role === "owner");
  const approvers = rows.filter(({ role }) => role !== "customer");
  const slugs = active.map(({ procedure }) => procedure.slug).join(", ");
  return [
    active.length > 0
      ? ok(`Procedures of ${name}`, `${active.length} active: ${slugs}.`)
      : missing(
          `Procedures of ${name}`,
          "None is active.",
          "Put a procedure's file into the folder of USHER_PROCEDURES, and start Usher.",
        ),
    owners.length > 0
      ? ok(`Owner of ${name}`, `${owners.map(({ userId }) => userId).join(", ")}.`)
      : missing(`Owner of ${name}`, "There is none, so nobody can say who may approve.", ownerMend),
    approvers.length > 1
      ? ok(`Agents of ${name}`, `${approvers.length} people may approve, admins and owners among them.`)
      : missing(
          `Agents of ${name}`,
          `${approvers[0] === undefined ? "Nobody" : `Only ${approvers[0].userId}`} may approve, and whoever starts a run must not approve in it.`,
          "An owner gives somebody else that right with the command “roles add @somebody agent”.",
        ),
  ];
}
