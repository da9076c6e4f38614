import type { MethodName } from "./methods.ts";

// What a bot must be granted (https://docs.slack.dev/reference/scopes), and for what. Nothing else is asked for: a test holds
// manifest.json, these tables and what the code does against one another, in both directions.

/** For each method of the Web API that Usher calls: the scopes of the bot that it needs. */
export const methodScopes = {
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "views.open": [],
  "views.update": [],
  "views.publish": [],
  "assistant.threads.setStatus": ["chat:write"],
  "assistant.threads.setSuggestedPrompts": ["assistant:write"],
  "chat.getPermalink": [],
  "functions.completeSuccess": [],
  "functions.completeError": [],
  // Of channels, public and private, and never of a direct message. Of a group's direct message, whose id does not tell it
  // apart, Slack answers `missing_scope`, and Usher does without.
  "conversations.info": ["channels:read", "groups:read"],
  "users.info": ["users:read"],
  "auth.test": [],
  "conversations.history": ["channels:history", "groups:history", "im:history", "mpim:history"],
  "conversations.replies": ["channels:history", "groups:history", "im:history", "mpim:history"],
  "apps.connections.open": [],
  "apps.manifest.export": [],
} as const satisfies { readonly [method in MethodName]: readonly string[] };

/** For each event in the manifest: the scopes without which Slack does not send it. */
export const eventScopes = {
  app_home_opened: [],
  app_mention: ["app_mentions:read"],
  app_uninstalled: [],
  channel_shared: ["channels:read", "groups:read"],
  channel_unshared: ["channels:read", "groups:read"],
  function_executed: [],
  "message.channels": ["channels:history"],
  "message.groups": ["groups:history"],
  "message.im": ["im:history"],
  "message.mpim": ["mpim:history"],
  tokens_revoked: [],
} as const satisfies { readonly [event: string]: readonly string[] };

/** For each part of the manifest's `features` that needs some. */
export const featureScopes = {
  // The entry point in Slack's top bar, and the suggested prompts.
  agent_view: ["assistant:write"],
  shortcuts: ["commands"],
  slash_commands: ["commands"],
} as const satisfies { readonly [feature: string]: readonly string[] };

/** Every scope that a bot is asked for when somebody installs Usher, in the order of their names. */
export const botScopes: readonly string[] = [
  ...new Set([methodScopes, eventScopes, featureScopes].flatMap((table) => Object.values(table).flat())),
].toSorted();
