import { createServer, type Server } from "node:http";
import express from "express";
import { createLocalModel } from "../../../adapters/local/model.ts";
import { openInstallations } from "../../../adapters/slack/installations.ts";
import { slackMethods } from "../../../adapters/slack/methods.ts";
import type { Rates } from "../../../adapters/slack/pace.ts";
import { createSlack } from "../../../adapters/slack/slack.ts";
import { openSqliteStore } from "../../../adapters/sqlite/open.ts";
import { createInProcessQueue } from "../../../jobs/in-process.ts";
import { createCatalog } from "../../../src/app/catalog.ts";
import { createCore } from "../../../src/app/core.ts";
import { createSettings } from "../../../src/app/settings.ts";
import { endConversations } from "../../../src/app/uninstall.ts";
import type { HttpRequest } from "../../../src/domain/http-request.ts";
import type { Installation } from "../../../src/domain/installation.ts";
import type { Outcome } from "../../../src/domain/outcome.ts";
import type { Role } from "../../../src/domain/person.ts";
import type { Press, Receipt } from "../../../src/domain/press.ts";
import type { Procedure } from "../../../src/domain/procedure.ts";
import { defaultSettings, type WorkspaceSettings } from "../../../src/domain/settings.ts";
import type { Http } from "../../../src/ports/http.ts";
import { systemIds } from "../../../src/system.ts";
import { withText } from "../answered.ts";
import { createFakeClock } from "../fake-clock.ts";
import { createLogBook, temporaryFolder } from "../playground.ts";
import { realClock } from "../real-clock.ts";
import { company, startCompany } from "./company.ts";
import { createDeliverer } from "./deliver.ts";
import { createInteractions } from "./interactions.ts";
import { createPeople } from "./people.ts";
import { agentsAddress, companyInstallation, nothingStored, slackWorkspace } from "./rig.ts";

export interface SlackHouseOptions {
  readonly procedures: readonly Procedure[];
  /** Whom Usher knows, by the id in Slack; the company's agents and its owner by default. */
  readonly roles?: { readonly [user: string]: Role };
  readonly installations?: readonly Installation[];
  readonly settings?: Partial<WorkspaceSettings>;
  /** How a call of the company's systems ends. */
  readonly answer?: (request: HttpRequest) => Outcome;
}

// Slack's pace is another matter: here nothing waits for its slot, and no time passes but the fake clock's.
const unpaced = { perMinute: 60_000_000, burst: 1_000_000 };
const unlimited = Object.fromEntries(
  Object.keys(slackMethods).map((name) => [name, { perWorkspace: unpaced, perChannel: null }]),
) as unknown as Rates;

/**
 * Usher's use cases over a real store, and the real adapter of Slack before them: real Bolt, real signatures, real HTTP to
 * and from the fake Slack. The time is the test's, and begins now, since Bolt looks at the machine's own clock, too.
 */
export async function openSlackHouse(options: SlackHouseOptions) {
  const clock = createFakeClock(Math.floor(realClock.now() / 1000) * 1000);
  const slack = await startCompany({ clock });
  const folder = await temporaryFolder();
  const store = await openSqliteStore({ folder: folder.path, clock, keyRing: null });
  const log = createLogBook();
  const installed = options.installations ?? [companyInstallation];
  const installations = await openInstallations(nothingStored, installed[0] ?? companyInstallation);
  for (const one of installed.slice(1)) await installations.put(one);
  const given = createSettings(store.settings, () => ({
    ...defaultSettings,
    agentsChannel: { platform: "slack" as const, address: agentsAddress },
    ...options.settings,
  }));
  const catalog = createCatalog(store.procedures, given.of, clock);
  for (const { workspace } of installed) {
    await given.refresh(workspace);
    for (const procedure of options.procedures) await store.procedures.publish(workspace, procedure, 0);
    await catalog.refresh(workspace);
  }
  const { agnes, artur, olga } = company;
  const roles = options.roles ?? { [agnes]: "agent", [artur]: "agent", [olga]: "owner" };
  for (const [user, role] of Object.entries(roles)) await store.roles.set(slackWorkspace, "slack", user, role);
  const requests: HttpRequest[] = [];
  const http: Http = {
    async send(request) {
      requests.push(request);
      return withText(options.answer?.(request) ?? { kind: "done", value: { refundId: "R-1" } });
    },
  };
  const queue = createInProcessQueue();
  const channels = new Map();
  const core = createCore({
    ...{ store, catalog, settings: given, channels, model: createLocalModel(), http, mailer: null, queue, clock, log },
    ...{ ids: systemIds, owner: "boot-1", exclusive: true },
  });
  const adapter = createSlack({
    ...{ inbound: { kind: "http", signingSecret: slack.state.app.signingSecret }, apiUrl: slack.apiUrl, installations },
    ...{ inspector: core.inspector, clock, log, rates: unlimited, agentsChannelOf: () => company.agents },
    install: null,
    async uninstalled({ workspace, botUser }) {
      installations.forget(workspace);
      const by = { platform: "slack", id: botUser, name: "Slack", role: "customer", external: false } as const;
      await endConversations({ work: core.work, store }, workspace, by);
    },
  });
  channels.set("slack", adapter.channel);
  const receipts: { press: Press; receipt: Receipt }[] = [];
  await adapter.channel.start({
    ...core.inbound,
    async press(workspace, press) {
      const receipt = await core.inbound.press(workspace, press);
      receipts.push({ press, receipt });
      return receipt;
    },
  });
  await core.start();
  const server = createServer(express().use(adapter.router));
  const bot = createDeliverer({
    url: `${await listening(server)}/slack/events`,
    signingSecret: slack.state.app.signingSecret,
    clock,
  });
  return {
    ...{ slack, bot, clock, log, store, core, installations, requests, receipts },
    people: createPeople(slack, bot),
    interactions: createInteractions(slack, bot),
    /** The first message of a channel that holds these words in what is drawn, once it is there. */
    message: (channel: string, words: string) =>
      slack.until(() =>
        slack.messagesIn(channel).find(({ text, blocks }) => JSON.stringify([text, blocks]).includes(words)),
      ),
    /** What was decided: presses that counted. */
    accepted: () => receipts.filter(({ receipt }) => receipt.kind === "accepted"),
    /** Lets time pass, and sweeps as a process that runs all the while would have done by then. */
    async pass(ms: number) {
      clock.advance(ms);
      await core.sweeper.start();
    },
    async close() {
      bot.close();
      await adapter.channel.stop();
      await core.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      await slack.close();
      await folder.remove();
    },
  };
}

export type SlackHouse = Awaited<ReturnType<typeof openSlackHouse>>;

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}
