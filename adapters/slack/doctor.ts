import { type Finding, missing, ok, unknown } from "../../src/domain/finding.ts";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { readAddress } from "./address.ts";
import { type CheckAppOptions, checkSlackApp } from "./check-app.ts";
import { checkSlackWorkspace, tokenFailed } from "./check-workspace.ts";
import { identify } from "./identify.ts";

export interface SlackDoctorOptions extends CheckAppOptions {
  /** The token that the operator has set; null: none. */
  readonly botToken: string | null;
  /** How workspaces install Usher by themselves; null: they cannot. `teams`: those that may; null: every one that there is. */
  readonly oauth: { readonly teams: readonly string[] | null } | null;
  /** Null: it cannot be looked into, for a reason that stands in another finding. */
  readonly store: Pick<Store, "installations" | "settings"> | null;
  /** What is to be looked at in each workspace beside Slack. `ownerMend`: how it gets an owner where it has none. */
  readonly alsoIn: (installation: Installation, ownerMend: string) => Promise<readonly Finding[]>;
}

/** What is missing for Usher in Slack: in the app, and in each workspace. Throws what the store throws. */
export async function examineSlack(options: SlackDoctorOptions): Promise<readonly Finding[]> {
  const { store, alsoIn } = options;
  const findings = [...(await checkSlackApp(options)), ...whoMayInstall(options)];
  const { installations, failed } = await installationsOf(options);
  findings.push(...failed);
  for (const installation of installations) {
    const channel = store === null ? undefined : await agentsChannelIn(store, installation.workspace);
    findings.push(...(await checkSlackWorkspace(installation, channel, options)));
    findings.push(...(await alsoIn(installation, ownerMend(installation))));
  }
  return findings;
}

function whoMayInstall({ oauth }: SlackDoctorOptions): readonly Finding[] {
  if (oauth === null) return [];
  const says =
    oauth.teams === null
      ? "Everybody in Slack (SLACK_TEAMS is *): whoever does owns Usher there, with your procedures and connections."
      : `Only ${oauth.teams.join(", ")} (SLACK_TEAMS).`;
  return [ok("Who may install", says)];
}

function ownerMend({ by }: Installation): string {
  if (by !== null) return "Install Usher there once more: whoever does that becomes its owner.";
  return "Set USHER_OWNER to your member id (your profile, three dots, Copy member ID), and start Usher again.";
}

interface Found {
  readonly installations: readonly Installation[];
  readonly failed: readonly Finding[];
}

/** Where Usher is installed; what could not be found out stands in `failed`. */
async function installationsOf(options: SlackDoctorOptions): Promise<Found> {
  const fixed = await fixedOf(options);
  const stored = options.oauth !== null ? await storedOf(options) : { installations: [], failed: [] };
  const others = stored.installations.filter(({ workspace }) => workspace !== fixed.installations[0]?.workspace);
  return { installations: [...fixed.installations, ...others], failed: [...fixed.failed, ...stored.failed] };
}

async function fixedOf({ botToken, apiUrl, clock, log }: SlackDoctorOptions): Promise<Found> {
  if (botToken === null) return { installations: [], failed: [] };
  try {
    return { installations: [await identify(botToken, { apiUrl, clock, log })], failed: [] };
  } catch (error) {
    return { installations: [], failed: [tokenFailed("SLACK_BOT_TOKEN", error)] };
  }
}

async function storedOf({ store, url, botToken }: SlackDoctorOptions): Promise<Found> {
  const what = "Installations";
  if (store === null) {
    const mend = "“Data folder” says why. Where Usher is running, stop it and run the doctor again.";
    return { installations: [], failed: [unknown(what, "The database cannot be looked into just now.", mend)] };
  }
  const installations: Installation[] = [];
  try {
    for (const workspace of await store.installations.workspaces("slack")) {
      const found = await store.installations.load(workspace, "slack");
      if (found !== null) installations.push(found);
    }
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return {
      installations,
      failed: [missing(what, error.message, "Give USHER_KEYS the key back with which the tokens were encrypted.")],
    };
  }
  if (installations.length > 0 || botToken !== null) return { installations, failed: [] };
  const mend = `Start Usher, open ${url ?? ""}/slack/install in a browser, and click Add to Slack.`;
  return { installations, failed: [missing(what, "Usher is in no workspace yet.", mend)] };
}

async function agentsChannelIn({ settings }: Pick<Store, "settings">, workspace: WorkspaceId): Promise<string | null> {
  const place = (await settings.load(workspace)).agentsChannel ?? null;
  return place?.platform === "slack" ? (readAddress(place.address)?.channel ?? null) : null;
}
