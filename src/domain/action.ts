import { z } from "zod";
import { type DeepReadonly, jsonSchema } from "./json.ts";

export const actionNameSchema = z.enum([
  "create_ticket",
  "create_lead",
  "send_email",
  "resolve_session",
  "tag_session",
]);
export type ActionName = z.infer<typeof actionNameSchema>;

export const prioritySchema = z.enum(["LOW", "NORMAL", "HIGH", "URGENT"]);
export type Priority = z.infer<typeof prioritySchema>;

// One line: it may become a mail's header, where a line break would begin another one.
const line = z
  .string()
  .transform((text) => text.replace(/\p{Cc}+/gu, " ").trim())
  .pipe(z.string().min(1).max(500));

// An address goes into a mail header and a lead's key: one plain address, nothing that could add a second recipient.
const emailAddress = z.email().max(254);

/** One internal action with its rendered parameters: exactly what an agent approves and what is carried out. */
export const actionSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("create_ticket"),
    subject: line,
    priority: prioritySchema,
    description: z.string().max(10_000).optional(),
  }),
  z.object({
    kind: z.literal("create_lead"),
    email: emailAddress,
    name: line.optional(),
    phone: line.optional(),
    company: line.optional(),
    companySize: z.number().nonnegative().optional(),
    notes: z.string().max(10_000).optional(),
  }),
  z.object({
    kind: z.literal("send_email"),
    to: emailAddress,
    subject: line,
    body: z.string().min(1).max(16_384),
  }),
  z.object({ kind: z.literal("resolve_session") }),
  z.object({ kind: z.literal("tag_session"), tag: z.string().trim().min(1).max(64) }),
]);
export type Action = DeepReadonly<z.infer<typeof actionSchema>>;

/** What a parameter of an action may look like in a procedure, before it is rendered. */
export const parametersSchema = z.record(z.string(), jsonSchema);

/** Which parameters each action needs, which it also takes, and which variables it answers. */
export const actionTable: {
  readonly [kind in ActionName]: {
    readonly label: string;
    readonly required: readonly string[];
    readonly optional: readonly string[];
    readonly outputs: readonly string[];
  };
} = {
  create_ticket: {
    label: "create a ticket",
    required: ["subject", "priority"],
    optional: ["description"],
    outputs: ["ticketId"],
  },
  create_lead: {
    label: "create a lead",
    required: ["email"],
    optional: ["name", "phone", "company", "companySize", "notes"],
    outputs: ["leadId"],
  },
  send_email: { label: "send an e-mail", required: ["to", "subject", "body"], optional: [], outputs: ["mailId"] },
  resolve_session: { label: "resolve the conversation", required: [], optional: [], outputs: [] },
  tag_session: { label: "tag the conversation", required: ["tag"], optional: [], outputs: [] },
};
