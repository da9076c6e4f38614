import { readdir, readFile } from "node:fs/promises";
import { parse } from "yaml";
import { type Procedure, procedureSchema } from "../../src/domain/procedure.ts";
import type { Store } from "../../src/ports/store.ts";
import { workspace } from "./simulation-instance.ts";

// Each text of these names the run and the version, so that the journals show whether a run kept its version.
const mark = (version: number): string => `<{{ run.id }} v${version}>`;

const shop = "{{connections.shop}}";

type Steps = (version: number) => readonly object[];

const payout: Steps = (version) => [
  { id: "hello", kind: "message", content: `Payout. ${mark(version)}` },
  { id: "ask", kind: "collect", variable: "note", prompt: `What is it for? ${mark(version)}` },
  {
    id: "pay",
    kind: "call",
    method: "POST",
    url: `${shop}/approved?run={{ run.id }}&v=${version}`,
    body: { note: "{{ note }}" },
    response: "paid",
    approval: "require",
  },
  { id: "tell", kind: "message", content: `Paid {{ paid.id }} for {{ note }}. ${mark(version)}` },
];

const transfer: Steps = (version) => [
  { id: "ask", kind: "collect", variable: "to", prompt: `To which e-mail? ${mark(version)}`, validation: "email" },
  {
    id: "debit",
    kind: "call",
    method: "POST",
    url: `${shop}/debit?run={{ run.id }}&v=${version}`,
    body: { to: "{{ to }}" },
    response: "debit",
    onError: "sorry",
  },
  {
    id: "credit",
    kind: "call",
    method: "POST",
    url: `${shop}/credit?run={{ run.id }}&v=${version}`,
    body: { debit: "{{ debit.id }}" },
    response: "credit",
    approval: "notify",
  },
  { id: "tell", kind: "message", content: `Moved {{ credit.id }} to {{ to }}. ${mark(version)}`, next: "end" },
  { id: "sorry", kind: "message", content: `That did not work for {{ to }}. ${mark(version)}` },
];

const account: Steps = (version) => [
  { id: "ask", kind: "collect", variable: "mail", prompt: `Your e-mail? ${mark(version)}`, validation: "email" },
  { id: "age", kind: "collect", variable: "age", prompt: `Your age, a number? ${mark(version)}`, validation: "number" },
  {
    id: "store",
    kind: "call",
    method: "PUT",
    url: `${shop}/accounts/{{ mail }}?run={{ run.id }}&v=${version}`,
    body: { age: "{{ age }}" },
    approval: "require",
  },
  {
    id: "letter",
    kind: "action",
    action: "send_email",
    parameters: { to: "{{ mail }}", subject: "Welcome", body: `Hello {{ mail }} ${mark(version)}` },
    approval: "notify",
  },
  { id: "tag", kind: "action", action: "tag_session", parameters: { tag: "known" } },
  { id: "tell", kind: "message", content: `Stored {{ mail }}. ${mark(version)}` },
];

const feedback: Steps = (version) => [
  { id: "ask", kind: "collect", variable: "word", prompt: `What do you think? ${mark(version)}` },
  { id: "again", kind: "condition", variable: "word", operator: "contains", value: "more", then: "ask", else: "pass" },
  { id: "pass", kind: "escalate", reason: `Somebody reads this: {{ word }} ${mark(version)}` },
];

const own: { readonly [slug: string]: Steps } = { payout, transfer, account, feedback };

/** A procedure of the simulation itself, whose texts and requests name the run and this version. */
export function procedureOf(slug: string, version: number): Procedure {
  const steps = own[slug]?.(version);
  return procedureSchema.parse({ slug, name: slug, trigger: { when: `Asks for ${slug}` }, steps });
}

/** Which of them can be published anew. */
export const ownSlugs = Object.keys(own);

const folders = ["examples/procedures", "test/fixtures"];

/** The examples that Usher ships, and the fixtures. */
export async function readExamples(): Promise<readonly Procedure[]> {
  const found: Procedure[] = [];
  for (const folder of folders) {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).toSorted();
    for (const name of names) found.push(procedureSchema.parse(parse(await readFile(`${folder}/${name}`, "utf8"))));
  }
  return found;
}

/** Publishes everything once, and gives the agents their roles. */
export async function prepareStore(store: Store, examples: readonly Procedure[]): Promise<void> {
  for (const procedure of [...examples, ...ownSlugs.map((slug) => procedureOf(slug, 1))]) {
    await store.procedures.publish(workspace, procedure, 0);
  }
  for (const id of ["agent-1", "agent-2", "outsider"]) await store.roles.set(workspace, "web", id, "agent");
}
