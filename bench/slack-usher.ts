import { openSqliteStore } from "../adapters/sqlite/open.ts";
import { workspaceIdSchema } from "../src/domain/ids.ts";
import { createKeyRing } from "../src/key-ring.ts";
import { systemClock } from "../src/system.ts";
import { startProcess } from "../test/support/process.ts";
import type { FakeProcess, Target } from "./slack-child.ts";
import { type Town, teamOf, tokenOf } from "./slack-town.ts";

const signingSecret = "0123456789abcdef0123456789abcdef";
const key = { id: "bench", secret: Buffer.alloc(32, "bench").toString("base64") };

/** Starts Usher as `npm start` does, over an empty data folder, installed in every workspace of a town. */
export async function startUsherIn(
  town: Town,
  folder: string,
  { apiUrl, shopUrl }: Pick<FakeProcess, "apiUrl" | "shopUrl">,
): Promise<Target & { stop(): Promise<void> }> {
  await install(town, folder);
  const usher = await startProcess({
    USHER_DATA: folder,
    USHER_CONNECTIONS: `shop=${shopUrl}`,
    USHER_OPEN_HOSTS: new URL(shopUrl).host,
    USHER_KEYS: `${key.id}:${key.secret}`,
    USHER_URL: "https://usher.example.com",
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_CLIENT_ID: "1.2",
    SLACK_CLIENT_SECRET: "client-secret-of-the-bench",
    SLACK_TEAMS: "*",
    SLACK_API_URL: apiUrl.replace(/\/$/, ""),
    LOG_LEVEL: "error",
  });
  return {
    url: `${usher.url}/slack/events`,
    signingSecret,
    stop: async () => void (await usher.kill("SIGTERM")),
  };
}

async function install({ workspaces }: Town, folder: string): Promise<void> {
  const store = await openSqliteStore({ folder, clock: systemClock, keyRing: createKeyRing([key]) });
  for (let number = 0; number < workspaces; number += 1) {
    const { token: botToken, bot, scopes } = tokenOf(number);
    const team = teamOf(number);
    await store.installations.put({
      ...{ workspace: workspaceIdSchema.parse(team), platform: "slack", name: team, team, organisation: null },
      ...{ botUser: bot?.user ?? "", botToken, scopes: [...scopes], by: null, installedAt: 0 },
    });
  }
  await store.close();
}
