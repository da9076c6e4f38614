import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { stringify } from "yaml";
import { company } from "./slack/company.ts";
import { type Fields, fieldsOf, listOf } from "./slack/fields.ts";

// An independent Slack for tests (github.com/parvalabs/local-slack). It is 95 MB, so it is not in package.json:
// `npm install --no-save local-slack-linux-x64@0.1.8`.
const executable = join(import.meta.dirname, "../../node_modules/local-slack-linux-x64/bin/local-slack");
const exists = process.platform === "linux" && process.arch === "x64" && existsSync(executable);

/** A suite that needs local-slack: skipped by name where there is none, unless every service is required (then it fails). */
export function describeWithLocalSlack(name: string, suite: () => void): void {
  if (exists || process.env["REQUIRE_SERVICES"] === "1") {
    describe(name, suite);
    return;
  }
  const why = `${name} (skipped: no local-slack; npm install --no-save local-slack-linux-x64@0.1.8, on Linux x64 only)`;
  // The usual reporter counts what is skipped, but does not say its name.
  process.stderr.write(`${why}\n`);
  describe.skip(why, suite);
}

/** `requestUrl`: where the bot listens; null: the bot connects in Socket Mode. `signingSecret`: what requests are signed with. */
export interface LocalSlackOptions {
  readonly requestUrl: string | null;
  readonly signingSecret?: string;
}

/**
 * A running local-slack with the company of the fake Slack in it. What it does not do: check tokens, scopes or blocks, keep
 * metadata, hide private channels and ephemerals from others, send again what a bot did not take.
 */
export interface LocalSlack {
  /** The page of its client. */
  readonly url: string;
  /** The address of its Web API, with a slash at its end. */
  readonly apiUrl: string;
  readonly app: typeof localApp;
  /** Somebody writes; resolves when the bot has answered the delivery. */
  message(writing: {
    readonly channel: string;
    readonly user: string;
    readonly text: string;
    readonly thread?: string;
  }): Promise<Fields>;
  edit(edit: {
    readonly channel: string;
    readonly user: string;
    readonly ts: string;
    readonly text: string;
  }): Promise<void>;
  remove(message: { readonly channel: string; readonly user: string; readonly ts: string }): Promise<void>;
  command(command: {
    readonly channel: string;
    readonly user: string;
    readonly command: string;
    readonly text: string;
  }): Promise<void>;
  /** Presses; `action`: the element as it stands in the block, with its `block_id`. */
  interact(press: {
    readonly channel: string;
    readonly messageTs: string;
    readonly user: string;
    readonly action: Fields;
  }): Promise<void>;
  openHome(user: string): Promise<void>;
  /** The modal that is open, or null; there is one for all people. */
  openView(): Fields | null;
  /** Submits the modal that is open, all of its fields given: what nobody touched it sends as null. */
  submitView(user: string, values: Fields): void;
  /** Back to how it was at its start. */
  reset(): Promise<void>;
  state(): Promise<Fields>;
  messages(channel: string): Promise<readonly Fields[]>;
  /** Resolves with what `check` answers, as soon as that is something; it is asked now, and whenever something happened. */
  until<Found>(check: () => Promise<Found | null | undefined | false>): Promise<Found>;
  stop(): Promise<void>;
}

const localApp = {
  appId: "A0USHERAPP1",
  botUserId: company.bot,
  botName: "usher",
  botToken: company.token,
  appToken: company.appToken,
};

