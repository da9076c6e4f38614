import { ErrorCode, type RespondFn } from "@slack/bolt";
import { z } from "zod";
import { RefusedError } from "./errors.ts";
import type { Post } from "./layout.ts";
import type { TableForm } from "./render-view.ts";

/**
 * Shows something with Slack's own tables, and in lines where Slack does not take these. Throws what `show` throws the last
 * time.
 */
export async function showDrawn(show: (tables: TableForm) => Promise<unknown>): Promise<void> {
  try {
    await show("blocks");
  } catch (error) {
    if (!(error instanceof RefusedError) || !blocksRefused.has(error.code)) throw error;
    await show("lines");
  }
}

// Behind a response_url Slack does not always say why.
const unnamed = "refused_answer";
const blocksRefused: ReadonlySet<string> = new Set(["invalid_blocks", "invalid_blocks_format", unnamed]);

const refusalSchema = z.object({ ok: z.literal(false), error: z.string().regex(/^[a-z][a-z0-9_]{1,60}$/) });

/**
 * Shows a post to whoever gave a command. Throws RefusedError where Slack does not take it: by a status, or by a word in
 * an answer that looks like a success. Throws what the library throws.
 */
export async function respondWith(respond: RespondFn, { text, blocks }: Post): Promise<void> {
  const answer = await respond({ response_type: "ephemeral", text, blocks: [...blocks] }).catch((error: unknown) => {
    const code = isRefusal(error) ? unnamed : null;
    throw code === null ? error : new RefusedError("Slack refused an answer to a command.", code, { cause: error });
  });
  const refusal = refusalSchema.safeParse(jsonOf(await answer.text()));
  if (refusal.success) throw new RefusedError("Slack refused an answer to a command.", refusal.data.error);
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || Reflect.get(error, "code") !== ErrorCode.RespondError) return false;
  const status: unknown = Reflect.get(error, "statusCode");
  return typeof status === "number" && status >= 400 && status < 500 && status !== 429;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
