import type { Event } from "../domain/event.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { isAgent, type Person } from "../domain/person.ts";
import type { Turn } from "../domain/turn.ts";
import { advance } from "../engine/advance.ts";
import { wasStarted, whyNotStarted } from "../engine/start.ts";
import type { Place, Startable, TurnReceipt } from "../ports/channel.ts";
import type { RoleStore } from "../ports/store.ts";
import type { Catalog } from "./catalog.ts";
import { beginning, checkTurn, type ReceiveOptions, withRole } from "./receive.ts";

/** What may be started for this customer; roles are looked up at this very moment. Throws what the store throws. */
export async function startable(
  { roles, catalog }: { readonly roles: RoleStore; readonly catalog: Pick<Catalog, "active"> },
  workspace: WorkspaceId,
  customer: Person,
  by: Person | null,
): Promise<Startable> {
  const reason = whyNotFor(await withRole(roles, workspace, customer), await whoChose(roles, workspace, by));
  if (reason !== null) return { kind: "refused", reason };
  const procedures = catalog.active(workspace).map(({ procedure: { slug, name } }) => ({ slug, name }));
  return { kind: "open", procedures };
}

/**
 * Starts a procedure that somebody has chosen, in the name of the customer whose turn it is. Roles are looked up at this
 * very moment. Throws TransientError when it could not be stored, PermanentError if the turn is none.
 */
export async function start(
  options: Omit<ReceiveOptions, "conversations">,
  place: Place,
  slug: string,
  turn: Turn,
  by: Person | null,
): Promise<TurnReceipt> {
  checkTurn(turn);
  const { roles, log } = options;
  const { workspace, conversation } = place;
  const from = await withRole(roles, workspace, turn.from);
  const chosenBy = await whoChose(roles, workspace, by);
  const reason = whyNotFor(from, chosenBy);
  const receipt: TurnReceipt =
    reason === null
      ? await startIn(options, place, { kind: "start", slug, turn: { ...turn, from }, by: chosenBy })
      : { kind: "refused", reason };
  log.info({ conversation, slug, by: by?.id ?? null, receipt: receipt.kind }, "A procedure was chosen by hand.");
  return receipt;
}

function startIn(
  { work, ids }: Pick<ReceiveOptions, "work" | "ids">,
  place: Place,
  event: Event & { readonly kind: "start" },
): Promise<TurnReceipt> {
  const { slug, turn } = event;
  const { workspace, conversation: id } = place;
  return work.apply<TurnReceipt>({ workspace, id }, (conversation, contextOf) => {
    const before = conversation ?? beginning(place, turn, ids);
    if (wasStarted(before, turn)) return { conversation, answer: { kind: "known" } };
    const context = contextOf(before);
    const reason = whyNotStarted(before, context, slug, turn);
    if (reason !== null) return { conversation, answer: { kind: "refused", reason } };
    return { conversation: advance(before, event, context), answer: { kind: "accepted" } };
  });
}

function whoChose(roles: RoleStore, workspace: WorkspaceId, by: Person | null): Promise<Person | null> {
  return by === null ? Promise.resolve(null) : withRole(roles, workspace, by);
}

/** Why this person may start nothing for that customer, both with the roles of this moment, in a sentence; null: they may. */
function whyNotFor(customer: Person, by: Person | null): string | null {
  if (by !== null && !isAgent(by)) return "Only agents can start a procedure.";
  if (!isAgent(customer)) return null;
  return "This person is an agent here, and procedures are started for customers. Choose a customer.";
}
