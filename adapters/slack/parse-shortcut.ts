import { z } from "zod";
import { channelId, plainId, ts, userId } from "./id-forms.ts";
import type { StartTarget } from "./modal-values.ts";
import { readText } from "./text.ts";

/** The shortcut of a message, as it stands in the manifest. */
export const startShortcut = "start_procedure";

/** Somebody who wants to start a procedure from a message. `target` null: no person has written that message. */
export interface Shortcut {
  readonly user: string;
  /** What opens a modal, for 3 s. */
  readonly triggerId: string;
  readonly channel: string;
  readonly target: StartTarget | null;
}

const payloadSchema = z.object({
  user: z.object({ id: userId }),
  trigger_id: z.string().default(""),
  channel: z.object({ id: channelId }),
  message: z.object({
    ts,
    thread_ts: ts.optional(),
    user: userId.nullish(),
    bot_id: plainId.nullish(),
    text: z.string().default(""),
  }),
});

// The trace keeps less of it, and a modal's metadata has 3,000 characters for everything, of which one can take up six.
const textLength = 400;

/** What a `message_action` says, or null if it is none that can be read. Pure. */
export function readShortcut(payload: unknown, botUser: string): Shortcut | null {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { user, trigger_id: triggerId, channel, message } = parsed.data;
  const asked = { user: user.id, triggerId, channel: channel.id };
  const { user: author, bot_id: bot, ts: sent, thread_ts: thread } = message;
  const isBot = (bot ?? null) !== null || author === botUser;
  if (isBot || author === undefined || author === null) return { ...asked, target: null };
  const text = readText(message.text, botUser).text.slice(0, textLength).toWellFormed();
  return { ...asked, target: { channel: channel.id, ts: sent, thread: thread ?? null, user: author, text } };
}
