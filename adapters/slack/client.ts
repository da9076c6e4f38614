import { z } from "zod";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import { type Call, type CallOptions, createCall } from "./call.ts";
import { RefusedError } from "./errors.ts";
import { type ConversationInfo, conversationInfoSchema, type UserInfo, userInfoSchema } from "./info.ts";
import { createKnown } from "./known.ts";
import { createMessages, type InChannel, type Messages } from "./messages.ts";
import { createPace, type Rates } from "./pace.ts";

export interface SlackClientOptions extends Omit<CallOptions, "pace" | "apiUrl"> {
  /** The address of the Web API; not given: Slack's own. */
  readonly apiUrl?: string;
  /** How often Slack may be called; not given: what Slack allows. */
  readonly rates?: Rates;
}

/** A modal or a home page, as Block Kit has it. */
interface SlackView {
  readonly type: string;
}

/** What somebody may want to write to the bot; `title`: how it is called where it is offered. */
export interface Prompt {
  readonly title: string;
  readonly message: string;
}

/** Who the bot is. `team`: null where it is in a whole organisation. `scopes`: what it was granted, empty if Slack does not say. */
export interface Identity {
  readonly team: string | null;
  readonly teamName: string | null;
  readonly organisation: string | null;
  readonly botUser: string;
  readonly url: string | null;
  readonly scopes: readonly string[];
}

/**
 * Slack's Web API as Usher uses it. Every method makes exactly one request (or none, where the answer is known), at
 * Slack's pace and in time, and throws what `Call` does.
 */
export interface SlackClient extends Messages {
  /** Opens a modal and answers its id. A `triggerId` is good once, for 3 s. */
  openView(workspace: WorkspaceId, triggerId: string, view: SlackView): Promise<string>;
  /** Puts another modal in the place of an open one. */
  updateView(workspace: WorkspaceId, viewId: string, view: SlackView): Promise<void>;
  /** Shows a page in somebody's App Home. */
  publishHome(workspace: WorkspaceId, user: string, view: SlackView): Promise<void>;
  /** A link to a message, for people. */
  permalink(workspace: WorkspaceId, channel: string, ts: string): Promise<string>;
  /** What is known of a conversation, at most `maxAgeMs` old. An answer about another one is none. */
  conversationInfo(workspace: WorkspaceId, channel: string, maxAgeMs?: number): Promise<ConversationInfo>;
  /** What is known of a person, at most `maxAgeMs` old. An answer about somebody else, or without their team, is none. */
  userInfo(workspace: WorkspaceId, user: string, maxAgeMs?: number): Promise<UserInfo>;
  /** It is shared now, or no longer: what is known of it does not count. */
  forgetConversation(workspace: WorkspaceId, channel: string): void;
  /** Usher was uninstalled there: nothing of it is kept. */
  forgetWorkspace(workspace: WorkspaceId): void;
  /** Says under a thread what Usher is doing ("" takes it away). Never throws: where it cannot be shown, it is not. */
  setStatus(of: InChannel & { readonly threadTs: string; readonly status: string }): Promise<void>;
  /** Offers what can be written to the bot, one to four prompts. Never throws: where they cannot be shown, they are not. */
  setPrompts(of: InChannel & { readonly prompts: readonly Prompt[] }): Promise<void>;
  authTest(workspace: WorkspaceId): Promise<Identity>;
  /** A step of a workflow has ended. `execution`: Slack's id of that step's run. */
  completeFunction(
    workspace: WorkspaceId,
    execution: string,
    outputs: { readonly [name: string]: string },
  ): Promise<void>;
  /** A step of a workflow has failed; `error` is shown to whoever looks after the workflow. */
  failFunction(workspace: WorkspaceId, execution: string, error: string): Promise<void>;
}

/** Makes the client for every workspace that `botOf` knows. */
export function createSlackClient({ apiUrl, rates, ...options }: SlackClientOptions): SlackClient {
  const pace = createPace(options.clock, rates);
  const call = createCall({ ...options, pace, apiUrl: apiUrl ?? slackApiUrl });
  const { forget: forgetCourtesies, ...courtesies } = createCourtesies(call);
  const { forget: forgetInfo, ...info } = createInfo(call, options);
  return {
    ...createMessages(call, options.botOf),
    ...createViews(call),
    ...createFunctions(call),
    ...info,
    ...courtesies,
    forgetWorkspace(workspace) {
      forgetInfo(workspace);
      forgetCourtesies(workspace);
    },
    async permalink(workspace, channel, ts) {
      const args = { channel, message_ts: ts };
      return (await call({ workspace, method: "chat.getPermalink", channel, args, schema: linked })).permalink;
    },
    async authTest(workspace) {
      return call({ workspace, method: "auth.test", channel: null, args: {}, schema: identitySchema });
    },
  };
}

/** Where Slack's own Web API is. */
export const slackApiUrl = "https://slack.com/api/";
const done = z.object({ ok: z.literal(true) });
const linked = z.object({ permalink: z.url() });
const opened = z.object({ view: z.object({ id: z.string().min(1) }) });

