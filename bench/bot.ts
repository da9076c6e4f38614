import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bot, openBot } from "../src/compose-bot.ts";
import { type Config, readConfig } from "../src/config.ts";
import { addressSchema, cardRefSchema, conversationIdSchema, workspaceIdSchema } from "../src/domain/ids.ts";
import type { OutMessage } from "../src/domain/message.ts";
import type { Person } from "../src/domain/person.ts";
import { createLogger } from "../src/log.ts";
import type { Channel } from "../src/ports/channel.ts";
import { systemClock, systemIds } from "../src/system.ts";

/** The workspace that the composition opens. */
export const workspace = workspaceIdSchema.parse("playground");

/** The bot as the process composes it, with a channel that counts; `sent` is called with each message that goes out. */
export interface BenchBot extends Bot {
  /** How many messages and cards have gone out, edits included. */
  readonly posts: { count: number };
  close(): Promise<void>;
}

/** What goes out: `to` is a conversation's id, or whatever names the agents channel. */
export type Sent = (to: string, message: OutMessage, effectId: string) => void;

/** Opens the production composition over a data folder, on a shop at `shopUrl`; its channel only counts and tells. */
export async function openBenchBot(folder: string, shopUrl: string, sent: Sent): Promise<BenchBot> {
  const closers: (() => Promise<void> | void)[] = [];
  const posts = { count: 0 };
  const channel: Channel = {
    name: "web",
    start: async () => {},
    stop: async () => {},
    send: async (to, message, { effectId }) => {
      posts.count += 1;
      sent(to, message, effectId);
      return cardRefSchema.parse(effectId);
    },
    edit: async () => {
      posts.count += 1;
    },
  };
  const system = { clock: systemClock, ids: systemIds, log: createLogger("error", { secrets: [] }) };
  const bot = await openBot(configOf(folder, shopUrl), system, new Map([["web", channel]]), (close) =>
    closers.push(close),
  );
  return {
    ...bot,
    posts,
    async close() {
      await bot.core.stop();
      for (const close of closers.reverse()) await close();
    },
  };
}

function configOf(folder: string, shopUrl: string): Config {
  const reading = readConfig({
    USHER_DATA: folder,
    USHER_CONNECTIONS: `shop=${shopUrl}`,
    USHER_OPEN_HOSTS: new URL(shopUrl).host,
  });
  if (reading.kind === "bad") throw new Error(reading.problems.join("\n"));
  return reading.config;
}

/** An empty folder for one measurement, and how to take it away. Not in memory where the machine's /tmp is a disk. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "usher-bench-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Somebody of the customer's side. */
export function customerOf(id: string): Person {
  return { platform: "web", id, name: "Customer", role: "customer", external: false };
}

/** The customer of a conversation. */
export function personIn(conversation: string): string {
  return `person-${conversation}`;
}

const agent: Person = { platform: "web", id: "agent-1", name: "Agent 1", role: "agent", external: false };

/** A customer writes; resolves when it is stored. */
export async function write({ core }: Bot, conversation: string, text: string, turnId: string): Promise<void> {
  const place = {
    workspace,
    conversation: conversationIdSchema.parse(conversation),
    address: addressSchema.parse(conversation),
  };
  const from = customerOf(personIn(conversation));
  const turn = { id: turnId, keys: [turnId], from, text, mentioned: false, at: Date.now() };
  await core.inbound.event(place, { kind: "turn", turn });
}

/** An agent approves; resolves when the decision is stored. */
export async function approve({ core }: Bot, id: string): Promise<void> {
  const action = { kind: "approve" as const, edits: {} };
  const receipt = await core.inbound.press(workspace, { id, card: null, by: agent, action });
  if (receipt.kind !== "accepted") throw new Error(`The approval was not taken: ${receipt.kind}.`);
}
