import { personWords } from "../../src/domain/person-words.ts";
import type { Decision, Receipt } from "../../src/domain/press.ts";
import { isoOf } from "./render-value.ts";

const done: { readonly [action in Decision["action"]]: string } = {
  approve: "approved",
  reject: "rejected",
  happened: "answered with “It happened”",
  runAgain: "answered with “Run again”",
  stop: "stopped",
  handBack: "handed back",
  resolve: "resolved",
};

/** What somebody is told whose press came to something else than they wanted; null: it counted. Pure. */
export function receiptWords(receipt: Receipt): string | null {
  switch (receipt.kind) {
    case "accepted":
      return null;
    case "decided": {
      const { action, by, at } = receipt.decision;
      return `${personWords(by)} was faster: this was ${done[action]} at ${isoOf(at)}. Nothing more has happened.`;
    }
    case "refused":
      return receipt.reason;
    default:
      return receipt satisfies never;
  }
}