const identitySchema = z
  .object({
    team_id: z.string().min(1),
    user_id: z.string().min(1),
    team: z.string().optional(),
    enterprise_id: z.string().optional(),
    is_enterprise_install: z.boolean().default(false),
    url: z.string().optional(),
    response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
  })
  .transform(
    (answer): Identity => ({
      team: answer.is_enterprise_install && answer.enterprise_id !== undefined ? null : answer.team_id,
      teamName: answer.team ?? null,
      organisation: answer.enterprise_id ?? null,
      botUser: answer.user_id,
      url: answer.url ?? null,
      scopes: answer.response_metadata?.scopes ?? [],
    }),
  );

function createViews(call: Call): Pick<SlackClient, "openView" | "updateView" | "publishHome"> {
  return {
    async openView(workspace, triggerId, view) {
      const args = { trigger_id: triggerId, view };
      return (await call({ workspace, method: "views.open", channel: null, args, schema: opened })).view.id;
    },
    async updateView(workspace, viewId, view) {
      const args = { view_id: viewId, view };
      await call({ workspace, method: "views.update", channel: null, args, schema: done });
    },
    async publishHome(workspace, user, view) {
      const args = { user_id: user, view };
      await call({ workspace, method: "views.publish", channel: null, args, schema: done });
    },
  };
}

function createFunctions(call: Call): Pick<SlackClient, "completeFunction" | "failFunction"> {
  return {
    async completeFunction(workspace, execution, outputs) {
      const args = { function_execution_id: execution, outputs };
      await call({ workspace, method: "functions.completeSuccess", channel: null, args, schema: done });
    },
    async failFunction(workspace, execution, error) {
      const args = { function_execution_id: execution, error };
      await call({ workspace, method: "functions.completeError", channel: null, args, schema: done });
    },
  };
}

type Info = Pick<SlackClient, "conversationInfo" | "userInfo" | "forgetConversation">;

// Whether outsiders are in a channel, and who is a guest, decides who may see and do what. Slack tells of a channel that is
// shared in an event, which may be late; a look before every card would take a whole workspace's share of such looks.
const conversationAgeMs = 10_000;
const userAgeMs = 600_000;
const mostKnown = 5000;

function createInfo(
  call: Call,
  { clock }: Pick<SlackClientOptions, "clock">,
): Info & { forget(workspace: WorkspaceId): void } {
  const conversations = createKnown<ConversationInfo>(clock, mostKnown);
  const users = createKnown<UserInfo>(clock, mostKnown);
  return {
    conversationInfo: (workspace, channel, maxAgeMs = conversationAgeMs) =>
      conversations.get(`${workspace} ${channel}`, maxAgeMs, () => {
        const of = { workspace, method: "conversations.info", channel } as const;
        return call({ ...of, args: { channel }, schema: conversationInfoSchema.refine(({ id }) => id === channel) });
      }),
    userInfo: (workspace, user, maxAgeMs = userAgeMs) =>
      users.get(`${workspace} ${user}`, maxAgeMs, () => {
        // What people are called can wait; what somebody may do cannot (and is asked anew): else who asks for many names
        // keeps agents from deciding.
        const givesWay = maxAgeMs >= userAgeMs;
        const of = { workspace, method: "users.info", channel: null, givesWay } as const;
        return call({ ...of, args: { user }, schema: userInfoSchema.refine(({ id }) => id === user) });
      }),
    forgetConversation: (workspace, channel) => conversations.forget(`${workspace} ${channel}`),
    forget(workspace) {
      conversations.forgetAll(`${workspace} `);
      users.forgetAll(`${workspace} `);
    },
  };
}

// Slack does not know the method, or the app may not use it: nothing that passes by itself.
const courtesyIsOff: ReadonlySet<string> = new Set(["unknown_method", "missing_scope", "not_allowed_token_type"]);

type Courtesies = Pick<SlackClient, "setStatus" | "setPrompts">;

/** What is nice to have: nothing that waits for it, or fails with it, is worth having. The log has what went wrong. */
function createCourtesies(call: Call): Courtesies & { forget(workspace: WorkspaceId): void } {
  const off = new Set<string>();
  const show = async (
    method: "assistant.threads.setStatus" | "assistant.threads.setSuggestedPrompts",
    { workspace, channel }: InChannel,
    args: { readonly [name: string]: unknown },
  ): Promise<void> => {
    const name = `${workspace} ${method}`;
    if (off.has(name)) return;
    try {
      await call({ workspace, method, channel, args, schema: done });
    } catch (error) {
      if (error instanceof RefusedError && courtesyIsOff.has(error.code)) off.add(name);
    }
  };
  return {
    setStatus: ({ workspace, channel, threadTs, status }) => {
      const args = { channel_id: channel, thread_ts: threadTs, status };
      return show("assistant.threads.setStatus", { workspace, channel }, args);
    },
    // Without a thread: agents in Slack have none for them, and a call that names one fails silently.
    setPrompts: ({ workspace, channel, prompts }) =>
      show("assistant.threads.setSuggestedPrompts", { workspace, channel }, { channel_id: channel, prompts }),
    forget(workspace) {
      for (const name of [...off]) if (name.startsWith(`${workspace} `)) off.delete(name);
    },
  };
}
