import { sendable } from "./escape.ts";
import { type Post, postOf } from "./layout.ts";
import { textBlocks } from "./render-fields.ts";

/** Words for one person alone, exactly as they are: names in them link nowhere and mention nobody. Pure. */
export function whisperOf(words: string): Post {
  return postOf(words, textBlocks(sendable(words)));
}
