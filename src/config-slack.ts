import type { z } from "zod";
import { type Reading, readBaseUrl, readPublicUrl } from "./config-values.ts";
import { anyText, optional, setting } from "./config-variable.ts";

/** How Slack reaches Usher, and Usher Slack. */
export interface SlackConfig {
  /** Over HTTP, with the secret that signs its requests, or over a socket that Usher opens (for development). */
  readonly inbound:
    | { readonly kind: "http"; readonly signingSecret: string }
    | { readonly kind: "socket"; readonly appToken: string };
  /** Where people and Slack reach Usher, without a slash at the end; null: nobody has said. */
  readonly url: string | null;
  /** The token of the one workspace that the operator has installed Usher in by hand; null: none. */
  readonly botToken: string | null;
  /**
   * How workspaces install Usher by themselves; null: they cannot. `url`: where people reach Usher, without a slash at the
   * end. `teams`: the workspaces and organisations that may; null: every one that there is.
   */
  readonly oauth: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly url: string;
    readonly teams: readonly string[] | null;
  } | null;
  /** The user id of the first owner, where the token is set by hand; null: nobody. */
  readonly owner: string | null;
  /** Where the Web API is; null: at Slack. */
  readonly apiUrl: string | null;
  /** The app's own id, and a token with which its manifest can be read: for `usher doctor` alone; null: it can't look. */
  readonly app: { readonly id: string; readonly configToken: string } | null;
}

/** The variables about Slack. The names with SLACK_ are those that Slack's own tools use. */
export const slackVariables = {
  SLACK_SIGNING_SECRET: optional(readSigningSecret),
  SLACK_APP_TOKEN: optional((text) => readToken(text, "xapp-")),
  SLACK_BOT_TOKEN: optional((text) => readToken(text, "xoxb-")),
  SLACK_CLIENT_ID: optional(anyText),
  SLACK_CLIENT_SECRET: optional(anyText),
  SLACK_TEAMS: setting("", readTeams),
  SLACK_API_URL: optional(readBaseUrl),
  SLACK_APP_ID: optional(readAppId),
  SLACK_CONFIG_TOKEN: optional((text) => readToken(text, "xoxe.xoxp-")),
  USHER_OWNER: optional(readUser),
  USHER_URL: optional(readPublicUrl),
};

type Read = { readonly [name in keyof typeof slackVariables]: z.infer<(typeof slackVariables)[name]> };

/** What is set about Slack, or null if it is not used. Call it when `slackProblems` found nothing. Pure. */
export function slackOf(read: Read): SlackConfig | null {
  const { SLACK_SIGNING_SECRET: signingSecret, SLACK_APP_TOKEN: appToken } = read;
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, USHER_URL: url } = read;
  const inbound =
    appToken !== null
      ? ({ kind: "socket", appToken } as const)
      : signingSecret !== null
        ? ({ kind: "http", signingSecret } as const)
        : null;
  if (inbound === null) return null;
  const { SLACK_APP_ID: id, SLACK_CONFIG_TOKEN: configToken } = read;
  return {
    inbound,
    url,
    botToken: read.SLACK_BOT_TOKEN,
    oauth:
      clientId === null || clientSecret === null || url === null
        ? null
        : { clientId, clientSecret, url, teams: read.SLACK_TEAMS },
    owner: read.USHER_OWNER,
    apiUrl: read.SLACK_API_URL,
    app: id === null || configToken === null ? null : { id, configToken },
  };
}

/** What one variable about Slack demands of another, in sentences that begin with a variable's name. Pure. */
export function slackProblems(isSet: (name: string) => boolean): readonly string[] {
  const set = Object.keys(slackVariables).filter((name) => name.startsWith("SLACK_") && isSet(name));
  if (set.length === 0) return [];
  return [...inboundProblems(isSet), ...installationProblems(isSet)];
}

function inboundProblems(isSet: (name: string) => boolean): readonly string[] {
  const http = isSet("SLACK_SIGNING_SECRET");
  const socket = isSet("SLACK_APP_TOKEN");
  if (http && socket) {
    return [
      "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: with the first, Slack speaks to Usher over a socket (for " +
        "development), with the second over HTTP; keep one of them.",
    ];
  }
  if (http || socket) return [];
  return [
    "SLACK_SIGNING_SECRET is missing: Basic Information, App Credentials, on the page of your Slack app " +
      "(or SLACK_APP_TOKEN, for Socket Mode).",
  ];
}

