import type { ReceiptJson } from "../../../api.ts";

/** What pressing was meant to do; the hand-off's buttons end it. */
export type Pressed = "decision" | "verdict" | "end";

/** What somebody is told whose click did not count; null when it counted. Only they see it. Pure. */
export function receiptText(receipt: ReceiptJson, pressed: Pressed): string | null {
  if (receipt.outcome === "accepted") return null;
  if (receipt.outcome === "refused") return receipt.reason ?? "Only agents can decide.";
  const who = receipt.byName ?? "Somebody";
  return `${who} ${deed(receipt, pressed)} before your click. Your click changed nothing.`;
}

function deed({ approved }: ReceiptJson, pressed: Pressed): string {
  if (pressed === "end") return "ended this";
  if (pressed === "verdict" || approved === null) return "decided this";
  return approved ? "approved this" : "rejected this";
}
