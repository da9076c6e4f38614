import type { Wait } from "./run.ts";
import type { RunEnd } from "./run-record.ts";

/** How a run stands, in words: what it waits for, or how it ended. */
export const runWords: { readonly [status in Wait["kind"] | RunEnd]: string } = {
  input: "Waiting for an answer",
  effect: "Working",
  approval: "Waiting for approval",
  verdict: "Outcome unknown",
  held: "Paused: with people",
  completed: "Completed",
  escalated: "Handed to people",
  cancelled: "Cancelled",
  resolved: "Resolved",
  expired: "Expired",
};
