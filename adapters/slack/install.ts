import type { IncomingMessage, ServerResponse } from "node:http";
import { type CallbackOptions, InstallProvider, type Logger, LogLevel } from "@slack/oauth";
import { Router } from "express";
import { z } from "zod";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { type Installation, installationSchema } from "../../src/domain/installation.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Ids } from "../../src/ports/ids.ts";
import type { Log } from "../../src/ports/log.ts";
import { createBoundedFetch, readApiAnswer } from "./bounded-fetch.ts";
import { renderPage, securePage, showPage } from "./install-page.ts";
import { createInstallStates } from "./install-states.ts";
import { beginPage, InstallRefusedError, installedPage, installFailure } from "./install-words.ts";
import { slackMethods } from "./methods.ts";
import { botScopes } from "./scopes.ts";

/** Where people begin, and where Slack sends them back to, as it stands in the manifest. */
const installPath = "/slack/install";
export const redirectPath = "/slack/oauth_redirect";

export interface InstallOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where people reach Usher, without a slash at its end. No link is ever made of what a request says. */
  readonly url: string;
  /** The ids of workspaces and organisations that may install it; null: every one that there is. */
  readonly teams: readonly string[] | null;
  /** Where the Web API is, with a slash at its end; null: at Slack. */
  readonly apiUrl: string | null;
  /** Opens the workspace and keeps its token. Answers whether the installer has become its owner. */
  readonly install: (installation: Installation) => Promise<{ readonly isOwner: boolean }>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** The pages through which workspaces install Usher by themselves: Slack's OAuth, by Slack's own library. */
export function createInstallPages(options: InstallOptions): Router {
  const { url } = options;
  const provider = createProvider(options);
  const callback = callbackOf(options);
  const fail = (error: Error, response: ServerResponse): void => showFailure(options, error, response);
  const page = (handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
    return (request: IncomingMessage, response: ServerResponse): void => {
      securePage(response);
      handle(request, response).catch((error: unknown) => {
        if (!response.headersSent) fail(error instanceof Error ? error : new Error("unknown"), response);
      });
    };
  };
  const router = Router({ caseSensitive: true, strict: true });
  const only = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(405, { allow: "GET" }).end();
  };
  router
    .route(installPath)
    .get(page((request, response) => provider.handleInstallPath(request, response)))
    .all(only);
  router
    .route(redirectPath)
    .get(page((request, response) => provider.handleCallback(request, response, callback)))
    .all(only);
  // Whoever looks for it under the bare address of the operator finds it.
  options.log.info({ at: `${url}${installPath}` }, "Workspaces can install Usher by themselves.");
  return router;
}

function createProvider({ clientId, clientSecret, url, apiUrl, clock, ids }: InstallOptions): InstallProvider {
  const installUrlOptions = { scopes: [...botScopes], redirectUri: `${url}${redirectPath}` };
  return new InstallProvider({
    clientId,
    clientSecret,
    installUrlOptions,
    stateStore: createInstallStates(clock, ids, installUrlOptions),
    // With this beginning, a browser takes it only over https and from this very host.
    stateCookieName: "__Host-usher-install",
    stateCookieExpirationSeconds: limits.installMs / 1000,
    renderHtmlForInstallPath: (to) => renderPage(beginPage(to)),
    logger: quiet,
    clientOptions: {
      retryConfig: { retries: 0 },
      timeout: slackMethods["auth.test"].withinMs * 2,
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      fetch: createBoundedFetch(clock, readApiAnswer),
      ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    },
  });
}

function callbackOf(options: InstallOptions): CallbackOptions {
  return {
    // Answers false always: storing, and what the page says of it, are ours.
    async afterInstallation(given, _options, _request, response) {
      const installation = installationOf(given, options.clock.now());
      demandWanted(installation, options.teams);
      const { isOwner } = await options.install(installation);
      showPage(response, 200, installedPage(installation, isOwner));
      return false;
    },
    failure: (error, _options, _request, response) => showFailure(options, error, response),
  };
}

/** Throws InstallRefusedError for a workspace that the operator has not named. */
function demandWanted({ name, team, organisation }: Installation, teams: InstallOptions["teams"]): void {
  if (teams === null || teams.some((one) => one === team || one === organisation)) return;
  throw new InstallRefusedError(
    `This Usher is not for ${name}. Take the app out of that workspace again, and ask whoever runs Usher to let it in ` +
      `(SLACK_TEAMS, ${team ?? organisation}).`,
  );
}

function showFailure({ url, log }: InstallOptions, error: Error, response: ServerResponse): void {
  const { status, code, page } = installFailure(error, `${url}${installPath}`);
  // Of an error that nobody has foreseen, the log needs all; the others are of people's doing.
  if (status >= 500) log.error({ code, error }, "An installation in Slack did not work.");
  else log.warn({ code }, "An installation in Slack was refused.");
  showPage(response, status, page);
}

const givenSchema = z.object({
  team: z.object({ id: z.string().regex(/^T[A-Z0-9]{1,60}$/), name: z.string().optional() }).nullish(),
  enterprise: z.object({ id: z.string().regex(/^E[A-Z0-9]{1,60}$/), name: z.string().optional() }).nullish(),
  isEnterpriseInstall: z.boolean().default(false),
  user: z.object({ id: z.string().regex(/^[UW][A-Z0-9]{1,60}$/) }),
  bot: z.object({
    token: z.string().min(1),
    userId: z.string().min(1),
    scopes: z.array(z.string()),
    refreshToken: z.undefined().optional(),
  }),
});

/**
 * What Slack's library hands over, as an installation of ours. One for a whole organisation is one workspace of Usher's.
 * Throws InstallRefusedError for what is not what Usher asked for.
 */
export function installationOf(given: unknown, now: number): Installation {
  const parsed = givenSchema.safeParse(given);
  const where = parsed.data?.isEnterpriseInstall === true ? parsed.data.enterprise : parsed.data?.team;
  if (!parsed.success || where === undefined || where === null) {
    // Without zod's report, which could quote a token.
    throw new InstallRefusedError(
      "Slack's answer was not what Usher asked for: a bot's lasting token for one workspace or organisation. Whoever runs " +
        "Usher should compare the app with manifest.json (token rotation must be off): npm run usher -- doctor.",
    );
  }
  const { team, enterprise, isEnterpriseInstall, user, bot } = parsed.data;
  return installationSchema.parse({
    workspace: workspaceIdSchema.parse(where.id),
    platform: "slack",
    name: (where.name ?? where.id).slice(0, 200),
    team: isEnterpriseInstall ? null : (team?.id ?? null),
    organisation: enterprise?.id ?? null,
    botUser: bot.userId,
    botToken: bot.token,
    scopes: bot.scopes,
    by: user.id,
    installedAt: now,
  });
}

// Slack's library logs addresses with their codes.
const nothing = (): void => {};
const quiet: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};
