import { asWritten } from "../../domain/command.ts";
import type { PublishedProcedure } from "../../domain/procedure.ts";
import type { View } from "../../domain/view.ts";
import { nearest } from "../../engine/nearest.ts";
import { shorten } from "../../engine/trace.ts";
import { sentences } from "./answers.ts";
import type { Asked } from "./grammar.ts";

/** The procedure that somebody means, or what to answer if there is none. */
export type Named =
  | { readonly kind: "found"; readonly published: PublishedProcedure; readonly status: "active" | "archived" }
  | { readonly kind: "unknown"; readonly view: View };

/**
 * The newest version of the workspace's procedure with this slug or (while it is active) this name, in any case. What
 * another workspace has is as unknown as what nobody has.
 */
export async function namedProcedure({ options, workspace, by }: Asked, text: string): Promise<Named> {
  const { inspector, store } = options;
  const asked = text.toLowerCase();
  const active = inspector.procedures(workspace);
  const bySlug = active.find(({ procedure }) => procedure.slug === asked);
  const published = bySlug ?? active.find(({ procedure }) => procedure.name.toLowerCase() === asked);
  if (published !== undefined) return { kind: "found", published, status: "active" };
  const newest = await store.procedures.newest(workspace, asked);
  const archived = newest === 0 ? null : await inspector.procedure(workspace, asked, newest);
  if (archived !== null) return { kind: "found", published: archived, status: "archived" };
  const near = nearest(
    asked,
    active.flatMap(({ procedure }) => [procedure.slug, procedure.name]),
  );
  const what = `There is no procedure “${shorten(text, 80)}” here.`;
  const how =
    near === null ? `Write “${asWritten(by.platform, "list")}” to see which there are.` : `Do you mean “${near}”?`;
  return { kind: "unknown", view: sentences("No such procedure", `${what} ${how}`) };
}
