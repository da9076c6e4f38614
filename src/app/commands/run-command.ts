import { asWritten, type Command, type CommandWord } from "../../domain/command.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";
import { type View, visibleView } from "../../domain/view.ts";
import { nearest } from "../../engine/nearest.ts";
import type { RoleStore } from "../../ports/store.ts";
import { withRole } from "../receive.ts";
import { sentences } from "./answers.ts";
import { type Asked, type CommandOptions, mayUse, nameOf, usageOf, type Verb } from "./grammar.ts";
import { unknownVerb, usageTable } from "./help.ts";
import { verbs } from "./verbs.ts";
import { wordsThatCount } from "./words.ts";

/** An answer, and how it is noted: which verb it was, and whether it was carried out. */
interface Answer {
  readonly view: View;
  readonly verb: string | null;
  readonly fate: "done" | "unread" | "refused";
}

/**
 * Carries out what somebody asks for in words, with the role that they have at this moment, and answers it as data.
 * Customers, and people of other organisations whoever they are, get one sentence that tells nothing of what there is.
 * Throws what the store throws; a change was then not made.
 */
export async function runCommand(options: CommandOptions, workspace: WorkspaceId, command: Command): Promise<View> {
  const by = await withRoleHere(options.store.roles, workspace, command.by);
  const { conversation, card, channel } = command;
  const { view, verb, fate } = await answer(
    { options, workspace, by, conversation, card, channel, verbs },
    wordsThatCount(command.words),
  );
  const who = { workspace, platform: by.platform, by: by.id, role: by.role };
  options.log.info({ ...who, verb, fate }, "A command was answered.");
  return visibleView(view);
}

/** The person with the role that counts here: somebody of another organisation is never more than a customer. */
async function withRoleHere(roles: RoleStore, workspace: WorkspaceId, person: Person): Promise<Person> {
  const known = await withRole(roles, workspace, person);
  return known.external ? { ...known, role: "customer" } : known;
}

const forCustomers = sentences("Usher", "This is for the people who look after Usher here. Just write what you need.");

async function answer(asked: Asked, words: readonly CommandWord[]): Promise<Answer> {
  if (asked.by.role === "customer") return { view: forCustomers, verb: null, fate: "refused" };
  const [first = { kind: "text", text: "help" }, ...rest] = words;
  const verb = first.kind === "text" ? verbs.find(({ name }) => name === first.text.toLowerCase()) : undefined;
  if (verb === undefined) return { view: unknownVerb(asked, nameOf(first)), verb: null, fate: "unread" };
  const { form, given, near } = formOf(asked, verb, rest);
  if (!mayUse(asked.by, form)) {
    const view = sentences("Not for you", `Only admins and owners can use “${usageOf(asked.by, verb, form)}”.`);
    return { view, verb: verb.name, fate: "refused" };
  }
  const reading = form.prepare(given);
  if (reading.kind === "ok") return { view: await reading.value(asked), verb: verb.name, fate: "done" };
  const mend = near === null ? "" : ` Do you mean “${asWritten(asked.by.platform, `${verb.name} ${near}`)}”?`;
  const view = sentences("I cannot read that", `${reading.problem}${mend}`);
  return { view: { ...view, parts: [...view.parts, usageTable(asked, [verb])] }, verb: verb.name, fate: "unread" };
}

/** The form that is meant, and its words. `near`: the keyword that the first word may have been meant as. */
function formOf({ by }: Asked, verb: Verb, words: readonly CommandWord[]) {
  const [first, ...rest] = words;
  const word = first?.kind === "text" ? first.text.toLowerCase() : "";
  const named = verb.forms.find(({ keyword }) => keyword === word);
  if (named !== undefined) return { form: named, given: rest, near: null };
  const keywords = verb.forms.flatMap((one) => (one.keyword !== null && mayUse(by, one) ? [one.keyword] : []));
  return { form: verb.forms[0], given: words, near: nearest(word, keywords) };
}
