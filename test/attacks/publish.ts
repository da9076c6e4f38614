import { expect } from "vitest";
import { publishFolder } from "../../src/app/publish-files.ts";
import type { Problem } from "../../src/domain/problem.ts";
import { checkProcedure } from "../../src/engine/check-procedure.ts";
import { InvalidError } from "../../src/ports/errors.ts";
import { workspaceId } from "../support/conversation.ts";
import { createMemoryProcedures } from "../support/memory-procedures.ts";

/** What became of a text that was to be published as a procedure. */
export interface Publication {
  readonly problems: readonly Problem[];
  readonly message: string;
  readonly writes: number;
}

/** Publishes one file exactly as the process does at its start. Throws what is no InvalidError. */
export async function publish(name: string, text: string): Promise<Publication> {
  const store = createMemoryProcedures();
  try {
    await publishFolder({
      files: [{ name, text }],
      store,
      workspace: workspaceId("attacked"),
      check: (procedure) => checkProcedure(procedure, {}),
    });
    return { problems: [], message: "", writes: store.writes() };
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    return { problems: error.problems, message: error.message, writes: store.writes() };
  }
}

/** The text of a procedure's JSON file with these steps; `overrides` take the place of its fields. */
export function fileOf(steps: readonly object[], overrides: object = {}): string {
  return JSON.stringify({ slug: "attack", name: "Attack", trigger: { when: "When attacked" }, steps, ...overrides });
}

/**
 * Expects that the step `hostile` keeps its whole file from being published, that the error names it and says how to
 * mend it, and that nothing was stored.
 */
export async function expectRefusedAtPublish(steps: readonly object[], says: RegExp = /./): Promise<void> {
  const { problems, message, writes } = await publish("attack.json", fileOf(steps));
  expect(writes).toBe(0);
  expect(problems.map(({ stepId }) => stepId)).toContain("hostile");
  for (const { mend } of problems) expect(mend.length).toBeGreaterThan(5);
  expect(message).toMatch(/^attack\.json:\d+:\d+ step hostile: .+\. Mend: .+\.$/m);
  expect(message).toMatch(says);
}

/** Expects that these steps are a good procedure, so that what is tried with them is not refused for another reason. */
export async function expectPublished(steps: readonly object[]): Promise<void> {
  expect(await publish("attack.json", fileOf(steps))).toMatchObject({ problems: [], writes: 1 });
}

/** Every place of a procedure where a template can stand, as the step `hostile` around it. */
export const sinks: ReadonlyMap<string, (template: string) => object> = new Map(
  Object.entries({
    "a message": (content) => ({ kind: "message", content }),
    "a question": (prompt) => ({ kind: "collect", variable: "asked", prompt }),
    "a path": (template) => ({ kind: "call", url: `https://api.example.com/orders/${template}` }),
    "a query": (template) => ({ kind: "call", url: `https://api.example.com/orders?id=${template}` }),
    "a header": (template) => ({ ...plainCall, headers: { "X-Note": template } }),
    "a body": (note) => ({ ...plainCall, method: "POST", body: { note } }),
    "a body's text": (note) => ({ ...plainCall, method: "POST", body: JSON.stringify({ a: [{ note }] }) }),
    "a ticket's subject": (subject) => action("create_ticket", { subject, priority: "HIGH" }),
    "a mail's recipient": (to) => action("send_email", { to, subject: "Hi", body: "Hi" }),
    "a mail's body": (body) => action("send_email", { to: "a@example.com", subject: "Hi", body }),
    "a variable": (value) => ({ kind: "set", variable: "made", value }),
    "a reason": (reason) => ({ kind: "escalate", reason }),
  } satisfies { readonly [name: string]: (template: string) => object }).map(([name, make]) => [
    name,
    (template: string) => ({ id: "hostile", ...make(template) }),
  ]),
);

const plainCall = { kind: "call", url: "https://api.example.com/orders" } as const;

function action(name: string, parameters: object): object {
  return { kind: "action", action: name, parameters };
}
