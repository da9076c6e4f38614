import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWebChannel, type WebChannel } from "../../adapters/web/channel.ts";
import { playgroundPeople } from "../../adapters/web/people.ts";
import { type RunningServer, startServer } from "../../adapters/web/server.ts";
import { conversationIdSchema, workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Role } from "../../src/domain/person.ts";
import type { Page } from "../../src/ports/store.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createFakeInbound, createFakeInspector, type FakeInbound, type FakeInspector } from "./fake-inbound.ts";

/** The workspace of every playground in tests. */
export const workspace = workspaceIdSchema.parse("playground");

/** The id of the n-th conversation (from 1) that a fresh playground makes. */
export function conversationId(n: number) {
  return conversationIdSchema.parse(`web-${n.toString(16).padStart(32, "0")}`);
}

/** Records as the store would list them, newest first, in pages of two. */
interface FakeRecords {
  readonly tickets: unknown[];
  readonly leads: unknown[];
  readonly mails: unknown[];
  readonly roles: Map<string, Role>;
  /** Which conversation has which nonce. */
  readonly nonces: Map<string, string>;
}

/** A playground that listens on 127.0.0.1, around a fake Usher. */
export interface Playground extends WebChannel {
  readonly folder: string;
  readonly pageFolder: string;
  readonly clock: FakeClock;
  readonly inbound: FakeInbound;
  readonly inspector: FakeInspector;
  readonly records: FakeRecords;
  readonly server: RunningServer;
  readonly port: number;
  readonly url: string;
  /** What was reported to the log. */
  readonly reported: unknown[];
  get(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  post(path: string, body: Json): Promise<{ readonly status: number; readonly body: unknown }>;
  /** As kill -9 does, as far as one process can: nothing is answered or stored any more. */
  crash(): Promise<void>;
  /** Stops everything; the folder is removed unless it was given. */
  shut(): Promise<void>;
}

export interface PlaygroundOptions {
  /** A data folder that is there already, of a playground that is gone. */
  readonly folder?: string;
  readonly started?: boolean;
  readonly allowedHosts?: readonly string[];
  readonly headersMs?: number;
  /** The wall time at its start. */
  readonly startMs?: number;
}

/** Opens a playground; its channel is started unless told otherwise. */
export async function openPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "usher-web-"));
  const pageFolder = join(folder, "page");
  const clock = createFakeClock(options.startMs);
  const inbound = createFakeInbound();
  const inspector = createFakeInspector();
  const records = createRecords();
  const reported: unknown[] = [];
  let nonces = 0;
  const web = createWebChannel({
    workspace,
    folder,
    clock,
    ids: { nonce: () => (++nonces).toString(16).padStart(32, "0") },
    inspector,
    store: storeOf(records),
    hints: [{ variable: "order_id", text: "Demo orders: 1001 can be refunded." }],
    mailServer: false,
    demo: true,
    coolDownMs: 600_000,
    allowedHosts: options.allowedHosts ?? [],
    pageFolder,
    report: (error) => reported.push(error),
  });
  const { headersMs } = options;
  const server = await startServer([web.router], {
    host: "127.0.0.1",
    port: 0,
    clock,
    report: (error) => reported.push(error),
    ...(headersMs === undefined ? {} : { headersMs }),
  });
  if (options.started !== false) await web.channel.start(inbound);
  const { url } = server;
  const closeServer = async (): Promise<void> => {
    const closing = server.close();
    clock.advance(5000);
    await closing;
    web.close();
  };
  return {
    ...web,
    folder,
    pageFolder,
    clock,
    inbound,
    inspector,
    records,
    server,
    port: Number(new URL(url).port),
    url,
    reported,
    get: (path) => call(`${url}${path}`, {}),
    post: (path, body) => {
      const headers = { "content-type": "application/json" };
      return call(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    },
    crash: closeServer,
    shut: async () => {
      await web.channel.stop();
      await closeServer();
      if (options.folder === undefined) rmSync(folder, { recursive: true });
    },
  };
}

async function call(url: string, init: RequestInit) {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
}

function createRecords(): FakeRecords {
  const roles = new Map(playgroundPeople.map(({ id, role }) => [id, role]));
  return { tickets: [], leads: [], mails: [], roles, nonces: new Map() };
}

function storeOf(records: FakeRecords): Parameters<typeof createWebChannel>[0]["store"] {
  return {
    conversations: {
      locate: async (_workspace, nonce) => {
        const id = records.nonces.get(nonce);
        return id === undefined ? null : conversationIdSchema.parse(id);
      },
    },
    tickets: { list: async (_workspace, page) => pageOf(records.tickets, page) },
    leads: { list: async (_workspace, page) => pageOf(records.leads, page) },
    mails: { list: async (_workspace, page) => pageOf(records.mails, page) },
    roles: { load: async (_workspace, _platform, id) => records.roles.get(id) ?? null },
  };
}

// The adapter passes records on as they are, so a test's records need not be whole ones.
function pageOf<Item>(all: readonly unknown[], page: string | null): Page<Item> {
  const from = Number(page ?? "0");
  const items = all.slice(from, from + 2) as readonly Item[];
  return { items, next: from + 2 < all.length ? String(from + 2) : null };
}
