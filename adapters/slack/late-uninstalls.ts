import type { AnyMiddlewareArgs, Middleware } from "@slack/bolt";
import { z } from "zod";
import { uninstalledIds } from "./installation-ids.ts";
import type { Installations } from "./installations.ts";

const uninstallSchema = z.object({
  event: z.object({ type: z.enum(["app_uninstalled", "tokens_revoked"]) }),
  event_time: z.number(),
});

/**
 * Keeps away what says that Usher was uninstalled, and is older than the installation that is there now. Slack repeats an
 * event for up to a day: it must not undo that somebody has installed Usher again in the meantime.
 */
export function dropLateUninstalls(installations: Pick<Installations, "find">): Middleware<AnyMiddlewareArgs> {
  return async ({ body, next }) => {
    const uninstall = uninstallSchema.safeParse(body);
    const installation = uninstall.success ? installations.find(uninstalledIds(body)) : null;
    // Slack counts whole seconds: one of the same second may be meant for this installation.
    const since = Math.floor((installation?.installedAt ?? 0) / 1000);
    if (uninstall.data === undefined || uninstall.data.event_time >= since) await next();
  };
}
