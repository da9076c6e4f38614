import { z } from "zod";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { BotOf, Call } from "./call.ts";
import type { Post } from "./layout.ts";

/** Which channel of which workspace. */
export interface InChannel {
  readonly workspace: WorkspaceId;
  readonly channel: string;
}

/** What a message is, for Usher to find it again. Everybody who can read the message can read it: never a text. */
export interface Mark {
  readonly type: string;
  readonly payload: { readonly [name: string]: string | number };
}

/** A message of the history; `mark`: what it is, if the bot itself has sent it. */
export interface MarkedMessage {
  readonly ts: string;
  readonly mark: { readonly type: string; readonly payload: { readonly [name: string]: unknown } } | null;
}

/** A page of a thread (oldest first) or of a channel (newest first). `next`: the cursor of the page after it, or null. */
export interface HistoryPage {
  readonly messages: readonly MarkedMessage[];
  readonly next: string | null;
}

/** Messages. Nothing links names, is searched for links, or shows previews of what it links to (attacks 66 and 70). */
export interface Messages {
  /** Answers the new message's `ts`. `until`: monotonic ms by which it must have ended. */
  postMessage(
    of: InChannel & {
      readonly threadTs: string | null;
      readonly post: Post;
      readonly mark: Mark | null;
      readonly until?: number | undefined;
    },
  ): Promise<string>;
  /** Puts another post in the place of a message; its mark stays. */
  update(of: InChannel & { readonly ts: string; readonly post: Post }): Promise<void>;
  /** Shows something to one person alone. Slack does not promise that it arrives. */
  postEphemeral(
    of: InChannel & { readonly user: string; readonly threadTs: string | null; readonly post: Post },
  ): Promise<void>;
  /** A page of the history of a channel, or of a thread. `oldest`: Unix ms. `until`: as above. */
  history(
    of: InChannel & {
      readonly threadTs: string | null;
      readonly oldest: number;
      readonly cursor: string | null;
      readonly until?: number | undefined;
    },
  ): Promise<HistoryPage>;
}

/** Makes the methods for messages. */
export function createMessages(call: Call, botOf: BotOf): Messages {
  return {
    async postMessage({ workspace, channel, threadTs, post, mark, until }) {
      const args = {
        channel,
        ...thread(threadTs),
        ...content(post),
        // Stars and the like in the text are what they are.
        mrkdwn: false,
        ...(mark === null ? {} : { metadata: { event_type: mark.type, event_payload: mark.payload } }),
        unfurl_links: false,
        unfurl_media: false,
      };
      const answer = await call({ workspace, method: "chat.postMessage", channel, args, schema: posted, until });
      return answer.ts;
    },
    async update({ workspace, channel, ts, post }) {
      // What is not given stays as it was, the blocks among it; so they are always given. The mark is not.
      const args = { channel, ts, ...content(post), blocks: post.blocks };
      await call({ workspace, method: "chat.update", channel, args, schema: done });
    },
    async postEphemeral({ workspace, channel, user, threadTs, post }) {
      const args = { channel, user, ...thread(threadTs), ...content(post) };
      await call({ workspace, method: "chat.postEphemeral", channel, args, schema: done });
    },
    async history({ workspace, channel, threadTs, oldest, cursor, until }) {
      const args = {
        channel,
        ...(threadTs === null ? {} : { ts: threadTs }),
        ...(cursor === null ? {} : { cursor }),
        oldest: (Math.max(0, oldest) / 1000).toFixed(6),
        limit: messagesPerPage,
        include_all_metadata: true,
      };
      const method = threadTs === null ? "conversations.history" : "conversations.replies";
      const { messages, next } = await call({ workspace, method, channel, args, schema: pageSchema, until });
      const bot = await botOf(workspace);
      // Anybody else's app can leave any mark.
      const marked = messages.map(({ ts, user, mark }) => ({ ts, mark: user === bot?.botUser ? mark : null }));
      return { messages: marked, next };
    },
  };
}

// "No more than 200 results at a time": https://docs.slack.dev/apis/web-api/pagination.
const messagesPerPage = 200;

function thread(threadTs: string | null): { readonly thread_ts?: string } {
  return threadTs === null ? {} : { thread_ts: threadTs };
}

// `parse: none`: chat.update would else look for names and links in the text, chat.postMessage for links.
function content({ text, blocks }: Post): { readonly [name: string]: unknown } {
  return { text, parse: "none", ...(blocks.length === 0 ? {} : { blocks }) };
}

const done = z.object({ ok: z.literal(true) });

const posted = z.object({ ts: z.string().regex(/^\d{1,12}\.\d{1,9}$/) });

const pageSchema = z
  .object({
    messages: z.array(
      z.object({
        ts: z.string(),
        user: z.string().optional(),
        // Other apps leave marks of their own, in whatever form.
        metadata: z
          .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
          .optional()
          .catch(undefined),
      }),
    ),
    response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
  })
  .transform(({ messages, response_metadata: more }) => ({
    messages: messages.map(({ ts, user, metadata }) => ({
      ts,
      user,
      mark: metadata === undefined ? null : { type: metadata.event_type, payload: metadata.event_payload },
    })),
    // An empty cursor says that there is no further page.
    next: more?.next_cursor || null,
  }));
