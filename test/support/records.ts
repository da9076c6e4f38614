import { type Installation, installationSchema } from "../../src/domain/installation.ts";
import type { Lead } from "../../src/domain/lead.ts";
import type { Mail } from "../../src/domain/mail.ts";
import { type Procedure, procedureSchema } from "../../src/domain/procedure.ts";
import type { RunRecord } from "../../src/domain/run-record.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import type { Answer } from "../../src/ports/store.ts";
import { aRun, conversationId, nonceNumber, someMoment, workspaceId } from "./conversation.ts";

const basics = {
  workspace: workspaceId("demo"),
  effectId: `${nonceNumber(1)}-5`,
  conversationId: conversationId("web:maria:1"),
  createdAt: someMoment,
};

/** A valid procedure with the slug `refund-request` and one step; `overrides` take the place of its fields. */
export function aProcedure(overrides: Partial<Procedure> = {}): Procedure {
  const procedure = procedureSchema.parse({
    slug: "refund-request",
    name: "Refund request",
    trigger: { when: "The customer wants money back" },
    steps: [{ id: "hello", kind: "message", content: "Hello {{ customer.name }}" }],
  });
  return { ...procedure, ...overrides };
}

/** The record of a completed run of `refund-request`; `overrides` take the place of its fields. */
export function aRunRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  const { wait, ending, walked, ...run } = aRun();
  const end = { ended: "completed", endedAt: someMoment, reason: null } as const;
  return { ...run, ...end, conversationId: basics.conversationId, ...overrides };
}

/** A short answer of a call; `overrides` take the place of its fields. */
export function anAnswer(overrides: Partial<Answer> = {}): Answer {
  const { workspace, effectId } = basics;
  return { workspace, effectId, runId: `${nonceNumber(1)}-0`, at: someMoment, body: "{}", cut: false, ...overrides };
}

/** A ticket without its number; `overrides` take the place of its fields. */
export function aDraftOfTicket(overrides: Partial<Omit<Ticket, "number">> = {}): Omit<Ticket, "number"> {
  return { ...basics, subject: "A broken lid", priority: "NORMAL", description: null, ...overrides };
}

/** A lead that nobody has stored yet, with an address and nothing else; `overrides` take the place of its fields. */
export function aDraftOfLead(overrides: Partial<Lead> = {}): Omit<Lead, "id" | "updatedAt"> {
  const empty = { name: null, phone: null, company: null, companySize: null, notes: null };
  return { ...basics, email: "maria@example.com", ...empty, ...overrides };
}

/** A mail that is kept and not sent; `overrides` take the place of its fields. */
export function aMail(overrides: Partial<Mail> = {}): Mail {
  return { ...basics, to: "maria@example.com", subject: "Your order", body: "Dear Maria", sent: false, ...overrides };
}

/** Usher in the Slack team T1 of the workspace demo; `overrides` take the place of its fields. */
export function anInstallation(overrides: Partial<Installation> = {}): Installation {
  const installation = installationSchema.parse({
    workspace: basics.workspace,
    platform: "slack",
    name: "Demo team",
    team: "T1",
    organisation: null,
    botUser: "U1",
    botToken: "xoxb-token-of-demo",
    scopes: ["chat:write", "im:history"],
    by: "U2",
    installedAt: someMoment,
  });
  return { ...installation, ...overrides };
}
