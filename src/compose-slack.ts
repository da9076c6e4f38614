import { readAddress } from "../adapters/slack/address.ts";
import { identify } from "../adapters/slack/identify.ts";
import { openInstallations } from "../adapters/slack/installations.ts";
import { createSlack, type Slack } from "../adapters/slack/slack.ts";
import { admitFirstOwner } from "./app/first-owner.ts";
import { createInstalling } from "./app/installing.ts";
import type { Bot, System } from "./compose-bot.ts";
import type { SlackConfig } from "./config-slack.ts";
import type { WorkspaceSettings } from "./domain/settings.ts";

/** Slack; `finish` is that of Installing. `workspaces`: where it is installed now, in words. */
export interface OpenedSlack extends Slack {
  finish(): Promise<void>;
  workspaces(): readonly string[];
}

/** Slack with every workspace in which Usher is installed. Throws what Slack and the store throw. */
export async function openSlack(config: SlackConfig, { clock, ids, log }: System, bot: Bot): Promise<OpenedSlack> {
  const { core, store, settings, openWorkspace } = bot;
  const { botToken, inbound, oauth } = config;
  const apiUrl = config.apiUrl === null ? null : `${config.apiUrl}/`;
  const fixed = botToken === null ? null : await identify(botToken, { apiUrl, clock, log });
  const installations = await openInstallations(store.installations, fixed);
  const installing = createInstalling({
    ...{ platform: "slack", known: installations, store, settings, work: core.work, openWorkspace, clock, log },
  });
  for (const { workspace } of installations.all()) await openWorkspace(workspace);
  // Everywhere else the owner is whoever has installed it.
  if (fixed !== null && config.owner !== null) {
    await admitFirstOwner(store.roles, fixed.workspace, "slack", config.owner);
  }
  const slack = createSlack({
    inbound,
    apiUrl,
    installations,
    inspector: core.inspector,
    clock,
    log,
    agentsChannelOf: (workspace) => slackChannelIn(settings.of(workspace).agentsChannel),
    uninstalled: installing.uninstall,
    install: oauth === null ? null : { ...oauth, ids, install: installing.install },
  });
  const workspaces = (): readonly string[] =>
    installations.all().map(({ workspace, name }) => `${name} (${workspace})`);
  return { ...slack, finish: installing.finish, workspaces };
}

function slackChannelIn(place: WorkspaceSettings["agentsChannel"]): string | null {
  return place?.platform === "slack" ? (readAddress(place.address)?.channel ?? null) : null;
}
