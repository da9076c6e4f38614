import { z } from "zod";
import { actionNameSchema, parametersSchema } from "./action.ts";
import { httpMethodSchema } from "./http-request.ts";
import { type DeepReadonly, jsonSchema } from "./json.ts";
import { limits } from "./limits.ts";
import { variableSchema } from "./variable.ts";

const stepId = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/, "use lower-case letters, digits, - and _, starting with a letter")
  .max(64);

const target = stepId.describe("The id of a step, or `end`");

const approval = z
  .enum(["auto", "notify", "require"])
  .default("auto")
  .describe("auto: runs at once; notify: runs at once and the agents see the outcome; require: waits for an agent");

const named = {
  id: stepId.describe("Stable: jumps name it, and it never changes when steps move"),
  title: z.string().max(100).optional(),
};
const flowing = {
  ...named,
  next: target.optional().describe("The step after this one; without it, the following one"),
};

const messageStep = z.strictObject({
  kind: z.literal("message"),
  ...flowing,
  content: z.string().min(1).describe("What to say; may contain {{ variables }}"),
});

const collectStep = z.strictObject({
  kind: z.literal("collect"),
  ...flowing,
  variable: variableSchema,
  prompt: z.string().min(1),
  validation: z.enum(["text", "email", "phone", "number"]).default("text"),
  choices: z.array(z.string().trim().min(1).max(75)).min(1).max(25).optional(),
  sensitive: z.boolean().default(false).describe("Shown as dots everywhere"),
  attempts: z.number().int().min(1).max(20).optional().describe("After so many invalid answers a person takes over"),
});

const conditionStep = z.strictObject({
  kind: z.literal("condition"),
  ...named,
  variable: z.string().min(1).max(200).describe("A variable or a path into one, as in order_data.refundable"),
  operator: z.enum(["equals", "contains", "gt", "lt", "gte", "lte", "exists", "not_exists"]),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  then: target,
  else: target,
});

const callStep = z.strictObject({
  kind: z.literal("call"),
  ...flowing,
  url: z.string().min(1).describe("An https URL, or one that starts with {{connections.NAME}}"),
  method: httpMethodSchema.default("GET"),
  headers: z
    .record(z.string(), z.string())
    .refine((headers) => Object.keys(headers).length <= limits.headers, `at most ${limits.headers} headers`)
    .optional(),
  body: jsonSchema.optional().describe("JSON whose texts may contain {{ variables }}"),
  response: variableSchema.optional().describe("The variable that gets the answer's body"),
  repeatable: z
    .boolean()
    .optional()
    .describe("Whether the call may be repeated safely; by default GET, HEAD, PUT and DELETE"),
  approval,
  onError: target.optional().describe("Where to go when the answer is an error; by default to a person"),
});

const actionStep = z.strictObject({
  kind: z.literal("action"),
  ...flowing,
  action: actionNameSchema,
  parameters: parametersSchema.default({}),
  response: variableSchema.optional().describe("The variable that gets the action's outputs as one object"),
  approval,
  onError: target.optional(),
});

const setStep = z.strictObject({
  kind: z.literal("set"),
  ...flowing,
  variable: variableSchema,
  value: z.union([z.string(), z.number(), z.boolean()]),
});

const escalateStep = z.strictObject({
  kind: z.literal("escalate"),
  ...named,
  reason: z.string().min(1).describe("What the customer is told, and the agents too"),
});

/** One step of a procedure, as it stands in a file. */
export const stepSchema = z.discriminatedUnion("kind", [
  messageStep,
  collectStep,
  conditionStep,
  callStep,
  actionStep,
  setStep,
  escalateStep,
]);
export type Step = DeepReadonly<z.infer<typeof stepSchema>>;
export type StepKind = Step["kind"];
export type StepOf<Kind extends StepKind> = Extract<Step, { readonly kind: Kind }>;
