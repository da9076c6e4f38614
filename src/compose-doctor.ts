import { readFile } from "node:fs/promises";
import { examineSlack } from "../adapters/slack/doctor.ts";
import { type ManifestWay, manifestFor } from "../adapters/slack/manifest.ts";
import { openToLook } from "../adapters/sqlite/open-to-look.ts";
import { checkFirstOwner, checkWorkspace } from "./app/check-workspace.ts";
import type { System } from "./compose-bot.ts";
import type { Config } from "./config.ts";
import { type Finding, ok } from "./domain/finding.ts";
import { createKeyRing } from "./key-ring.ts";
import { checkFolder } from "./publish-folder.ts";

/** The manifest of the Slack app, made for one way in which Slack reaches Usher. */
export async function appManifest(way: ManifestWay): Promise<unknown> {
  return manifestFor(await readAppManifest(), way);
}

async function readAppManifest(): Promise<unknown> {
  return JSON.parse(await readFile(new URL("../manifest.json", import.meta.url), "utf8"));
}

// The demo shop has its address when it runs; that it will run is all that counts before.
const demoAddress = "http://127.0.0.1";

/** What is missing before Usher can do its work; what a running Usher holds is left alone. Throws what the store throws. */
export async function examine(config: Config, system: System): Promise<readonly Finding[]> {
  const { dataFolder: folder, keys, slack } = config;
  const files = await checkFolder(config.procedureFolder, { shop: demoAddress, ...config.connections });
  const { store, isNew, finding } = openToLook({ folder, keyRing: createKeyRing(keys) });
  try {
    if (slack === null) return [files, finding, ok("Slack", "It is not used: no variable SLACK_ is set.")];
    const inSlack = await examineSlack({
      ...slack,
      ...system,
      store,
      apiUrl: slack.apiUrl === null ? null : `${slack.apiUrl}/`,
      manifest: await readAppManifest(),
      alsoIn: async ({ workspace, name }, ownerMend) => {
        if (store !== null) return checkWorkspace(store, { workspace, platform: "slack", name, ownerMend });
        return isNew ? [checkFirstOwner(name, slack.owner, ownerMend)] : [];
      },
    });
    return [files, finding, ...inSlack];
  } finally {
    await store?.close();
  }
}
