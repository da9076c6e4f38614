import type { Trigger } from "../domain/procedure.ts";
import type { Route } from "../domain/route.ts";

/** A message, and the procedures that it may start. `mentioned`: Usher was spoken to by name, or in a direct message. */
export interface RouteInput {
  readonly text: string;
  readonly mentioned: boolean;
  readonly candidates: readonly RouteCandidate[];
}

export interface RouteCandidate {
  readonly slug: string;
  readonly name: string;
  readonly trigger: Trigger;
}

/** Understands messages. It only ever picks from what it is given. */
export interface Model {
  /** Answers one decision out of the closed list, every slug in it being a candidate's. Throws TransientError. */
  route(input: RouteInput, signal: AbortSignal): Promise<Route>;
}
