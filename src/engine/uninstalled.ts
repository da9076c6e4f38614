import type { Conversation } from "../domain/conversation.ts";
import type { Effect } from "../domain/effect.ts";
import type { Person } from "../domain/person.ts";
import type { Context } from "./context.ts";
import { endRun, withdraw } from "./ending.ts";
import { endHandOff } from "./people.ts";

/** Whether anything could still come of this conversation after Usher was uninstalled. Pure. */
export function isOpen({ run, people, inbox, choosing, offered, outbox }: Conversation): boolean {
  if (people !== null || choosing !== null || offered !== null || inbox.length > 0) return true;
  return (run !== null && run.ending !== "uninstalled") || !outbox.every(({ effect }) => staysOut(effect));
}

/**
 * Usher was uninstalled: the run and the hand-off end, what waits to be read or said is dropped, and so is a question
 * to the model, whatever it will answer. A call or an action that is out ends the run when its outcome is known, and
 * nothing more comes of it. `by`: in whose name the hand-off is closed. Pure.
 */
export function onUninstalled(conversation: Conversation, context: Context, by: Person): Conversation {
  if (!isOpen(conversation)) return conversation;
  const ended = withoutHandOff(withoutRun({ ...conversation, inbox: [], choosing: null }, context), context, by);
  const outbox = ended.outbox.filter(({ effect }) => staysOut(effect));
  return { ...ended, dropped: 0, offered: null, outbox };
}

/** A verdict cannot be asked for there; so nobody will ever know, and the record says so. */
function withoutRun(conversation: Conversation, context: Context): Conversation {
  const { conversation: rest, isOut } = withdraw(conversation, context);
  const { run } = rest;
  if (run === null || !isOut) return endRun(rest, context, "uninstalled");
  if (run.wait.kind === "verdict") {
    const reason = "Usher was uninstalled before anybody said whether the last step happened.";
    return endRun(rest, context, "uninstalled", reason);
  }
  return { ...rest, run: { ...run, ending: "uninstalled" } };
}

function withoutHandOff(conversation: Conversation, context: Context, by: Person): Conversation {
  const { people } = conversation;
  if (people === null) return conversation;
  const decision = { of: people.card, by, at: context.now, action: "resolve", reason: null } as const;
  return endHandOff(conversation, context, decision);
}

/** What the world has begun goes its way, records are kept, and the agents' cards close where they can still be seen. */
function staysOut({ kind }: Effect): boolean {
  switch (kind) {
    case "call":
    case "act":
    case "record":
    case "editCard":
      return true;
    case "say":
    case "editSay":
    case "post":
    case "route":
    case "forward":
      return false;
    default:
      return kind satisfies never;
  }
}
