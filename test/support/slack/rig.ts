import { createServer } from "node:http";
import express from "express";
import { addressOf } from "../../../adapters/slack/address.ts";
import { openInstallations } from "../../../adapters/slack/installations.ts";
import { createSlack } from "../../../adapters/slack/slack.ts";
import { workspaceIdSchema } from "../../../src/domain/ids.ts";
import type { Installation } from "../../../src/domain/installation.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { InstallationStore } from "../../../src/ports/store.ts";
import { systemClock } from "../../../src/system.ts";
import { createFakeInspector } from "../fake-inbound.ts";
import { createLogBook } from "../playground.ts";
import { company, startCompany } from "./company.ts";
import { createDeliverer } from "./deliver.ts";
import { createInteractions } from "./interactions.ts";
import { createPeople } from "./people.ts";
import { createSocketDeliverer } from "./socket-deliverer.ts";

/** The company as Usher's workspace. */
export const slackWorkspace = workspaceIdSchema.parse(company.team);

/** Usher's installation in the company. */
export const companyInstallation: Installation = {
  workspace: slackWorkspace,
  platform: "slack",
  name: "Bright Goods",
  team: company.team,
  organisation: null,
  botUser: company.bot,
  botToken: company.token,
  scopes: [],
  by: null,
  installedAt: 0,
};

/** The company's agents channel. */
export const agentsAddress = addressOf({ workspace: slackWorkspace, channel: company.agents, thread: null });

/** What is installed is given, and not stored. */
export const nothingStored: InstallationStore = {
  put: async () => {},
  load: async () => null,
  remove: async () => {},
  uninstalled: async () => [],
  cleared: async () => {},
  workspaces: async () => [],
  renew: async () => 0,
};

/** The adapter alone, on a fake Slack over real HTTP with real signatures, or over a socket; its channel is not started. */
export async function openSlackRig(clock: Clock = systemClock, way: "http" | "socket" = "http") {
  const slack = await startCompany();
  const log = createLogBook();
  const inspector = createFakeInspector();
  const uninstalled: string[] = [];
  const installations = await openInstallations(nothingStored, companyInstallation);
  const adapter = createSlack({
    inbound:
      way === "http"
        ? { kind: "http", signingSecret: slack.state.app.signingSecret }
        : { kind: "socket", appToken: company.appToken },
    apiUrl: slack.apiUrl,
    installations,
    inspector,
    clock,
    log,
    agentsChannelOf: () => company.agents,
    install: null,
    async uninstalled({ workspace }) {
      uninstalled.push(workspace);
      installations.forget(workspace);
    },
  });
  const server = createServer(express().use(adapter.router));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { signingSecret } = slack.state.app;
  const url = `http://127.0.0.1:${port}/slack/events`;
  const bot = way === "http" ? createDeliverer({ url, signingSecret }) : createSocketDeliverer(slack.sockets);
  return {
    slack,
    bot,
    people: createPeople(slack, bot),
    interactions: createInteractions(slack, bot),
    channel: adapter.channel,
    installations,
    inspector,
    log,
    uninstalled,
    async close() {
      await bot.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await slack.close();
    },
  };
}
