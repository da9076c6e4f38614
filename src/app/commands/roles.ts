import type { Platform, Role } from "../../domain/person.ts";
import type { View } from "../../domain/view.ts";
import { changeRoles } from "../change-roles.ts";
import { personCell, sentences } from "./answers.ts";
import { type Asked, form, nothing, one, two, type Verb } from "./grammar.ts";
import { personSlot, roleSlot } from "./slots.ts";

/** Who may do what. */
export const roles: Verb = {
  name: "roles",
  forms: [
    form({
      keyword: "list",
      words: nothing,
      does: "Lists the agents, admins and owners.",
      may: "agent",
      run: everybody,
    }),
    form({
      keyword: "add",
      words: two(personSlot, roleSlot),
      does: "Makes somebody an agent, an admin or an owner.",
      may: "admin",
      run: (asked, [person, role]) => change(asked, person, role),
    }),
    form({
      keyword: "remove",
      words: one(personSlot),
      does: "Takes somebody's role away.",
      may: "admin",
      run: (asked, person) => change(asked, person, "customer"),
    }),
  ],
};

const title = "Roles";

async function everybody({ options, workspace }: Asked): Promise<View> {
  const rows = (await options.store.roles.list(workspace))
    .filter(({ role }) => role !== "customer")
    // Their names are the platform's to know.
    .map(({ platform, userId, role }) => [personCell({ platform, id: userId, name: userId }), role]);
  return { title, parts: [{ kind: "table", label: title, columns: ["Person", "Role"], rows, left: 0 }] };
}

type Subject = Parameters<typeof personCell>[0] & { readonly external: boolean };

function change({ options, workspace, by }: Asked, person: Subject, next: Role): Promise<View> {
  const { store, log } = options;
  return changeRoles(store.roles, async () => {
    const rows = await store.roles.list(workspace);
    const roleOf = ({ platform, id }: { readonly platform: Platform; readonly id: string }): Role =>
      rows.find((row) => row.platform === platform && row.userId === id)?.role ?? "customer";
    const now = roleOf(person);
    const owners = rows.filter(({ role }) => role === "owner").length;
    const problem = problemWith({ actor: roleOf(by), now, next, external: person.external, owners });
    if (problem !== null) return sentences(title, problem);
    if (now === next) return result("Nothing to change", person, now);
    if (next === "customer") await store.roles.remove(workspace, person.platform, person.id);
    else await store.roles.set(workspace, person.platform, person.id, next);
    const about = { workspace, by: by.id, platform: person.platform, person: person.id };
    log.info({ ...about, from: now, to: next }, "A role was changed.");
    return result("Changed", person, next);
  });
}

function result(label: string, person: Subject, role: Role): View {
  const fields = [
    { name: "Person", value: personCell({ ...person, role }) },
    { name: "Role", value: role === "customer" ? "none (a customer)" : role },
  ];
  return { title, parts: [{ kind: "fields", label, fields }] };
}

/** What speaks against a change, in a sentence, or null. `actor`, `now`: the roles at this very moment. Pure. */
function problemWith(wanted: {
  readonly actor: Role;
  readonly now: Role;
  readonly next: Role;
  readonly external: boolean;
  readonly owners: number;
}): string | null {
  const { actor, now, next, external, owners } = wanted;
  if (actor !== "admin" && actor !== "owner") return "Only admins and owners can change roles.";
  if (external && next !== "customer") return "People of another organisation can have no role here.";
  // So nobody can raise themselves either: an admin would have to become an owner.
  const isHigh = [now, next].some((role) => role === "admin" || role === "owner");
  if (isHigh && actor !== "owner") return "Only owners can make or unmake admins and owners.";
  if (now === "owner" && next !== "owner" && owners === 1) {
    return "This is the last owner. Make somebody else an owner first.";
  }
  return null;
}
