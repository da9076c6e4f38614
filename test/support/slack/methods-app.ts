import type { Args } from "./args.ts";
import { botOf, channelFor, findTokenIn } from "./directory.ts";
import { type Fields, fieldsOf, listOf } from "./fields.ts";
import { findMessage } from "./messages.ts";
import type { MethodCall, Methods } from "./method.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { FakeExecution, FakeGrant, FakeToken, SlackState } from "./state.ts";

/** Methods about the app itself. `socketUrl`: where Socket Mode's connections are taken, without the ticket. */
export function appMethods(socketUrl: () => string): Methods {
  return {
    "auth.test": { scopes: [], run: test },
    "auth.revoke": {
      scopes: [],
      run({ state, token, args }) {
        const isTest = args.flag("test");
        if (!isTest) endToken(state, token, "token_revoked");
        return { revoked: !isTest };
      },
    },
    "apps.connections.open": {
      scopes: ["connections:write"],
      run({ state, token }) {
        if (token.bot !== null) throw new Refusal("not_allowed_token_type");
        return { url: `${socketUrl()}?ticket=${state.hex(32)}&app_id=${state.app.id}` };
      },
    },
    "apps.manifest.export": {
      scopes: [],
      run({ state, token, args }) {
        if (!token.token.startsWith("xoxe.")) throw new Refusal("not_allowed_token_type");
        if (args.required("app_id") !== state.app.id) throw new Refusal("invalid_app_id");
        return { manifest: state.app.manifest ?? {} };
      },
    },
    "assistant.threads.setStatus": { scopes: ["chat:write", "assistant:write"], run: setStatus },
    "assistant.threads.setSuggestedPrompts": { scopes: ["assistant:write"], run: setPrompts },
    "functions.completeSuccess": {
      scopes: [],
      run: (call) =>
        complete(call, { kind: "done", outputs: fieldsOf(call.args.json("outputs", "parameter_validation_failed")) }),
    },
    "functions.completeError": {
      scopes: [],
      run: (call) => complete(call, { kind: "failed", error: call.args.required("error") }),
    },
  };
}

/** The one method that needs no token: it gives one. `basic`: id and secret where they came in the header. Throws Refusal. */
export function oauthAccess(state: SlackState, args: Args, basic: readonly [string, string] | null): Fields {
  const [id, secret] = basic ?? [args.text("client_id"), args.text("client_secret")];
  if (id !== state.app.clientId) throw new Refusal("invalid_client_id");
  if (secret !== state.app.clientSecret) throw new Refusal("bad_client_secret");
  const grant = state.grants.get(args.text("code") ?? "");
  if (grant === undefined || grant.used) throw new Refusal("invalid_code");
  if (args.text("redirect_uri") !== grant.redirectUri) throw new Refusal("bad_redirect_uri");
  state.grants.set(grant.code, { ...grant, used: true });
  const token = install(state, grant);
  const team = state.teams.get(grant.team);
  return {
    app_id: state.app.id,
    authed_user: { id: grant.user },
    scope: grant.scopes.join(","),
    token_type: "bot",
    access_token: token.token,
    bot_user_id: botOf(token).user,
    team: grant.orgWide === true ? null : { id: grant.team, name: team?.name ?? "" },
    enterprise: team?.enterprise ?? null,
    is_enterprise_install: grant.orgWide ?? false,
  };
}

/** Somebody agrees on Slack's page that the app comes into a team; answers the code with which the app is sent back. */
export function grant(state: SlackState, given: Omit<FakeGrant, "code" | "used">): string {
  const code = `${state.clock.now()}.${state.hex(24)}`;
  state.grants.set(code, { ...given, code, used: false });
  return code;
}

/** A token that Slack takes no longer. */
export function endToken(state: SlackState, token: FakeToken, end: NonNullable<FakeToken["end"]>): void {
  state.tokens.set(token.token, { ...token, end });
}

/** The bot stays the same when the app comes back into a team, and gets another token. */
function install(state: SlackState, { team, scopes }: FakeGrant): FakeToken {
  const before = findTokenIn(state, team);
  const bot = before?.bot ?? { user: state.id("U"), id: state.id("B") };
  if (before === null) {
    state.users.set(bot.user, {
      ...{ id: bot.user, team, name: state.app.name.toLowerCase(), realName: state.app.name, email: null, isBot: true },
      ...{ deleted: false, isAdmin: false, isRestricted: false, isUltraRestricted: false, isStranger: false },
    });
  }
  const token = { token: `xoxb-${state.hex(24)}`, team, bot, scopes, end: null };
  state.tokens.set(token.token, token);
  return token;
}

function test({ state, token }: MethodCall): Fields {
  const team = state.teams.get(token.team);
  const bot = botOf(token);
  return {
    url: `https://${team?.domain ?? ""}.slack.com/`,
    team: team?.name ?? "",
    user: state.users.get(bot.user)?.name ?? "",
    team_id: token.team,
    user_id: bot.user,
    bot_id: bot.id,
    is_enterprise_install: false,
    ...(team?.enterprise ? { enterprise_id: team.enterprise.id } : {}),
  };
}

function setStatus({ state, token, args }: MethodCall): Fields {
  const channel = channelFor(state, token, args.required("channel_id"));
  const thread = args.required("thread_ts");
  if (findMessage(state, channel.id, thread) === null) throw new Refusal("invalid_thread_ts");
  const status = args.text("status");
  if (status === null) throw invalid("invalid_arguments", ["missing required field: status"]);
  const loading = args.json("loading_messages", "invalid_arguments");
  if (Array.isArray(loading) && loading.length > 10) {
    throw invalid("invalid_arguments", ["no more than 10 items allowed: loading_messages"]);
  }
  if (status === "") state.statuses.delete(`${channel.id} ${thread}`);
  else state.statuses.set(`${channel.id} ${thread}`, status);
  return {};
}

function setPrompts({ state, token, args }: MethodCall): Fields {
  const channel = channelFor(state, token, args.required("channel_id"));
  const thread = args.text("thread_ts");
  if (thread !== null && findMessage(state, channel.id, thread) === null) throw new Refusal("invalid_thread_ts");
  const prompts = listOf(args.json("prompts", "invalid_arguments"));
  if (prompts.length === 0 || prompts.length > 4) throw invalid("invalid_arguments", ["1 to 4 prompts allowed"]);
  state.prompts.set(thread === null ? channel.id : `${channel.id} ${thread}`, prompts);
  return {};
}

function complete({ state, token, args }: MethodCall, outcome: FakeExecution["outcome"]): Fields {
  const execution = state.executions.get(args.required("function_execution_id"));
  if (execution === undefined || execution.team !== token.team) throw new Refusal("function_execution_not_found");
  if (execution.outcome.kind !== "running") throw new Refusal("execution_not_in_running_state");
  state.executions.set(execution.id, { ...execution, outcome });
  return {};
}
