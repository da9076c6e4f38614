import type { Conversation } from "../domain/conversation.ts";
import type { Effect } from "../domain/effect.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { Json } from "../domain/json.ts";
import { type Route, routeSchema } from "../domain/route.ts";
import type { Turn } from "../domain/turn.ts";
import type { CompiledProcedure } from "./compile.ts";
import { type Context, fill } from "./context.ts";
import { emit, say } from "./outbox.ts";
import { handOff, relayToAgents } from "./people.ts";
import { startRun } from "./walk.ts";

// Enough for "why", and little enough to lie in every parked document.
const scoresKept = 3;

/** The answers that are offered where only one thing could be meant. */
export const yesOrNo = { yes: "Yes", no: "No" } as const;

/** A turn that is routed, and the conversation whose run it may answer if it fits no procedure (null: there is none). */
interface Routed {
  readonly turn: Turn;
  readonly beside: ConversationId | null;
}

/**
 * Asks the model which procedure this turn wants; with nothing to choose from there is nothing to ask. `beside`: another
 * conversation whose run waits for this person, or null. Pure.
 */
export function route(
  conversation: Conversation,
  context: Context,
  turn: Turn,
  beside: ConversationId | null,
): Conversation {
  if (context.active.size === 0) return unmatched(conversation, context, { turn, beside });
  return emit(conversation, context, { kind: "route", turn, beside }).conversation;
}

/**
 * The model has answered (null: it has failed, and is not asked again). It has only picked from a closed list; whether
 * the pick still stands is decided here. Pure.
 */
export function afterRoute(conversation: Conversation, context: Context, routed: Routed, value: Json): Conversation {
  const { turn } = routed;
  const parsed = routeSchema.safeParse(value);
  // An agent has stepped in while the model was thinking: the words are for people now.
  if (conversation.people !== null) return relayToAgents(conversation, context, turn);
  if (conversation.run !== null) return conversation;
  if (!parsed.success) return unmatched(conversation, context, routed);
  const picked: Route = { ...parsed.data, scores: parsed.data.scores.slice(0, scoresKept) };
  const noted = { ...conversation, lastRoute: picked };
  switch (picked.kind) {
    case "run":
      return begin(noted, context, picked.slug, routed);
    case "ask":
      return offer(noted, context, picked.slugs, routed);
    case "reply":
      return unmatched(noted, context, routed, picked.text);
    case "silent":
      return unmatched(noted, context, routed);
    case "escalate":
      return handOff(noted, context, {
        customerText: context.settings.texts.handOff,
        internalReason: picked.reason,
      });
    default:
      return picked satisfies never;
  }
}

/** The other conversation has taken the turn as its answer, or not: then it is what it seemed before. Pure. */
export function afterForward(
  conversation: Conversation,
  context: Context,
  { turn, otherwise }: Effect & { readonly kind: "forward" },
  taken: boolean,
): Conversation {
  if (taken) return conversation;
  if (conversation.people !== null) return relayToAgents(conversation, context, turn);
  return conversation.run === null ? answerUnmatched(conversation, context, turn, otherwise) : conversation;
}

/** Starts the procedure, unless it is no longer active or has only just ended here (then the customer is asked). */
function begin(conversation: Conversation, context: Context, slug: string, routed: Routed): Conversation {
  const procedure = context.active.get(slug);
  if (procedure === undefined) return unmatched(conversation, context, routed);
  const { turn } = routed;
  const { lastRun } = conversation;
  const justEnded =
    lastRun?.slug === slug &&
    lastRun.ended === "completed" &&
    context.now - lastRun.endedAt < context.settings.coolDownMs;
  return justEnded
    ? askAgain(conversation, context, procedure, turn)
    : startRun(conversation, context, procedure, turn);
}

function askAgain(
  conversation: Conversation,
  context: Context,
  procedure: CompiledProcedure,
  turn: Turn,
): Conversation {
  const asked = askWhich(conversation, context, [procedure.slug], turn);
  const text = fill(context.settings.texts.again, { procedure: procedure.name });
  return say(asked, context, text, { choices: [yesOrNo.yes, yesOrNo.no] });
}

/** A near tie: the customer chooses, and what was first written counts when it is chosen. */
function offer(conversation: Conversation, context: Context, slugs: readonly string[], routed: Routed): Conversation {
  const active = slugs.flatMap((slug) => context.active.get(slug) ?? []);
  const [only] = active;
  if (only === undefined) return unmatched(conversation, context, routed);
  if (active.length === 1) return begin(conversation, context, only.slug, routed);
  const asked = askWhich(
    conversation,
    context,
    active.map(({ slug }) => slug),
    routed.turn,
  );
  return say(asked, context, context.settings.texts.which, { choices: active.map(({ name }) => name) });
}

/** What was written waits until its writer says which of these was meant. */
function askWhich(conversation: Conversation, context: Context, slugs: readonly string[], turn: Turn): Conversation {
  return { ...conversation, choosing: { slugs, turn, expiresAt: context.now + context.settings.choosingMs } };
}

/** No procedure fits: perhaps it answers the run beside this conversation; `otherwise` is what the model would say. */
function unmatched(
  conversation: Conversation,
  context: Context,
  { turn, beside }: Routed,
  otherwise: string | null = null,
): Conversation {
  return beside === null
    ? answerUnmatched(conversation, context, turn, otherwise)
    : emit(conversation, context, { kind: "forward", to: beside, turn, otherwise }).conversation;
}

function answerUnmatched(
  conversation: Conversation,
  context: Context,
  turn: Turn,
  otherwise: string | null,
): Conversation {
  return otherwise === null ? stayQuiet(conversation, context, turn) : say(conversation, context, otherwise);
}

/** Nothing fits: in a channel Usher says nothing; spoken to by name, it says what it can do. */
function stayQuiet(conversation: Conversation, context: Context, turn: Turn): Conversation {
  if (!turn.mentioned) return conversation;
  const { help, nothingToOffer } = context.settings.texts;
  const procedures = [...context.active.values()].map(({ name }) => name).join(", ");
  return say(conversation, context, procedures === "" ? nothingToOffer : fill(help, { procedures }));
}
