import express from "express";
import { openInstallations } from "../../adapters/slack/installations.ts";
import { createSlack } from "../../adapters/slack/slack.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import type { Boot } from "../support/faulty.ts";
import { createLogBook } from "../support/playground.ts";
import { realClock } from "../support/real-clock.ts";
import { company } from "../support/slack/company.ts";
import { createDeliverer, type Deliverer } from "../support/slack/deliver.ts";
import { directExchange, type Handler, replaceFetch, untilAborted } from "../support/slack/direct.ts";
import { agentsAddress, companyInstallation, nothingStored, slackWorkspace } from "../support/slack/rig.ts";
import { type ChannelSetting, commonSettings, mannerOf, startBoot } from "./crash-boots.ts";
import { patienceMs, type Script, type Stage, type StageOf } from "./crash-run.ts";
import { SlackPeople } from "./slack-people.ts";
import { inSlack, SlackWorld } from "./slack-world.ts";

/** Who decides in these stories, as the store knows them. */
export const slackAgents = ["agent-1", "agent-2"].map((id) => ({
  platform: "slack" as const,
  id: inSlack.get(id) ?? id,
}));

// Whoever still waits then waits for long.
const longSteps = 200;

// Between two ports Bolt, express and web-api take some rounds.
const quietRounds = 12;

/**
 * The real adapter of Slack, with Bolt and its signatures, between the engine and a fake Slack that outlives every
 * process. The points of these runs are the calls of the Web API, before and after Slack has taken each.
 */
export const slackStage: StageOf = (script) => openSlackStage(script, patienceMs);

/** The same; `prepare` is told of the world before anything happens in it. */
export function openSlackStage(
  script: Script,
  patience: number,
  prepare: (world: SlackWorld) => void = () => {},
): Stage & { readonly bot: Deliverer; readonly world: SlackWorld } {
  // Bolt looks at the machine's clock, and refuses what is long past there.
  const clock = createFakeClock(Math.floor(realClock.now() / 1000) * 1000);
  const world = new SlackWorld(clock, script);
  prepare(world);
  const handlers = new Map<number, Handler>();
  const calls = new Map<string, typeof fetch>();
  const restore = replaceFetch((host) => calls.get(host) ?? null);
  let current: number | null = null;
  const bot = createDeliverer({
    ...{ url: "http://usher/slack/events", signingSecret: world.slack.state.app.signingSecret, clock },
    exchange: directExchange(() => (current === null ? null : (handlers.get(current) ?? null)), clock),
  });
  const people = new SlackPeople(world, bot);
  return {
    ...{ bot, clock, world, workspace: slackWorkspace, quietRounds, patienceMs: patience },
    stepMs: (step) => (step > longSteps && step % 6 === 0 ? 60_000 : 1000),
    conversation: () => people.conversation,
    startBoot: (options, number) => startBoot(options, number, inSlackSetting(world, handlers, calls)),
    inbound({ boot, inbound }) {
      current = inbound === null ? null : boot.number;
      return current === null ? null : people.inbound;
    },
    close() {
      restore();
      bot.close();
    },
  };
}

function inSlackSetting(
  world: SlackWorld,
  handlers: Map<number, Handler>,
  calls: Map<string, typeof fetch>,
): ChannelSetting {
  return {
    workspace: slackWorkspace,
    settings: { ...commonSettings, agentsChannel: { platform: "slack", address: agentsAddress } },
    async open(boot, { clock, inspector, owner }) {
      const host = `boot-${boot.number}`;
      calls.set(host, fetchOf(boot, world, owner));
      const installations = await openInstallations(nothingStored, companyInstallation);
      const adapter = createSlack({
        ...{ inbound: { kind: "http", signingSecret: world.slack.state.app.signingSecret }, clock, inspector },
        ...{ apiUrl: `http://${host}/api/`, log: createLogBook(), agentsChannelOf: () => company.agents },
        installations,
        install: null,
        uninstalled: async ({ workspace }) => installations.forget(workspace),
      });
      const app = express().use(adapter.router);
      handlers.set(boot.number, (request, response) => {
        if (!boot.dead) app(request, response);
      });
      return world.noted(adapter.channel);
    },
  };
}

/** The way of one process to the Web API: each method is a port of its own, and fails as it is told. */
function fetchOf(boot: Boot, world: SlackWorld, owner: string): typeof fetch {
  const methods = new Map<string, (input: string, init: RequestInit) => Promise<Response>>();
  return (input, init = {}) => {
    const address = String(input instanceof Request ? input.url : input);
    const method = new URL(address).pathname.slice("/api/".length);
    const known = methods.get(method) ?? portOf(boot, world, owner, method);
    methods.set(method, known);
    return untilAborted(init.signal ?? null, known(address, init));
  };
}

function portOf(boot: Boot, world: SlackWorld, owner: string, method: string) {
  const port = { [method]: (input: string, init: RequestInit) => world.call(owner, method, input, init) };
  const wrapped = boot.wrap("slack", port, mannerOf("slack."))[method];
  if (wrapped === undefined) throw new Error("unreachable: it was just made");
  return wrapped;
}
