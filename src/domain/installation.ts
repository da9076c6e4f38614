import { z } from "zod";
import { workspaceIdSchema } from "./ids.ts";
import type { DeepReadonly } from "./json.ts";
import { platformSchema } from "./person.ts";

/**
 * Usher in a workspace of a platform. `botToken` is a secret. `botUser`: who the bot is there, so that its own words and
 * mentions of it are known. `team` and `organisation`: the platform's ids of where it is installed; who belongs to
 * neither is external. `by`: who installed it.
 */
export const installationSchema = z.object({
  workspace: workspaceIdSchema,
  platform: platformSchema,
  name: z.string().max(200),
  team: z.string().max(100).nullable(),
  organisation: z.string().max(100).nullable(),
  botUser: z.string().min(1).max(100),
  botToken: z.string().min(1).max(2000),
  scopes: z.array(z.string().max(100)).max(200),
  by: z.string().max(100).nullable(),
  installedAt: z.number(),
});
export type Installation = DeepReadonly<z.infer<typeof installationSchema>>;
