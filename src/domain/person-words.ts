import type { Person } from "./person.ts";
import { visibleLine } from "./visible.ts";

/** Somebody as they are shown: with the role that Usher has verified, where it is known. */
export type ShownPerson = Pick<Person, "platform" | "id" | "name"> & { readonly role?: Person["role"] | undefined };

/** What is shown of somebody. Pure. */
export function shownPerson({ platform, id, name, role }: Person): ShownPerson {
  return { platform, id, name, role };
}

/**
 * Somebody in plain words on one line: the name, which people choose themselves, and in brackets what they cannot choose,
 * as in "Maria (customer U012ABC)". No name has such brackets of its own (attack 75). Pure.
 */
export function personWords({ name, id, role }: ShownPerson): string {
  const verified = visibleLine(role === undefined ? id : `${role} ${id}`);
  if (name === "" || name === id) return verified;
  return `${visibleLine(name).replace(opening, "[").replace(closing, "]")} (${verified})`;
}

// Round brackets, also those of other scripts, raised, lowered, or in a circle's stead.
const opening = /[(⁽₍❨❪⟮⸨﴾︵﹙（｟]/gu;
const closing = /[)⁾₎❩❫⟯⸩﴿︶﹚）｠]/gu;
