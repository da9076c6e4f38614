import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a customer of the load wants; each kind has a procedure of its own. */
export const kinds = ["alpha", "bravo", "charlie"] as const;
export type Kind = (typeof kinds)[number];

const ask = (kind: Kind): string => `
  - { id: ask-order, kind: collect, variable: order_id, prompt: "${kind}: which order?" }
  - { id: ask-note, kind: collect, variable: note, prompt: "${kind}: which note?" }`;
const head = (kind: Kind): string => `slug: ${kind}-request
name: ${kind} request
trigger: { when: The customer makes an ${kind} request, examples: [${kind} request please] }
steps:`;
const done = (kind: Kind): string => `
  - { id: done, kind: message, content: "${kind}: done with {{order_id}}", next: end }
`;

// Together: a call that may be repeated, one that may not, an approval, each kind of record, and a person in the end.
const bodies: { readonly [kind in Kind]: string } = {
  alpha: `
  - { id: pay, kind: call, method: POST, url: "{{connections.shop}}/credits/{{order_id}}", body: { note: "{{note}}" }, response: paid }
  - { id: ticket, kind: action, action: create_ticket, parameters: { subject: "Credit {{order_id}} {{paid.id}}", priority: HIGH } }`,
  bravo: `
  - { id: get, kind: call, url: "{{connections.shop}}/orders/{{order_id}}", response: order }
  - { id: pay, kind: call, method: POST, url: "{{connections.shop}}/credits/{{order_id}}", body: { note: "{{note}}", order: "{{order.id}}" }, response: paid, approval: require }
  - { id: lead, kind: action, action: create_lead, parameters: { email: "u{{order_id}}@example.com" }, approval: notify }`,
  charlie: `
  - { id: put, kind: call, method: PUT, url: "{{connections.shop}}/orders/{{order_id}}", body: { note: "{{note}}" }, response: put }
  - { id: mail, kind: action, action: send_email, parameters: { to: "u{{order_id}}@example.com", subject: "Order {{order_id}}", body: "{{put.id}}" }, approval: require }
  - { id: promise, kind: message, content: "charlie: done with {{order_id}}" }
  - { id: person, kind: escalate, reason: "a person ends it" }`,
};

/** Writes the procedures of the load into a folder for USHER_PROCEDURES. */
export async function writeProcedures(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const kind of kinds) {
    const steps = `${head(kind)}${ask(kind)}${bodies[kind]}${kind === "charlie" ? "\n" : done(kind)}`;
    await writeFile(join(folder, `${kind}.yaml`), steps);
  }
}