/** Starts a local-slack on a free port and waits until it answers. It listens on all interfaces, which it can't be told not to. */
export async function startLocalSlack(options: LocalSlackOptions): Promise<LocalSlack> {
  if (!exists) {
    throw new Error(
      "REQUIRE_SERVICES=1, but there is no local-slack: npm install --no-save local-slack-linux-x64@0.1.8.",
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "local-slack-"));
  const config = join(folder, "local-slack.yaml");
  writeFileSync(config, stringify(configOf(options)));
  const child = spawn(executable, ["--config", config, "--port", "0", "--base-host", "127.0.0.1"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await addressOf(child);
  const events = await listenTo(url);
  const control = async (path: string, body?: Fields): Promise<Fields> => {
    const sent = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(`${url}/_control/${path}`, body === undefined ? {} : sent);
    const answer = fieldsOf(await response.json());
    if (!response.ok || answer["ok"] === false) throw new Error(`local-slack did not do ${path}: ${answer["error"]}`);
    return answer;
  };
  const quietly = async (path: string, body: Fields): Promise<void> => void (await control(path, body));
  return {
    url,
    apiUrl: `${url}/api/`,
    app: localApp,
    message: async ({ thread, ...writing }) =>
      fieldsOf((await control("message", { ...writing, thread_ts: thread }))["message"]),
    edit: (edit) => quietly("edit-message", { ...edit }),
    remove: (message) => quietly("delete-message", { ...message }),
    command: (command) => quietly("command", { ...command }),
    interact: (press) => quietly("interact", { ...press }),
    openHome: (user) => quietly("open-home", { user }),
    openView: () => events.openView(),
    submitView: (user, values) => events.send({ t: "view_submit", user, values }),
    reset: () => quietly("reset", {}),
    state: () => control("state"),
    messages: async (channel) => listOf((await control(`messages/${channel}`))["messages"]),
    until: (check) => events.until(check),
    async stop() {
      events.close();
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

function configOf({ requestUrl, signingSecret = "signing-secret-of-the-fake" }: LocalSlackOptions): Fields {
  const c = company;
  const mode = requestUrl === null ? { mode: "socket" } : { mode: "events", requestUrl };
  const person = (id: string, name: string, real_name: string) => ({
    id,
    name,
    real_name,
    email: `${name}@example.com`,
  });
  return {
    workspace: { name: "Bright Goods", domain: "brightgoods", teamId: c.team },
    app: { ...localApp, signingSecret, ...mode },
    users: [
      person(c.jane, "jane", "Jane Doe"),
      person(c.agnes, "agnes", "Agnes Agent"),
      person(c.artur, "artur", "Artur Agent"),
      person(c.olga, "olga", "Olga Owner"),
    ],
    channels: [
      { id: c.support, name: "support", members: [c.jane, c.agnes, c.artur, c.olga, c.bot] },
      { id: c.agents, name: "agents", is_private: true, members: [c.agnes, c.artur, c.olga, c.bot] },
    ],
  };
}

/** Where it listens, as it says itself once it does. Rejects with its own words when it ends before. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const [, url] = /Web UI:\s+(http:\/\/\S+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`local-slack ended with ${code}: ${said}`)));
  });
}

interface Events {
  send(action: Fields): void;
  openView(): Fields | null;
  until<Found>(check: () => Promise<Found | null | undefined | false>): Promise<Found>;
  close(): void;
}

/** Connects as its page does, and so hears of everything that happens. */
async function listenTo(url: string): Promise<Events> {
  const socket = new WebSocket(`${url.replace("http:", "ws:")}/ui`);
  const waiting = new Set<() => void>();
  let views: readonly Fields[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("local-slack's page can't be heard.")));
  });
  socket.addEventListener("message", ({ data }) => {
    const event = fieldsOf(JSON.parse(String(data)));
    if (event["t"] === "view") views = listOf(event["stack"]);
    if (event["t"] === "init") views = listOf(fieldsOf(event["state"])["modalStack"]);
    for (const look of waiting) look();
  });
  return {
    send: (action) => socket.send(JSON.stringify(action)),
    openView: () => views.at(-1) ?? null,
    until: (check) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          check().then((found) => {
            if (found === null || found === undefined || found === false) return;
            waiting.delete(look);
            resolve(found);
          }, reject);
        };
        waiting.add(look);
        look();
      }),
    close: () => socket.close(),
  };
}