function installationProblems(isSet: (name: string) => boolean): readonly string[] {
  const problems: string[] = [];
  const [id, secret] = [isSet("SLACK_CLIENT_ID"), isSet("SLACK_CLIENT_SECRET")];
  if (id !== secret) {
    const [given, missing] = id ? ["ID", "SECRET"] : ["SECRET", "ID"];
    problems.push(`SLACK_CLIENT_${missing} is missing, and SLACK_CLIENT_${given} is set; set both or neither.`);
  }
  if (!isSet("SLACK_BOT_TOKEN") && !id && !secret) {
    problems.push(
      "SLACK_BOT_TOKEN is missing: Install App, on the page of your Slack app (or SLACK_CLIENT_ID and " +
        "SLACK_CLIENT_SECRET, so that several workspaces can install it).",
    );
  }
  if (id && secret && !isSet("USHER_URL")) {
    problems.push(
      "USHER_URL is missing: where Slack sends whoever installs Usher; for example https://usher.example.com.",
    );
  }
  if (id && secret && !isSet("USHER_KEYS")) {
    problems.push(
      "USHER_KEYS is missing, with which the tokens of workspaces are encrypted: id:key, the key from `openssl rand -base64 32`.",
    );
  }
  if (id && secret && !isSet("SLACK_TEAMS")) {
    problems.push(
      "SLACK_TEAMS is missing: the ids of the workspaces and organisations that may install Usher, with commas between " +
        "them; for example T0123ABC. With * everybody in Slack may, and approves in the workspace where it is installed.",
    );
  }
  if (isSet("SLACK_TEAMS") && !id) {
    problems.push("SLACK_CLIENT_ID is missing, without which SLACK_TEAMS says nothing: nobody can install Usher.");
  }
  if (isSet("SLACK_CONFIG_TOKEN") && !isSet("SLACK_APP_ID")) {
    problems.push(
      "SLACK_APP_ID is missing, and SLACK_CONFIG_TOKEN is set: Basic Information, App Credentials, on the page of your Slack app.",
    );
  }
  if (id && secret && isSet("SLACK_APP_TOKEN")) {
    problems.push(
      "SLACK_CLIENT_ID needs SLACK_SIGNING_SECRET in place of SLACK_APP_TOKEN: workspaces install over HTTP.",
    );
  }
  return problems;
}

// 32 hex digits, as the app's page shows it.
function readSigningSecret(text: string): Reading<string> {
  if (/^[0-9a-f]{32}$/.test(text)) return { kind: "ok", value: text };
  return { kind: "bad", problem: "must be 32 digits and letters from a to f, as the page of your Slack app shows it" };
}

function readToken(text: string, beginning: string): Reading<string> {
  if (text.startsWith(beginning) && /^[\w.-]{10,500}$/.test(text)) return { kind: "ok", value: text };
  return { kind: "bad", problem: `must be a whole token, which begins with ${beginning}` };
}

function readTeams(text: string): Reading<readonly string[] | null> {
  if (text === "*") return { kind: "ok", value: null };
  const teams = text
    .split(",")
    .map((team) => team.trim())
    .filter((team) => team !== "");
  // Not set, it names nobody.
  const isList = teams.length > 0 || text === "";
  if (isList && teams.every((team) => /^[TE][A-Z0-9]{2,60}$/.test(team))) return { kind: "ok", value: teams };
  return {
    kind: "bad",
    problem:
      "must be ids of workspaces or organisations of Slack, which begin with T or E, with commas between them, or * alone",
  };
}

function readAppId(text: string): Reading<string> {
  if (/^A[A-Z0-9]{2,60}$/.test(text)) return { kind: "ok", value: text };
  return { kind: "bad", problem: "must be the id of a Slack app, which begins with A" };
}

function readUser(text: string): Reading<string> {
  if (/^[UW][A-Z0-9]{2,60}$/.test(text)) return { kind: "ok", value: text };
  return {
    kind: "bad",
    problem: "must be a member id of Slack (profile, three dots, Copy member ID), which begins with U or W",
  };
}
