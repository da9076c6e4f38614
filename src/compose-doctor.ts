import { readFile } from "node:fs/promises";
import { examineSlack } from "../adapters/slack/doctor.ts";
import { type ManifestWay, manifestFor } from "../adapters/slack/manifest.ts";
import { openToLook } from "../adapters/sqlite/open-to-look.ts";
import { checkWorkspace } from "./app/check-workspace.ts";
import type { System } from "./compose-bot.ts";
import type { Config } from "./config.ts";
import { type Finding, ok } from "./domain/finding.ts";
import { createKeyRing } from "./key-ring.ts";

/** The manifest of the Slack app, made for one way in which Slack reaches Usher. */
export async function appManifest(way: ManifestWay): Promise<unknown> {
  return manifestFor(await readAppManifest(), way);
}

async function readAppManifest(): Promise<unknown> {
  return JSON.parse(await readFile(new URL("../manifest.json", import.meta.url), "utf8"));
}

/** What is missing before Usher can do its work; what a running Usher holds is left alone. Throws what the store throws. */
export async function examine(config: Config, system: System): Promise<readonly Finding[]> {
  const { dataFolder: folder, keys, slack } = config;
  const { store, finding } = openToLook({ folder, keyRing: createKeyRing(keys) });
  try {
    if (slack === null) return [finding, ok("Slack", "It is not used: no variable SLACK_ is set.")];
    const inSlack = await examineSlack({
      ...slack,
      ...system,
      store,
      oauth: slack.oauth !== null,
      apiUrl: slack.apiUrl === null ? null : `${slack.apiUrl}/`,
      manifest: await readAppManifest(),
      alsoIn: async ({ workspace, name }, ownerMend) =>
        store === null ? [] : checkWorkspace(store, { workspace, platform: "slack", name, ownerMend }),
    });
    return [finding, ...inSlack];
  } finally {
    await store?.close();
  }
}
