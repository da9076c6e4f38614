const deciders = ["agent-1", "agent-2", "admin-1"] as const;

/** The first name of those who may decide that nobody has taken; when all are taken, the first one. Pure. */
export function freeName(taken: readonly string[]): string {
  return deciders.find((name) => !taken.includes(name)) ?? deciders[0];
}
