import { limits } from "../../src/domain/limits.ts";

/**
 * How often something may be done: never more than `perMinute` in any minute, and no more than `burst` of them at once
 * (the rest of the minute's share comes back evenly). For what a channel has of its own, and what a workspace has.
 */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}

/**
 * A method of the Web API as Usher calls it. `perWorkspace`, `perChannel`: how often Slack allows it (null: the channel
 * does not count). `waitMs`: how long a call may wait for its slot; `withinMs`: by when it must have ended, the wait
 * included. `reads`: it changes nothing, so one without an answer has done nothing.
 */
export interface Method {
  readonly perWorkspace: Rate;
  readonly perChannel: Rate | null;
  readonly waitMs: number;
  readonly withinMs: number;
  readonly reads: boolean;
}

// The tiers of https://docs.slack.dev/apis/web-api/rate-limits: so many a minute for each method, app and workspace.
const tier3: Rate = { perMinute: 50, burst: 10 };
const tier4: Rate = { perMinute: 100, burst: 20 };
// "Several hundred" a minute, says https://docs.slack.dev/reference/methods/chat.postMessage of a whole workspace, and
// https://docs.slack.dev/reference/methods/auth.test of itself.
const hundreds: Rate = { perMinute: 300, burst: 30 };
// "One message per second per channel, short bursts allowed" (the page on rate limits). Slack's own Java SDK counts it as
// 60 a minute, and assistant.threads.setStatus likewise.
const perSecond: Rate = { perMinute: 60, burst: 3 };

// What is sent has the time of a send; whoever clicked is there now, and what opens a modal is void after 3 s.
const send = { waitMs: 7000, withinMs: limits.sendTimeoutMs, reads: false };
const click = { waitMs: 500, withinMs: 2500, reads: false };
const look = { waitMs: 500, withinMs: 2500, reads: true };

/** Every method that Usher calls, and nothing else is called. Which tier: the method's page, docs.slack.dev/reference/methods. */
export const slackMethods = {
  "chat.postMessage": { perWorkspace: hundreds, perChannel: perSecond, ...send },
  "chat.update": { perWorkspace: tier3, perChannel: null, ...send },
  "chat.postEphemeral": { perWorkspace: tier4, perChannel: null, ...click },
  "views.open": { perWorkspace: tier4, perChannel: null, ...click },
  "views.update": { perWorkspace: tier4, perChannel: null, ...click },
  "views.publish": { perWorkspace: tier4, perChannel: null, ...send },
  "chat.getPermalink": { perWorkspace: hundreds, perChannel: null, ...look },
  "assistant.threads.setStatus": { perWorkspace: hundreds, perChannel: perSecond, ...click },
  "assistant.threads.setSuggestedPrompts": { perWorkspace: tier4, perChannel: null, ...click },
  "functions.completeSuccess": { perWorkspace: tier3, perChannel: null, ...send },
  "functions.completeError": { perWorkspace: tier3, perChannel: null, ...send },
  "conversations.info": { perWorkspace: tier3, perChannel: null, ...look },
  "users.info": { perWorkspace: tier4, perChannel: null, ...look },
  "auth.test": { perWorkspace: hundreds, perChannel: null, ...look },
  // Read only before something is sent again, in the time of that send.
  "conversations.history": { perWorkspace: tier3, perChannel: null, ...send, reads: true },
  "conversations.replies": { perWorkspace: tier3, perChannel: null, ...send, reads: true },
  // For the doctor alone, which asks once, with tokens of the app's own.
  "apps.connections.open": { perWorkspace: tier3, perChannel: null, ...look },
  "apps.manifest.export": { perWorkspace: tier3, perChannel: null, ...look },
} as const satisfies { readonly [name: string]: Method };

export type MethodName = keyof typeof slackMethods;

/** How long to wait when Slack says "too many" and names no time, or when it names less than the least or more than the most. */
export const retryAfter = {
  unnamedMs: 30_000,
  leastMs: limits.backoffFirstMs,
  mostMs: limits.retryAfterMostMs,
} as const;
