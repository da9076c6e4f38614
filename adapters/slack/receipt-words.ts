import type { KnownBlock } from "@slack/types";
import { personWords } from "../../src/domain/person-words.ts";
import type { Decision, Receipt } from "../../src/domain/press.ts";
import { sendable } from "./escape.ts";
import { type Post, postOf } from "./layout.ts";
import { context, textBlocks } from "./render-fields.ts";
import { momentText } from "./render-value.ts";

/** What was done, as whoever did it reads it, and as everybody else does. */
const done: { readonly [action in Decision["action"]]: readonly [string, string] } = {
  approve: ["approved this", "approved"],
  reject: ["rejected this", "rejected"],
  happened: ["answered this with “It happened”", "answered with “It happened”"],
  runAgain: ["answered this with “Run again”", "answered with “Run again”"],
  stop: ["stopped this", "stopped"],
  handBack: ["handed this back", "handed back"],
  resolve: ["resolved this", "resolved"],
};

/** What a press came to, in words; `at`: when somebody has decided before (Unix ms), else null. */
export interface ReceiptWords {
  readonly words: string;
  readonly at: number | null;
}

/** What somebody (`user`, as Slack knows them) is told whose press came to something else than they wanted; null: it counted. Pure. */
export function receiptWords(receipt: Receipt, user: string): ReceiptWords | null {
  switch (receipt.kind) {
    case "accepted":
      return null;
    case "decided": {
      const { action, by, at } = receipt.decision;
      const [own, others] = done[action];
      const isOwn = by.platform === "slack" && by.id === user;
      const who = isOwn ? `You ${own} already.` : `${personWords(by)} was faster: this was ${others}.`;
      return { words: `${who} Nothing more has happened.`, at };
    }
    case "refused":
      return { words: receipt.reason, at: null };
    default:
      return receipt satisfies never;
  }
}

/** The words, and the moment as its reader's own clock shows it. Pure. */
export function receiptBlocks({ words, at }: ReceiptWords): readonly KnownBlock[] {
  return [...textBlocks(sendable(words)), ...(at === null ? [] : [context([momentText(at)])])];
}

/** The same as a post for one person alone. Pure. */
export function receiptPost(receipt: ReceiptWords): Post {
  return postOf(receipt.words, receiptBlocks(receipt));
}
