import type { ShownPerson } from "../../domain/person-words.ts";
import type { PublishedProcedure } from "../../domain/procedure.ts";
import type { Cell, View } from "../../domain/view.ts";

/** A view that is one sentence, or a few. Pure. */
export function sentences(title: string, text: string): View {
  return { title, parts: [{ kind: "text", text }] };
}

/** Somebody as a value in a view. Pure. */
export function personCell({ platform, id, name, role }: ShownPerson): Cell {
  return { person: { platform, id, name, role } };
}

/** A conversation as a value in a view; it takes place where this person is. Pure. */
export function conversationCell(id: string, { platform }: Pick<ShownPerson, "platform">): Cell {
  return { conversation: { platform, id } };
}

/** How a step of a version is called: `4 Check the order`; its id alone where it is not known. Pure. */
export function stepLabel(published: PublishedProcedure | null, id: string): string {
  const steps = published?.procedure.steps ?? [];
  const index = steps.findIndex((step) => step.id === id);
  return index < 0 ? id : `${index + 1} ${steps[index]?.title ?? id}`;
}
