/** What the address says: which conversation is shown, and which step is picked. */
export interface View {
  readonly conversation: string | null;
  readonly step: string | null;
}

/** Reads the query of an address. Pure. */
export function readView(search: string): View {
  const query = new URLSearchParams(search);
  return { conversation: query.get("conversation") || null, step: query.get("step") || null };
}

/** The address of a view, from the root. Pure. */
export function viewUrl({ conversation, step }: View): string {
  const query = new URLSearchParams();
  if (conversation !== null) query.set("conversation", conversation);
  if (step !== null) query.set("step", step);
  return query.size === 0 ? "/" : `/?${query}`;
}
