import { type WorkspaceId, workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Log } from "../../src/ports/log.ts";
import { createSlackClient, slackApiUrl } from "./client.ts";

// Until Slack has said whose token it is.
const unknown: WorkspaceId = workspaceIdSchema.parse("T0");

/** The installation that a bot's token belongs to. Throws what the client throws; TransientError names Slack's address. */
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
  const { team, teamName, organisation, botUser, scopes } = await client.authTest(unknown).catch((error: unknown) => {
    throw error instanceof TransientError ? outOfReach(apiUrl, error) : error;
  });
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

function outOfReach(apiUrl: string | null, cause: TransientError): TransientError {
  const own = "Check that this machine can reach it (network, firewall, name server), and start Usher again.";
  const set = "Correct SLACK_API_URL, or delete it for Slack's own address, and start Usher again.";
  const says = `Slack could not be asked whose token SLACK_BOT_TOKEN is, at ${apiUrl ?? slackApiUrl}: ${cause.message}`;
  return new TransientError(`${says} ${apiUrl === null ? own : set}`, { cause });
}
