import type { App, Context } from "@slack/bolt";
import { z } from "zod";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Background } from "./background.ts";
import { actionIds } from "./buttons.ts";
import type { CommandAnswers } from "./commands-in.ts";
import type { ShowHome } from "./home.ts";
import { uninstalledIds } from "./installation-ids.ts";
import type { Installations } from "./installations.ts";
import type { Interactions } from "./interactions-in.ts";
import { modalIds } from "./modals.ts";
import { startShortcut } from "./parse-shortcut.ts";
import { runStep } from "./parse-step.ts";
import type { SuggestPrompts } from "./prompts.ts";
import type { Shortcuts } from "./shortcuts-in.ts";
import { respondWith } from "./show-drawn.ts";
import type { RunSteps } from "./steps-in.ts";

export interface Listeners {
  readonly installations: Installations;
  readonly messages: (installation: Installation, event: unknown) => Promise<void>;
  readonly interactions: Interactions;
  readonly shortcuts: Pick<Shortcuts, "used">;
  readonly steps: RunSteps;
  readonly commands: CommandAnswers;
  readonly showHome: ShowHome;
  readonly suggestPrompts: SuggestPrompts;
  readonly background: Background;
  /** Who can read a channel has changed. */
  readonly sharingChanged: (installation: Installation, channel: string) => void;
  /** Usher is not installed there any more. Resolved means that its token is destroyed. */
  readonly uninstalled: (installation: Installation) => Promise<void>;
}

/** The name of the command in Slack, as it stands in the manifest. */
const slashCommand = "/procedures";

/** Registers everything that Usher hears in Slack: each listener stores first, and is acknowledged after that. */
export function listen(app: App, listeners: Listeners): void {
  listenToEvents(app, listeners);
  listenToUninstalls(app, listeners);
  listenToPeople(app, listeners);
}

function listenToEvents(app: App, listeners: Listeners): void {
  const { installations, messages, steps, showHome, suggestPrompts, background, sharingChanged } = listeners;
  app.event("message", ({ event, context }) => messages(installationIn(installations, context), event));
  app.event("app_mention", ({ event, context }) => messages(installationIn(installations, context), event));
  app.event("app_home_opened", async ({ event, context }) => {
    const installation = installationIn(installations, context);
    if (event.tab === "home") background.run("App Home", () => showHome(installation, event.user));
    else background.run("suggested prompts", () => suggestPrompts(installation, event.channel));
  });
  app.event("channel_shared", async ({ event, context }) => {
    sharingChanged(installationIn(installations, context), event.channel);
  });
  app.event("channel_unshared", async ({ event, context }) => {
    sharingChanged(installationIn(installations, context), event.channel);
  });
  // Else Bolt says that the event is taken before it is.
  app.function(runStep, { autoAcknowledge: false }, async ({ ack, body, context }) => {
    await steps(installationIn(installations, context), body, context.retryNum !== undefined);
    await ack();
  });
}

// A bot's token at least, and not only those of people.
const revokedSchema = z.object({ tokens: z.object({ bot: z.array(z.unknown()).min(1) }) });

function listenToUninstalls(app: App, { installations, uninstalled }: Listeners): void {
  const uninstalledBy = async (body: unknown): Promise<void> => {
    const installation = installations.find(uninstalledIds(body));
    if (installation !== null) await uninstalled(installation);
  };
  app.event("app_uninstalled", ({ body }) => uninstalledBy(body));
  app.event("tokens_revoked", async ({ event, body }) => {
    if (revokedSchema.safeParse(event).success) await uninstalledBy(body);
  });
}

function listenToPeople(app: App, { installations, interactions, shortcuts, commands, background }: Listeners): void {
  app.action(new RegExp(`^(?:${Object.values(actionIds).join("|")})`), async ({ ack, body, context }) => {
    await interactions.pressed(installationIn(installations, context), body);
    await ack();
  });
  app.view(new RegExp(`^(?:${Object.values(modalIds).join("|")})$`), async ({ ack, body, view, context }) => {
    const submission = { user: body.user.id, view };
    await ack(await interactions.submitted(installationIn(installations, context), submission));
  });
  app.shortcut({ callback_id: startShortcut, type: "message_action" }, async ({ ack, body, context, respond }) => {
    const words = await shortcuts.used(installationIn(installations, context), body);
    if (words !== null) {
      const answer = { response_type: "ephemeral", replace_original: false, text: words } as const;
      background.run("a shortcut's answer in words", () => respond(answer));
    }
    await ack();
  });
  app.command(slashCommand, async ({ ack, command, context, respond }) => {
    const installation = installationIn(installations, context);
    const { user_id: user, user_name: name, channel_id: channel, trigger_id: key, text } = command;
    const by = { platform: "slack" as const, id: user, name, role: "customer" as const, external: false };
    const at = { workspace: installation.workspace, channel, thread: null };
    commands.bySlash(installation, { by, text, at, key }, (post) => respondWith(respond, post));
    await ack();
  });
}

/** `authorize` has found it a moment ago. Throws Error if it has gone meanwhile: then Slack sends the event again. */
function installationIn(installations: Installations, context: Context): Installation {
  const found = installations.of(workspaceIdSchema.parse(context["workspace"]));
  if (found === null) throw new Error("Usher has just been uninstalled there.");
  return found;
}
