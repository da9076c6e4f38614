import type { Installation } from "../../src/domain/installation.ts";
import type { Inbound } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import { momentOf, readCardRef, type SlackCard } from "./address.ts";
import type { Background } from "./background.ts";
import type { CommandAnswers } from "./commands-in.ts";
import type { Gate } from "./gate.ts";
import type { Messages } from "./messages.ts";
import { authorOf, type Heard, readMessage } from "./parse.ts";
import type { SlackPeople } from "./people.ts";
import { isHandOffCard } from "./posts.ts";
import { whisperOf } from "./whisper.ts";

export interface MessagesInOptions {
  readonly gate: Gate;
  readonly people: SlackPeople;
  readonly clock: Clock;
  /** The agents channel of a workspace, where it is one of Slack's. */
  readonly agentsChannelOf: (workspace: Installation["workspace"]) => string | null;
  readonly commands: CommandAnswers;
  readonly client: Pick<Messages, "history" | "postEphemeral">;
  readonly background: Background;
}

// The reference of a card is stored a moment after the card can be seen. Whoever is that quick waits here, since Slack may
// send the message again only a minute later; but not for longer than Slack itself waits.
const justPostedMs = 60_000;
const patienceMs = 2000;
const lookEveryMs = 100;

/** Takes in what a `message` or `app_mention` event says. Resolved means stored. Throws TransientError. */
export function createMessagesIn(options: MessagesInOptions) {
  const { gate, people, agentsChannelOf, commands } = options;
  return (installation: Installation, payload: unknown): Promise<void> =>
    gate.answer(async (inbound) => {
      const author = authorOf(payload);
      const from = author === null ? null : await people.of(installation, author.user, author.team);
      const { workspace, botUser } = installation;
      const heard = readMessage(payload, { workspace, botUser, agentsChannel: agentsChannelOf(workspace), from });
      if (heard.kind === "nothing") return;
      if (heard.kind === "command") commands.inThread(installation, heard);
      else await take(options, inbound, installation, heard);
    });
}

async function take(
  options: MessagesInOptions,
  inbound: Inbound,
  installation: Installation,
  heard: Heard & { readonly kind: "event" | "underCard" },
): Promise<void> {
  const { workspace } = installation;
  if (heard.kind === "event") return takeEvent(options, inbound, installation, heard);
  const card = readCardRef(heard.card);
  if (card === null) return;
  // They may go to a customer as the company's: who wrote them is known as surely as who decides, or Slack sends them again.
  const from = await options.people.verified(installation, heard.turn.from.id);
  const turn = { ...heard.turn, from };
  try {
    if (await isTaken(options.clock, card, () => inbound.underCard(workspace, heard.card, turn))) return;
  } catch (error) {
    // Whoever is no agent talks among the agents, and to nobody else.
    if (error instanceof PermanentError) return;
    throw error;
  }
  options.background.run("a word about a hand-off that has ended", () => tellIfEnded(options, card, turn.from.id));
}

/** Under a message of ours stands an agent's answer, or what goes on with a conversation that we began there. */
async function takeEvent(
  { clock, people }: MessagesInOptions,
  inbound: Inbound,
  installation: Installation,
  heard: Heard & { readonly kind: "event" },
): Promise<void> {
  if (!("under" in heard)) return inbound.event(heard.place, heard.event);
  const { under, place, event } = heard;
  const from = await people.verified(installation, event.turn.from.id);
  try {
    if (await inbound.underCard(installation.workspace, under, { ...event.turn, from })) return;
  } catch (error) {
    // Whoever is no agent may be the customer in whose thread a workflow has written first.
    if (!(error instanceof PermanentError)) throw error;
  }
  const card = readCardRef(under);
  // The conversation of a thread that we have only just begun may not be stored yet.
  const isOld = card !== null && clock.now() - momentOf(card.ts) > justPostedMs;
  return inbound.event(isOld ? { ...place, isOurs: true } : place, event);
}

/** Whether somebody takes it; false: nobody knows the card, and that will not change. Throws TransientError: not yet. */
async function isTaken(clock: Clock, { ts }: SlackCard, offer: () => Promise<boolean>): Promise<boolean> {
  const until = clock.monotonic() + patienceMs;
  while (!(await offer())) {
    if (clock.now() - momentOf(ts) > justPostedMs) return false;
    if (clock.monotonic() >= until) throw new TransientError("The card is not known yet: Slack sends it again.");
    await new Promise<void>((resolve) => clock.after(lookEveryMs, resolve));
  }
  return true;
}

const ended =
  "This did not reach the customer: people do not have this conversation any more. " +
  "The card at the top of this thread says how that ended.";

/** Under other cards agents talk among themselves. Which one this is, only Slack remembers once the hand-off has ended. */
async function tellIfEnded({ client }: MessagesInOptions, card: SlackCard, user: string): Promise<void> {
  const { workspace, channel, ts } = card;
  const { messages } = await client.history({ workspace, channel, threadTs: ts, oldest: 0, cursor: null });
  const root = messages.find((message) => message.ts === ts);
  if (root === undefined || !isHandOffCard(root)) return;
  await client.postEphemeral({ workspace, channel, user, threadTs: ts, post: whisperOf(ended) });
}
