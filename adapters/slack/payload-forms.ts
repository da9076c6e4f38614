import { z } from "zod";
import { channelId, plainId, userId } from "./id-forms.ts";

// As much as Bolt takes for granted before any listener of ours is asked; what has less makes it throw, or never answer
// (measured with Bolt 5.1).

const thing = z.looseObject({});
const nameOrThing = z.union([z.string(), thing]).optional();
const user = z.looseObject({ id: userId });
const where = {
  channel: thing.optional(),
  response_urls: z.array(z.looseObject({ response_url: z.string() })).optional(),
};

const eventSchema = z.looseObject({
  type: z.literal("event_callback"),
  authorizations: z.array(thing).nullish(),
  event: z.union([
    z.looseObject({
      type: z.literal("function_executed"),
      function: z.looseObject({ callback_id: z.string() }),
      function_execution_id: z.string().min(1),
    }),
    z.looseObject({
      type: z.string().refine((type) => type !== "function_executed"),
      channel: nameOrThing,
      user: nameOrThing,
      item: thing.optional(),
      subteam: thing.optional(),
    }),
  ]),
});

const jsonSchema = z.union([z.looseObject({ type: z.literal("url_verification") }), eventSchema]);

const commandSchema = z.looseObject({
  command: z.string(),
  user_id: userId,
  channel_id: channelId,
  text: z.string(),
});

const interactionSchema = z.union([
  z.looseObject({
    type: z.literal("block_actions"),
    ...where,
    user,
    actions: z.array(z.looseObject({ action_id: z.string() })).min(1),
  }),
  z.looseObject({
    type: z.enum(["view_submission", "view_closed"]),
    ...where,
    user,
    view: z.looseObject({ id: plainId, callback_id: z.string() }),
  }),
  z.looseObject({ type: z.enum(["message_action", "shortcut"]), ...where, user, callback_id: z.string() }),
  z.looseObject({ type: z.literal("block_suggestion"), ...where, user, action_id: z.string() }),
]);

/** Whether Bolt can read what came as JSON: an event, or Slack's question whether the address is ours. Pure. */
export function isKnownJson(payload: unknown): boolean {
  return jsonSchema.safeParse(payload).success;
}

/** Whether Bolt can read what came as a form: a command, or what somebody did with a message or a view. Pure. */
export function isKnownForm(payload: unknown): boolean {
  return commandSchema.safeParse(payload).success || interactionSchema.safeParse(payload).success;
}

/** The type of an event that Bolt can read, or null. Pure. */
export function eventTypeOf(payload: unknown): string | null {
  return eventSchema.safeParse(payload).data?.event.type ?? null;
}
