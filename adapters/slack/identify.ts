import { type WorkspaceId, workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Log } from "../../src/ports/log.ts";
import { createSlackClient } from "./client.ts";

// Until Slack has said whose token it is.
const unknown: WorkspaceId = workspaceIdSchema.parse("T0");

/** The installation that a bot's token belongs to. Throws what the client throws. */
export async function identify(
  token: string,
  { apiUrl, clock, log }: { readonly apiUrl: string | null; readonly clock: Clock; readonly log: Log },
): Promise<Installation> {
  const client = createSlackClient({
    clock,
    log,
    botOf: async () => ({ botToken: token, botUser: "" }),
    onTokenVoid: () => {},
    ...(apiUrl === null ? {} : { apiUrl }),
  });
  const { team, teamName, organisation, botUser, scopes } = await client.authTest(unknown);
  // Slack names one of both.
  const id = team ?? organisation ?? "";
  return {
    workspace: workspaceIdSchema.parse(id),
    platform: "slack",
    name: teamName ?? id,
    team,
    organisation,
    botUser,
    botToken: token,
    scopes: [...scopes],
    by: null,
    installedAt: clock.now(),
  };
}
