import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { formatFileProblems } from "../../src/app/files/file-problem.ts";
import { type ProcedureCheck, readProcedureFile } from "../../src/app/files/procedure-file.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import { compile } from "../../src/engine/compile.ts";
import { readFolder } from "../../src/procedure-folder.ts";

const folder = fileURLToPath(new URL("../../examples/procedures", import.meta.url));
const check: ProcedureCheck = (procedure) => {
  const compilation = compile({ procedure, version: 1 });
  return compilation.kind === "ok" ? [] : compilation.problems;
};
const files = await readFolder(folder);

/** The example with this slug; a test whose example is bad must not go on. */
function example(slug: string): Procedure {
  const file = files.find(({ name }) => name === `${slug}.yaml`);
  const read = readProcedureFile(`${slug}.yaml`, file?.text ?? "", check);
  if (read.kind === "ok") return read.procedure;
  throw new Error(formatFileProblems(slug, read.problems));
}

/** Where a step may lead: ids, or `end`. */
function waysOut(procedure: Procedure, index: number): readonly string[] {
  const step = procedure.steps[index];
  if (step === undefined || step.kind === "escalate") return [];
  if (step.kind === "condition") return [step.then, step.else];
  return [step.next ?? procedure.steps[index + 1]?.id ?? "the last step does not name `end`"];
}

describe("the example procedures", () => {
  test("are three, whose files have their names", () => {
    expect(files.map(({ name }) => name)).toEqual([
      "lead-qualification.yaml",
      "order-status-lookup.yaml",
      "refund-request-handler.yaml",
    ]);
    for (const { name } of files) expect(`${example(name.replace(".yaml", "")).slug}.yaml`).toBe(name);
  });

  test.each(["refund-request-handler", "lead-qualification", "order-status-lookup"])(
    "pitfalls 1 and 2: every path of %s ends on purpose, every step is reached, no branch runs into another",
    (slug) => {
      const procedure = example(slug);
      const arrivals = new Map<string, number>([[procedure.steps[0]?.id ?? "", 1]]);
      procedure.steps.forEach((_, index) => {
        for (const id of waysOut(procedure, index)) arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
      });
      arrivals.delete("end");
      expect(Object.fromEntries(arrivals)).toEqual(Object.fromEntries(procedure.steps.map(({ id }) => [id, 1])));
    },
  );

  test.each(files.map(({ name, text }) => [name, text]))("%s tells editors where its schema is", (_, text) => {
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/docs\/procedure\.schema\.json\n/);
  });

  test("the refund asks, looks up, branches, and opens a ticket only with an agent's approval", () => {
    const { name, steps } = example("refund-request-handler");
    expect(name).toBe("Refund Request Handler");
    const [hello, order, reason, look, check, ticket, confirm, escalate] = steps;
    expect(steps).toHaveLength(8);
    expect(hello).toMatchObject({ kind: "message" });
    expect(order).toMatchObject({ kind: "collect", variable: "order_id", validation: "text" });
    expect(reason).toMatchObject({ kind: "collect", variable: "refund_reason", validation: "text" });
    expect(look).toMatchObject({
      kind: "call",
      method: "GET",
      url: "{{connections.shop}}/orders/{{order_id}}",
      response: "order_data",
      approval: "auto",
    });
    expect(check).toMatchObject({
      kind: "condition",
      variable: "order_data.refundable",
      operator: "equals",
      value: true,
      ...branches(ticket?.id, escalate?.id),
    });
    expect(ticket).toMatchObject({
      kind: "action",
      action: "create_ticket",
      parameters: { subject: "Refund: Order #{{order_id}}", priority: "HIGH" },
      approval: "require",
    });
    expect(confirm).toMatchObject({ kind: "message", next: "end" });
    expect(confirm).toMatchObject({ content: expect.stringMatching(/\{\{ticketId\}\}.*2 business days/) });
    expect(escalate).toMatchObject({ kind: "escalate", reason: expect.stringMatching(/eligible.*policy.*agent/i) });
  });

  test("the lead is qualified by the size of the company", () => {
    const { name, steps } = example("lead-qualification");
    expect(name).toBe("Lead Qualification");
    const [hello, ask, email, size, check, big, bigThanks, small, smallThanks] = steps;
    expect(steps).toHaveLength(9);
    expect(hello).toMatchObject({ kind: "message" });
    expect(ask).toMatchObject({ kind: "collect", variable: "name", validation: "text" });
    expect(email).toMatchObject({ kind: "collect", variable: "email", validation: "email" });
    expect(size).toMatchObject({ kind: "collect", variable: "company_size", validation: "number" });
    expect(check).toMatchObject({
      variable: "company_size",
      operator: "gte",
      value: 50,
      ...branches(big?.id, small?.id),
    });
    const parameters = { name: "{{name}}", email: "{{email}}", companySize: "{{company_size}}" };
    expect(big).toMatchObject({ kind: "action", action: "create_lead", parameters, approval: "notify" });
    expect(small).toMatchObject({ kind: "action", action: "create_lead", parameters, approval: "auto" });
    expect(bigThanks).toMatchObject({ content: expect.stringMatching(/\{\{name\}\}.*24 hours/), next: "end" });
    expect(smallThanks).toMatchObject({ content: expect.stringMatching(/\{\{name\}\}.*inbox.*link/), next: "end" });
  });

  test("the order's status is looked up and told", () => {
    const { name, steps } = example("order-status-lookup");
    expect(name).toBe("Order Status Lookup");
    expect(steps).toMatchObject([
      { kind: "collect", variable: "order_id", validation: "text" },
      {
        kind: "call",
        method: "GET",
        url: "{{connections.shop}}/orders/{{order_id}}/status",
        response: "status",
        approval: "auto",
      },
      {
        kind: "message",
        content: expect.stringMatching(/\{\{order_id\}\}.*\{\{status\.state\}\}.*\{\{status\.eta\}\}/),
        next: "end",
      },
    ]);
  });
});

function branches(yes: string | undefined, no: string | undefined): object {
  return { then: yes, else: no };
}
