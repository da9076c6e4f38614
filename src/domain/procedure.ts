import { z } from "zod";
import type { DeepReadonly } from "./json.ts";
import { limits } from "./limits.ts";
import { stepSchema } from "./step.ts";

const slugSchema = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "use lower-case letters, digits and single hyphens")
  .max(64);

const utterances = z.array(z.string().trim().min(1).max(500)).max(50);

/** A procedure as an admin writes it. Steps have stable ids; numbers are only labels for people. */
export const procedureSchema = z.strictObject({
  slug: slugSchema.describe("The stable name in addresses and commands, unique in the workspace"),
  name: z.string().trim().min(1).max(100).describe("What people see"),
  description: z.string().max(1000).default("").describe("A note for admins"),
  trigger: z
    .strictObject({
      when: z.string().trim().min(1).max(1000).describe("When this procedure should start, in plain words"),
      examples: utterances.default([]).describe("What customers write when they want this"),
      not: utterances.default([]).describe("What customers write when they want something else"),
    })
    .describe("How Usher recognises that a customer wants this procedure"),
  answers: z
    .enum(["starter", "anyone"])
    .default("starter")
    .describe("Who may answer: the person who started the run, or anyone of the customer's side"),
  steps: z.array(stepSchema).min(1, "a procedure needs at least one step").max(limits.procedureSteps),
});
export type Procedure = DeepReadonly<z.infer<typeof procedureSchema>>;
export type Trigger = Procedure["trigger"];

/** One published version; it never changes, and later rules never judge it again. */
export interface PublishedProcedure {
  readonly procedure: Procedure;
  readonly version: number;
}
