import { type Finding, missing, ok } from "../domain/finding.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { Platform } from "../domain/person.ts";
import type { Store } from "../ports/store.ts";

/** What is missing in a workspace before anything can run and be approved there. Throws what the store throws. */
export async function checkWorkspace(
  { procedures, roles }: Pick<Store, "procedures" | "roles">,
  workspace: WorkspaceId,
  platform: Platform,
  name: string,
): Promise<readonly Finding[]> {
  const active = await procedures.active(workspace);
  const rows = (await roles.list(workspace)).filter((row) => row.platform === platform);
  const agents = rows.filter(({ role }) => role !== "customer");
  const owners = rows.filter(({ role }) => role === "owner");
  return [
    active.length > 0
      ? ok(
          `Procedures of ${name}`,
          `${active.length} active: ${active.map(({ procedure }) => procedure.slug).join(", ")}.`,
        )
      : missing(
          `Procedures of ${name}`,
          "None is active.",
          "Put a procedure's file into the folder of USHER_PROCEDURES, and start Usher.",
        ),
    owners.length > 0
      ? ok(`Owner of ${name}`, `${owners.map(({ userId }) => userId).join(", ")}.`)
      : missing(
          `Owner of ${name}`,
          "There is none, so nobody can say who may approve.",
          "Set USHER_OWNER to your member id (your profile, three dots, Copy member ID), and start Usher again.",
        ),
    agents.length > owners.length
      ? ok(`Agents of ${name}`, `${agents.length - owners.length}, beside the owner.`)
      : missing(
          `Agents of ${name}`,
          "Beside the owner nobody may approve, and whoever starts a run must not approve in it.",
          "In Slack, write /procedures roles add @somebody agent.",
        ),
  ];
}
