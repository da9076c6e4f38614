import type { Action } from "../domain/action.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Outgoing } from "../domain/effect.ts";
import { limits } from "../domain/limits.ts";
import type { Mail } from "../domain/mail.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Mailer } from "../ports/mail.ts";
import type { Store } from "../ports/store.ts";

/** What internal actions need. `mailer` null: mails are kept and not sent. */
export interface ActOptions {
  readonly mailer: Mailer | null;
  readonly store: Pick<Store, "tickets" | "leads" | "mails">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Carries out one internal action, once per effect id, and answers its outputs. */
export async function act(
  options: ActOptions,
  conversation: Conversation,
  of: Outgoing,
  action: Action,
): Promise<Outcome> {
  const { store, clock } = options;
  const base = {
    workspace: conversation.workspace,
    conversationId: conversation.id,
    effectId: of.id,
    createdAt: clock.now(),
  };
  switch (action.kind) {
    case "create_ticket": {
      const { subject, priority, description = null } = action;
      const ticket = await store.tickets.create({ ...base, subject, priority, description });
      return { kind: "done", value: { ticketId: String(ticket.number) } };
    }
    case "create_lead": {
      const { email, name = null, phone = null, company = null, companySize = null, notes = null } = action;
      const lead = await store.leads.upsert({ ...base, email, name, phone, company, companySize, notes });
      return { kind: "done", value: { leadId: lead.id } };
    }
    case "send_email":
      return sendMail(options, { ...base, to: action.to, subject: action.subject, body: action.body, sent: false });
    case "resolve_session":
    case "tag_session":
      // The engine does these itself; one that got here must not look done.
      return { kind: "failed", reason: "this action changes the conversation and is never sent out" };
    default:
      return action satisfies never;
  }
}

async function sendMail({ mailer, store, log }: ActOptions, mail: Mail): Promise<Outcome> {
  const value = { mailId: mail.effectId };
  if (mailer === null) {
    await store.mails.put(mail);
    return { kind: "done", value };
  }
  const outcome = await mailer.send(mail, limits.callTimeoutMs);
  if (outcome.kind !== "done") return outcome;
  // It has left: that it cannot be listed must not make it look unsent.
  await store.mails.put({ ...mail, sent: true }).catch((error: unknown) => {
    log.error({ effect: mail.effectId, error }, "A mail was sent but could not be kept for the list.");
  });
  return { kind: "done", value };
}
