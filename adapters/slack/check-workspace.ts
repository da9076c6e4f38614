import { type Finding, missing, ok, unknown } from "../../src/domain/finding.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import type { Log } from "../../src/ports/log.ts";
import { createSlackClient, type SlackClient } from "./client.ts";
import type { ConversationInfo } from "./info.ts";
import { botScopes } from "./scopes.ts";

export interface CheckOptions {
  /** Where the Web API is, with a slash at its end; null: at Slack. */
  readonly apiUrl: string | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** The agents channel of a workspace: its id, null where it is elsewhere or nowhere; undefined: nobody could look. */
type AgentsChannel = string | null | undefined;

/** What is missing for Usher in one workspace of Slack: token, scopes, agents channel. Never throws. */
export async function checkSlackWorkspace(
  installation: Installation,
  agentsChannel: AgentsChannel,
  { apiUrl, clock, log }: CheckOptions,
): Promise<readonly Finding[]> {
  const { workspace, name } = installation;
  const client = createSlackClient({
    clock,
    log,
    botOf: async () => installation,
    onTokenVoid: () => {},
    ...(apiUrl === null ? {} : { apiUrl }),
  });
  const what = `Bot token of ${name}`;
  try {
    const { scopes } = await client.authTest(workspace);
    return [
      ok(what, `Slack takes it (${workspace}).`),
      ...checkScopes(name, scopes),
      await checkAgentsChannel(client, installation, agentsChannel),
    ];
  } catch (error) {
    return [tokenFailed(what, error)];
  }
}

/** What it means that Slack did not say whose a token is. Pure. */
export function tokenFailed(what: string, error: unknown): Finding {
  const says = error instanceof Error ? error.message : "It could not be tried.";
  return error instanceof PermanentError
    ? missing(
        what,
        says,
        "On your app's page: OAuth & Permissions, Reinstall; then set SLACK_BOT_TOKEN to the Bot User OAuth Token, or open /slack/install again.",
      )
    : unknown(what, says, "Check the network of this machine, and run the doctor again.");
}

function checkScopes(name: string, granted: readonly string[]): readonly Finding[] {
  const what = `Scopes of ${name}`;
  if (granted.length === 0)
    return [unknown(what, "Slack did not say which were granted.", "Compare OAuth & Permissions with manifest.json.")];
  const lacking = botScopes.filter((scope) => !granted.includes(scope));
  const extra = granted.filter((scope) => !botScopes.includes(scope));
  if (lacking.length === 0) {
    const more = extra.length === 0 ? "" : ` More than Usher needs: ${extra.join(", ")}.`;
    return [ok(what, `All ${botScopes.length} are granted.${more}`)];
  }
  return [
    missing(
      what,
      `Not granted: ${lacking.join(", ")}.`,
      "On your app's page: App Manifest, paste manifest.json, Save Changes; then Install App, Reinstall.",
    ),
  ];
}

const set = "In Slack, write /procedures channel set here in a channel in which only your agents are.";

async function checkAgentsChannel(
  client: Pick<SlackClient, "conversationInfo">,
  { workspace, name }: Installation,
  channel: AgentsChannel,
): Promise<Finding> {
  const what = `Agents channel of ${name}`;
  if (channel === undefined) {
    const mend = "When Usher has run once, stop it and run the doctor again; or write /procedures channel in Slack.";
    return unknown(what, "It stands in the database, which was not looked into.", mend);
  }
  if (channel === null) return missing(what, "There is none, so nothing can be approved.", set);
  try {
    return channelFinding(what, channel, await client.conversationInfo(workspace, channel));
  } catch (error) {
    const says = error instanceof Error ? error.message : `${channel} could not be looked at.`;
    return error instanceof PermanentError
      ? missing(what, says, `Invite Usher there (/invite @Usher). Or choose another: ${set}`)
      : unknown(what, says, "Run the doctor again in a minute.");
  }
}

function channelFinding(what: string, channel: string, info: ConversationInfo): Finding {
  const label = info.name === null ? channel : `#${info.name} (${channel})`;
  if (info.isArchived) return missing(what, `${label} is archived.`, `Unarchive it. Or choose another: ${set}`);
  if (!info.isMember) return missing(what, `Usher is not in ${label}.`, "Write /invite @Usher there.");
  if (info.external || info.invited) {
    return missing(what, `${label} is shared with another organisation, so no cards are posted there.`, set);
  }
  if (info.external === null || info.invited === null) {
    const mend = "Run the doctor again in a minute. Usher posts no cards there until Slack says that it is not.";
    return unknown(what, `Slack did not say whether ${label} is shared with another organisation.`, mend);
  }
  return ok(what, `${label}; Usher is in it, and nobody of another organisation is.`);
}
