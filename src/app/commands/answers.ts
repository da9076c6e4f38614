import type { Person } from "../../domain/person.ts";
import type { PublishedProcedure } from "../../domain/procedure.ts";
import type { Cell, View } from "../../domain/view.ts";

/** A view of a few sentences, each a part of its own. Pure. */
export function sentences(title: string, ...texts: readonly string[]): View {
  return { title, parts: texts.map((text) => ({ kind: "text", text })) };
}

/** Somebody as a value in a view. Pure. */
export function personCell({ platform, id, name }: Pick<Person, "platform" | "id" | "name">): Cell {
  return { person: { platform, id, name } };
}

/** How a step of a version is called: `4 Check the order`; its id alone where it is not known. Pure. */
export function stepLabel(published: PublishedProcedure | null, id: string): string {
  const steps = published?.procedure.steps ?? [];
  const index = steps.findIndex((step) => step.id === id);
  return index < 0 ? id : `${index + 1} ${steps[index]?.title ?? id}`;
}
