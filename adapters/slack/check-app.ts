import { createHmac } from "node:crypto";
import { z } from "zod";
import { type Finding, missing, ok, unknown } from "../../src/domain/finding.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import type { Ids } from "../../src/ports/ids.ts";
import { eventsPath } from "./bolt-http.ts";
import { createCall } from "./call.ts";
import type { CheckOptions } from "./check-workspace.ts";
import { slackApiUrl } from "./client.ts";
import { driftOf, manifestFor, readManifest } from "./manifest.ts";
import { createPace } from "./pace.ts";
import type { SlackInbound } from "./slack.ts";

export interface CheckAppOptions extends CheckOptions {
  readonly inbound: SlackInbound;
  /** Where Slack reaches Usher, without a slash at its end; null: nobody has said. */
  readonly url: string | null;
  /** The app, and a token that may read its manifest; null: nobody has given one. */
  readonly app: { readonly id: string; readonly configToken: string } | null;
  /** manifest.json. */
  readonly manifest: unknown;
  readonly ids: Ids;
}

/** What is missing in the Slack app itself: how Slack reaches Usher, and where it differs from its manifest. Never throws. */
export async function checkSlackApp(options: CheckAppOptions): Promise<readonly Finding[]> {
  const { inbound } = options;
  const wayIn =
    inbound.kind === "http" ? checkRequestUrl(options, inbound.signingSecret) : checkSocket(options, inbound.appToken);
  return Promise.all([wayIn, checkManifest(options)]);
}

const patienceMs = 5000;

/** Asks at the address that Slack would ask, signed as Slack signs. */
async function checkRequestUrl({ url, clock, ids }: CheckAppOptions, signingSecret: string): Promise<Finding> {
  const what = "Request URL";
  if (url === null) {
    return unknown(
      what,
      "USHER_URL is not set, so nobody knows where Slack reaches Usher.",
      "Set USHER_URL to the https address that leads to Usher.",
    );
  }
  const at = `${url}${eventsPath}`;
  const challenge = ids.nonce();
  try {
    const { status, text } = await ask(at, signed(challenge, signingSecret, clock), clock);
    if (status === 200 && text.includes(challenge))
      return ok(what, `${at} leads to an Usher with this signing secret.`);
    if (status === 401) {
      return missing(
        what,
        `At ${at} the signature is refused.`,
        "Set SLACK_SIGNING_SECRET to what stands under Basic Information, App Credentials, and start Usher again.",
      );
    }
    return missing(
      what,
      `At ${at} somebody else answers (${status}).`,
      "Let the https address of USHER_URL lead to Usher's port (PORT), with its path unchanged.",
    );
  } catch {
    return unknown(
      what,
      `${at} does not answer this machine.`,
      "Start Usher, and check that its https address leads to its port; then run the doctor again.",
    );
  }
}

function signed(
  challenge: string,
  signingSecret: string,
  clock: Clock,
): { readonly body: string; readonly headers: Record<string, string> } {
  const body = JSON.stringify({ type: "url_verification", challenge, token: "usher-doctor" });
  const timestamp = Math.floor(clock.now() / 1000);
  const signature = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  return {
    body,
    headers: {
      "content-type": "application/json",
      "x-slack-request-timestamp": String(timestamp),
      "x-slack-signature": `v0=${signature}`,
    },
  };
}

async function ask(
  at: string,
  { body, headers }: ReturnType<typeof signed>,
  clock: Clock,
): Promise<{ readonly status: number; readonly text: string }> {
  const late = new AbortController();
  const cancel = clock.after(patienceMs, () => late.abort());
  try {
    const response = await fetch(at, { method: "POST", body, headers, redirect: "manual", signal: late.signal });
    return { status: response.status, text: (await response.text()).slice(0, 10_000) };
  } finally {
    cancel();
  }
}

async function checkSocket(options: CheckAppOptions, appToken: string): Promise<Finding> {
  const what = "Socket Mode";
  try {
    await callWith(
      options,
      appToken,
    )({
      ...{ workspace: nowhere, method: "apps.connections.open", channel: null, args: {} },
      schema: z.object({ url: z.string() }),
    });
    return ok(what, "Slack opens a connection with SLACK_APP_TOKEN.");
  } catch (error) {
    return failed(
      what,
      error,
      "On your app's page: Socket Mode, enable it; Basic Information, App-Level Tokens, one with connections:write, into SLACK_APP_TOKEN.",
    );
  }
}

async function checkManifest(options: CheckAppOptions): Promise<Finding> {
  const { app, url, inbound, manifest } = options;
  const what = "Manifest";
  if (app === null) {
    return unknown(
      what,
      "The app was not compared with manifest.json: reading the app's own manifest needs a token.",
      "Set SLACK_APP_ID, and SLACK_CONFIG_TOKEN to an access token from api.slack.com/apps, Your App Configuration Tokens.",
    );
  }
  if (inbound.kind === "http" && url === null) {
    return unknown(what, "Without USHER_URL nobody knows which addresses should stand in it.", "Set USHER_URL.");
  }
  try {
    const answer = await callWith(
      options,
      app.configToken,
    )({
      ...{ workspace: nowhere, method: "apps.manifest.export", channel: null, args: { app_id: app.id } },
      schema: z.object({ manifest: z.unknown() }),
    });
    const way = inbound.kind === "http" ? ({ kind: "http", url: url ?? "" } as const) : ({ kind: "socket" } as const);
    return driftFinding(what, driftOf(readManifest(manifestFor(manifest, way)), readManifest(answer.manifest)));
  } catch (error) {
    return failed(
      what,
      error,
      "Make a new token (api.slack.com/apps, Your App Configuration Tokens; each is good for 12 hours), and check SLACK_APP_ID.",
    );
  }
}

// With the first, Slack posts nothing to an address any more; with the second, tokens end after 12 hours.
const harmful = ["Socket Mode", "token rotation"];

function driftFinding(what: string, { missing: lacking, extra }: ReturnType<typeof driftOf>): Finding {
  if (lacking.length === 0 && extra.length === 0) return ok(what, "The app is as manifest.json says.");
  const more = extra.length === 0 ? "" : `More than in manifest.json: ${extra.join(", ")}.`;
  if (lacking.length === 0 && !extra.some((part) => harmful.includes(part))) {
    return ok(what, `Everything of manifest.json is there. ${more}`);
  }
  const lacks = lacking.length === 0 ? "" : `The app lacks: ${lacking.join(", ")}. `;
  return missing(
    what,
    `${lacks}${more}`.trim(),
    "On your app's page: App Manifest, paste what npm run usher -- manifest prints, Save Changes; then Install App, Reinstall.",
  );
}

function failed(what: string, error: unknown, mend: string): Finding {
  const says =
    error instanceof Error && !(error instanceof z.ZodError) ? error.message : "What Slack answered cannot be read.";
  return error instanceof PermanentError
    ? missing(what, says, mend)
    : unknown(what, says, "Run the doctor again in a minute.");
}

// The app's own tokens are of no workspace.
const nowhere = workspaceIdSchema.parse("T0");

function callWith({ apiUrl, clock, log }: CheckOptions, token: string) {
  const botOf = async () => ({ botToken: token, botUser: "" });
  return createCall({
    clock,
    log,
    botOf,
    pace: createPace(clock),
    apiUrl: apiUrl ?? slackApiUrl,
    onTokenVoid: () => {},
  });
}
