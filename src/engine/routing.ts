import type { Conversation } from "../domain/conversation.ts";
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

/** Asks the model which procedure this turn wants; with nothing to choose from there is nothing to ask. Pure. */
export function route(conversation: Conversation, context: Context, turn: Turn): Conversation {
  if (context.active.size === 0) return stayQuiet(conversation, context, turn);
  return emit(conversation, context, { kind: "route", turn }).conversation;
}

/**
 * The model has answered (null: it has failed, and is not asked again). It has only picked from a closed list; whether
 * the pick still stands is decided here. Pure.
 */
export function afterRoute(conversation: Conversation, context: Context, turn: Turn, value: Json): Conversation {
  const parsed = routeSchema.safeParse(value);
  // An agent has stepped in while the model was thinking: the words are for people now.
  if (conversation.people !== null) return relayToAgents(conversation, context, turn);
  if (conversation.run !== null) return conversation;
  if (!parsed.success) return stayQuiet(conversation, context, turn);
  const picked: Route = { ...parsed.data, scores: parsed.data.scores.slice(0, scoresKept) };
  const noted = { ...conversation, lastRoute: picked };
  switch (picked.kind) {
    case "run":
      return begin(noted, context, picked.slug, turn);
    case "ask":
      return offer(noted, context, picked.slugs, turn);
    case "reply":
      return say(noted, context, picked.text);
    case "silent":
      return stayQuiet(noted, context, turn);
    case "escalate":
      return handOff(noted, context, {
        customerText: context.settings.texts.handOff,
        internalReason: picked.reason,
      });
    default:
      return picked satisfies never;
  }
}

/** Starts the procedure, unless it is no longer active or has only just ended here (then the customer is asked). */
function begin(conversation: Conversation, context: Context, slug: string, turn: Turn): Conversation {
  const procedure = context.active.get(slug);
  if (procedure === undefined) return stayQuiet(conversation, context, turn);
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
  const asked = choose(conversation, context, [procedure.slug], turn);
  const text = fill(context.settings.texts.again, { procedure: procedure.name });
  return say(asked, context, text, { choices: ["Yes", "No"] });
}

/** A near tie: the customer chooses, and what was first written counts when it is chosen. */
function offer(conversation: Conversation, context: Context, slugs: readonly string[], turn: Turn): Conversation {
  const active = slugs.flatMap((slug) => context.active.get(slug) ?? []);
  const [only] = active;
  if (only === undefined) return stayQuiet(conversation, context, turn);
  if (active.length === 1) return begin(conversation, context, only.slug, turn);
  const asked = choose(
    conversation,
    context,
    active.map(({ slug }) => slug),
    turn,
  );
  return say(asked, context, context.settings.texts.which, { choices: active.map(({ name }) => name) });
}

function choose(conversation: Conversation, context: Context, slugs: readonly string[], turn: Turn): Conversation {
  return { ...conversation, choosing: { slugs, turn, expiresAt: context.now + context.settings.choosingMs } };
}

/** Nothing fits: in a channel Usher says nothing; spoken to by name, it says what it can do. */
function stayQuiet(conversation: Conversation, context: Context, turn: Turn): Conversation {
  if (!turn.mentioned) return conversation;
  const { help, nothingToOffer } = context.settings.texts;
  const procedures = [...context.active.values()].map(({ name }) => name).join(", ");
  return say(conversation, context, procedures === "" ? nothingToOffer : fill(help, { procedures }));
}
