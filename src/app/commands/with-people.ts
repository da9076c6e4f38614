import type { Conversation } from "../../domain/conversation.ts";
import type { Cell, ViewPart } from "../../domain/view.ts";
import { shorten } from "../../engine/trace.ts";
import { allOf } from "../all-of.ts";
import { conversationCell, personCell } from "./answers.ts";
import type { Asked } from "./grammar.ts";

// As many as anybody reads, and as many as are sorted to find them.
const shown = 20;
const lookedAt = 1000;
const reasonLength = 150;

/**
 * The conversations that people have, the one they have had longest first: nothing where there is none. `slug`: only
 * those whose run, or last run, is of this procedure; null: all.
 */
export async function withPeople(
  { options, workspace }: Pick<Asked, "options" | "workspace">,
  slug: string | null,
): Promise<readonly ViewPart[]> {
  const found: Conversation[] = [];
  const { conversations } = options.store;
  for await (const conversation of allOf((page) => conversations.find(workspace, { waiting: "people" }, page))) {
    if (slug === null || slugOf(conversation) === slug) found.push(conversation);
    if (found.length === lookedAt) break;
  }
  if (found.length === 0) return [];
  const rows = found
    .sort((a, b) => sinceOf(a) - sinceOf(b))
    .slice(0, shown)
    .map(row);
  const columns = ["Why", "Customer", "Since", "Conversation"];
  return [{ kind: "table", label: "With people", columns, rows, left: found.length - rows.length }];
}

function slugOf({ run, lastRun }: Conversation): string | null {
  return run?.procedure.slug ?? lastRun?.slug ?? null;
}

function sinceOf({ people }: Conversation): number {
  return people?.since ?? 0;
}

function row(conversation: Conversation): readonly Cell[] {
  const { id, customer, run } = conversation;
  const person = run?.startedBy ?? customer;
  return [whyOf(conversation), personCell(person), { at: sinceOf(conversation) }, conversationCell(id, person)];
}

/** The reason as its card shows it to the same readers: what is sensitive is hidden there already. */
function whyOf({ people }: Conversation): string {
  const reason = people?.shown.sections.find(({ label }) => label === "Reason")?.fields[0]?.value;
  return shorten(typeof reason === "string" ? reason : (people?.shown.title ?? ""), reasonLength);
}
