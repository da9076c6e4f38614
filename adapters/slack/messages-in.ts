import type { Installation } from "../../src/domain/installation.ts";
import type { Inbound } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import { momentOf, readCardRef } from "./address.ts";
import type { CommandAnswers } from "./commands-in.ts";
import type { Gate } from "./gate.ts";
import { authorOf, type Heard, readMessage } from "./parse.ts";
import type { SlackPeople } from "./people.ts";

export interface MessagesInOptions {
  readonly gate: Gate;
  readonly people: SlackPeople;
  readonly clock: Clock;
  /** The agents channel of a workspace, where it is one of Slack's. */
  readonly agentsChannelOf: (workspace: Installation["workspace"]) => string | null;
  readonly commands: CommandAnswers;
}

// The reference of a card is stored a moment after the card can be seen. Whoever is that quick waits here, since Slack may
// send the message again only a minute later; but not for longer than Slack itself waits.
const justPostedMs = 60_000;
const patienceMs = 2000;
const lookEveryMs = 100;

/** Takes in what a `message` or `app_mention` event says. Resolved means stored. Throws TransientError. */
export function createMessagesIn(options: MessagesInOptions) {
  const { gate, people, agentsChannelOf, commands } = options;
  return async (installation: Installation, payload: unknown): Promise<void> => {
    const author = authorOf(payload);
    const from = author === null ? null : await people.of(installation, author.user, author.team);
    const { workspace, botUser } = installation;
    const heard = readMessage(payload, { workspace, botUser, agentsChannel: agentsChannelOf(workspace), from });
    if (heard.kind === "nothing") return;
    if (heard.kind === "command") return commands.inThread(installation, heard);
    await gate.answer((inbound) => take(options, inbound, installation, heard));
  };
}

async function take(
  { clock }: MessagesInOptions,
  inbound: Inbound,
  { workspace }: Installation,
  heard: Heard & { readonly kind: "event" | "underCard" },
): Promise<void> {
  if (heard.kind === "event") return inbound.event(heard.place, heard.event);
  const posted = momentOf(readCardRef(heard.card)?.ts ?? "0");
  const until = clock.monotonic() + patienceMs;
  try {
    while (!(await inbound.underCard(workspace, heard.card, heard.turn))) {
      if (clock.now() - posted > justPostedMs) return;
      if (clock.monotonic() >= until) throw new TransientError("The card is not known yet: Slack sends it again.");
      await new Promise<void>((resolve) => clock.after(lookEveryMs, resolve));
    }
  } catch (error) {
    // Whoever is no agent talks among the agents, and to nobody else.
    if (error instanceof PermanentError) return;
    throw error;
  }
}
