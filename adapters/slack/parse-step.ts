import { z } from "zod";
import type { Installation } from "../../src/domain/installation.ts";

/** The step that people put into a workflow, as it stands in the manifest. */
export const runStep = "run_procedure";

/** What a workflow wants to have started. `at`: since when (Unix ms). */
export interface Step {
  readonly slug: string;
  readonly customer: string;
  readonly channel: string;
  /** What the customer wants, in words; empty where nobody has said. */
  readonly text: string;
  readonly at: number;
}

/** A step that a workflow has come to. `execution`: by this id Slack is told how it ended. */
export interface StepEvent {
  readonly execution: string;
  readonly wanted: ({ readonly kind: "ok" } & Step) | { readonly kind: "wrong"; readonly reason: string };
}

const eventSchema = z.object({
  team_id: z.string().nullish(),
  enterprise_id: z.string().nullish(),
  event_time: z.number().int().nonnegative(),
  event: z.object({
    function_execution_id: z.string().regex(/^Fx[A-Z0-9]{1,60}$/),
    inputs: z.record(z.string(), z.unknown()).default({}),
  }),
});

const textLength = 3000;

const inputsSchema = z.object({
  procedure: z.string({ error: "“Procedure” is missing" }).trim().min(1, { error: "“Procedure” is empty" }),
  customer: z.string({ error: "“Customer” is missing" }).regex(/^[UW][A-Z0-9]{1,30}$/, {
    error: "“Customer” is no person",
  }),
  channel: z.string({ error: "“Channel” is missing" }).regex(/^[CG][A-Z0-9]{1,60}$/, {
    error: "“Channel” is no channel",
  }),
  message: z.string({ error: "“Message” is no text" }).nullish(),
});

/** What a `function_executed` event says, or null if it is none. Pure. */
export function readStep(
  payload: unknown,
  installation: Pick<Installation, "team" | "organisation">,
): StepEvent | null {
  const parsed = eventSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { event, event_time: seconds, team_id: team, enterprise_id: organisation } = parsed.data;
  const wrong = (reason: string): StepEvent => ({
    execution: event.function_execution_id,
    wanted: { kind: "wrong", reason },
  });
  if (!isAtHome({ team, organisation }, installation)) {
    return wrong("Only workflows of the workspace in which Usher is installed can start procedures.");
  }
  const inputs = inputsSchema.safeParse(event.inputs);
  if (!inputs.success) {
    const problems = inputs.error.issues.map(({ message }) => message).join(", ");
    return wrong(`The step has inputs that cannot be used: ${problems}. Mend them in the workflow.`);
  }
  const { procedure, customer, channel, message } = inputs.data;
  const text = (message ?? "").trim().slice(0, textLength).toWellFormed();
  return {
    execution: event.function_execution_id,
    wanted: { kind: "ok", slug: procedure.toLowerCase(), customer, channel, text, at: seconds * 1000 },
  };
}

interface Origin {
  readonly team: string | null | undefined;
  readonly organisation: string | null | undefined;
}

/** Whether a workflow is of the workspace itself, and not of another one that only shares a channel with it. */
function isAtHome(from: Origin, { team, organisation }: Pick<Installation, "team" | "organisation">): boolean {
  return team === null ? from.organisation === organisation : from.team === team;
}
