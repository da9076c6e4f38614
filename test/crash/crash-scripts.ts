import { readFileSync } from "node:fs";
import { formatFileProblems } from "../../src/app/files/file-problem.ts";
import { readProcedureFile } from "../../src/app/files/procedure-file.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import { colleague, otherAgent } from "../support/chat.ts";
import { aProcedure } from "../support/procedures.ts";
import type { People } from "./crash-people.ts";
import type { Script } from "./crash-run.ts";

const goodwill = procedureAt("../fixtures/goodwill-credit.yaml");
const guarded = aProcedure(
  goodwill.steps.map((step) => (step.kind === "call" ? { ...step, approval: "require" } : step)),
  {
    slug: "guarded-payout",
    name: "Guarded payout",
    trigger: { when: "When a customer asks for a payout", examples: ["payout please"] },
  },
);
const apology = aProcedure(
  [
    { id: "tone", kind: "collect", variable: "tone", prompt: "In which tone?", choices: ["Formal", "Friendly"] },
    { id: "ask", kind: "collect", variable: "email", prompt: "To which address?", validation: "email" },
    {
      id: "mail",
      kind: "action",
      action: "send_email",
      parameters: { to: "{{email}}", subject: "We are sorry", body: "We are very sorry." },
    },
    { id: "tell", kind: "message", content: "The apology is on its way to {{email}}." },
  ],
  {
    slug: "apology",
    name: "Apology",
    trigger: { when: "When a customer wants an apology", examples: ["I want an apology"] },
  },
);

/** Every procedure that the scripts walk: the three examples as they are, and what these do not have. */
export const procedures: readonly Procedure[] = [
  procedureAt("../../examples/procedures/refund-request-handler.yaml"),
  procedureAt("../../examples/procedures/order-status-lookup.yaml"),
  procedureAt("../../examples/procedures/lead-qualification.yaml"),
  goodwill,
  guarded,
  apology,
];

const told = { firstPost: "answers", verdict: "truth", backendMs: 0 } as const;

/** The stories of R1 and R2. */
export const scripts: readonly Script[] = [
  {
    ...told,
    name: "refund/approve",
    async act(people) {
      await asksForRefund(people, "1001");
      await people.presses({ kind: "approve" }, colleague);
      await people.presses({ kind: "approve" });
      await people.reads("Your ticket number is 1");
    },
  },
  {
    ...told,
    name: "refund/reject",
    async act(people) {
      await asksForRefund(people, "1001");
      await people.presses({ kind: "reject", reason: "too late" });
      await people.reads("A colleague will get back to you here.");
      await people.presses({ kind: "resolve" });
    },
  },
  {
    ...told,
    name: "refund/impatient",
    backendMs: 2500,
    async act(people) {
      await asksForRefund(people, "1001");
      // While the call is out, so it waits in the inbox.
      await people.writes("Hello?");
      await people.reads("A colleague is looking at your request.", 2);
      await people.presses({ kind: "approve" });
      await people.reads("Your ticket number is 1");
    },
  },
  {
    ...told,
    name: "refund/cancel",
    async act(people) {
      await asksForRefund(people, "1001");
      await people.agentsSee("Will do");
      await people.writes("cancel");
      await people.reads("I have stopped here.");
    },
  },
  {
    ...told,
    name: "refund/expired",
    async act(people) {
      await asksForRefund(people, "1001");
      await people.agentsSee("Will do");
      await people.wait(limits.approvalReminderMs);
      await people.agentsSee("Still waiting for a decision");
      await people.wait(limits.approvalMs - limits.approvalReminderMs);
      await people.reads("This is taking longer than it should.");
      await people.presses({ kind: "resolve" });
    },
  },
  {
    ...told,
    name: "refund/hand-off",
    async act(people) {
      await asksForRefund(people, "1002");
      await people.reads("An agent will look at your case");
      await people.writes("Please, it was a present.");
      await people.agentsSee("it was a present");
      await people.answers("I will make an exception.");
      await people.reads("I will make an exception.");
      await people.presses({ kind: "handBack" });
      await people.reads("Usher is back.");
    },
  },
  {
    ...told,
    name: "order-status",
    async act(people) {
      await people.writes("Where is my order?");
      await people.reads("What is your order number?");
      await people.writes("1001");
      await people.reads("Expected delivery");
    },
  },
  {
    ...told,
    name: "order-status/outside",
    async act(people) {
      await people.writes("Where is my order?");
      await people.reads("What is your order number?");
      await people.writesOutside("1001");
      await people.reads("Expected delivery");
    },
  },
  {
    ...told,
    name: "order-status/silence",
    async act(people) {
      await people.writes("Where is my order?");
      await people.reads("What is your order number?");
      await people.wait(limits.silenceReminderMs);
      await people.reads("Are you still there?");
      await people.wait(limits.silenceMs - limits.silenceReminderMs);
      await people.reads("I have closed this request.");
    },
  },
  { ...told, name: "lead/small", act: (people) => asksForPricing(people, "12", "have a look into your inbox") },
  { ...told, name: "lead/big", act: (people) => asksForPricing(people, "250", "Our sales team") },
  {
    ...told,
    name: "payout/approve",
    async act(people) {
      await asksFor(people, "payout please");
      await people.presses({ kind: "approve" });
      await people.reads("Credited under R-1001.");
      await people.pressesTooLate({ kind: "reject", reason: "on second thoughts" }, otherAgent);
    },
  },
  {
    ...told,
    name: "credit/happened",
    firstPost: "done, but no answer",
    async act(people) {
      await asksFor(people, "goodwill credit please");
      await people.reads("Credited under R-1001.");
    },
  },
  {
    ...told,
    name: "credit/run-again",
    firstPost: "not done, and no answer",
    async act(people) {
      await asksFor(people, "goodwill credit please");
      await people.reads("Credited under R-1001.");
    },
  },
  {
    ...told,
    name: "credit/stop",
    firstPost: "done, but no answer",
    verdict: "stop",
    async act(people) {
      await asksFor(people, "goodwill credit please");
      await people.reads("I have passed this on to a colleague");
      await people.presses({ kind: "resolve" });
    },
  },
  {
    ...told,
    name: "apology",
    async act(people) {
      await people.writes("I want an apology");
      await people.reads("In which tone?");
      await people.writes("friendly");
      await people.reads("To which address?");
      await people.writes("ann@example.com");
      await people.reads("The apology is on its way");
    },
  },
];

async function asksForRefund(people: People, order: string): Promise<void> {
  await people.writes("I want a refund");
  await people.reads("What is your order number?");
  await people.writes(order);
  await people.reads("why would you like a refund?");
  await people.writes("It arrived broken");
}

async function asksForPricing(people: People, size: string, last: string): Promise<void> {
  await people.writes("I want enterprise pricing");
  await people.reads("What is your name?");
  await people.writes("Ann");
  await people.reads("At which e-mail address");
  await people.writes("ann@example.com");
  await people.reads("How many people");
  await people.writes(size);
  await people.reads(last);
}

async function asksFor(people: People, wish: string): Promise<void> {
  await people.writes(wish);
  await people.reads("Which order is the credit for?");
  await people.writes("1001");
}

function procedureAt(path: string): Procedure {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const read = readProcedureFile(name, readFileSync(new URL(path, import.meta.url), "utf8"), () => []);
  if (read.kind === "ok") return read.procedure;
  throw new Error(formatFileProblems(name, read.problems));
}
