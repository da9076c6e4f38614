import type { WorkspaceId } from "../../src/domain/ids.ts";
import { conversationIdSchema } from "../../src/domain/ids.ts";
import { isAgent } from "../../src/domain/person.ts";
import type { Inbound } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Ids } from "../../src/ports/ids.ts";
import type { ConversationView, Inspector } from "../../src/ports/inspector.ts";
import type { ApiRequest, ApiRoute } from "./api-routes.ts";
import { type CardLog, replyCardId } from "./card-log.ts";
import type { Changes } from "./changes.ts";
import type { Deliveries } from "./deliveries.ts";
import { ApiError } from "./errors.ts";
import { inTime } from "./in-time.ts";
import type { LoggedConversation, LoggedMessage, MessageLog } from "./message-log.ts";
import { bodies, parseBody, placeOf, replyEvent, type Written } from "./parse.ts";
import { type People, personOf } from "./people.ts";
import { conversationJson, receiptJson, replyCard, summaryJson } from "./render.ts";

interface ConversationRouteOptions {
  readonly workspace: WorkspaceId;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: MessageLog;
  readonly cards: CardLog;
  readonly changes: Pick<Changes, "announce">;
  readonly people: People;
  readonly deliveries: Deliveries;
  readonly inspector: Pick<Inspector, "conversation" | "reveal">;
}

/** The paths under /conversations. */
export function conversationRoutes(options: ConversationRouteOptions): readonly ApiRoute[] {
  const { clock, ids, log, people } = options;
  const of = "conversation";
  return [
    {
      path: "/conversations",
      of,
      read: async () => {
        const everybody = await people.all();
        const found = log.conversations();
        return { status: 200, body: found.map((one) => summaryJson(one, log.last(one.id), everybody)) };
      },
      write: ({ body }) => {
        const { as } = parseBody(bodies.conversation, body);
        const id = conversationIdSchema.parse(`web-${ids.nonce()}`);
        log.addConversation({ id, customer: as, startedAt: clock.now() });
        return { status: 201, body: { id } };
      },
    },
    { path: "/conversations/:id", of, read: (request) => showConversation(options, request) },
    { path: "/conversations/:id/messages", of, act: (request) => takeMessage(options, request) },
    { path: "/conversations/:id/reply", of, act: (request, inbound) => takeReply(options, request, inbound) },
    { path: "/conversations/:id/handback", of, act: (request, inbound) => end(options, request, inbound, "handBack") },
    { path: "/conversations/:id/resolve", of, act: (request, inbound) => end(options, request, inbound, "resolve") },
    { path: "/conversations/:id/reveal", of, write: (request) => reveal(options, request) },
  ];
}

function find({ log }: ConversationRouteOptions, id: string): LoggedConversation {
  const found = log.conversation(id);
  if (found === null)
    throw new ApiError(404, "There is no conversation with this id: POST /api/conversations makes one.");
  return found;
}

async function showConversation(options: ConversationRouteOptions, request: ApiRequest) {
  const { workspace, log, people, deliveries, inspector } = options;
  const conversation = find(options, request.id);
  const [view, everybody] = await Promise.all([inspector.conversation(workspace, conversation.id), people.all()]);
  const messages = visible(log.thread(conversation.id), deliveries);
  return { status: 200, body: conversationJson(conversation, messages, view, everybody) };
}

// What Usher could not take in is not shown as if it had been: its writer is asked to try again. And while Usher takes
// a message in, its answer may be here already, which must not stand above it.
function visible(thread: readonly LoggedMessage[], deliveries: Deliveries): readonly LoggedMessage[] {
  const underWay = thread.findIndex(deliveries.isUnderWay);
  const settled = underWay === -1 ? thread : thread.slice(0, underWay);
  return settled.filter(({ state }) => state === "delivered");
}

async function takeMessage(options: ConversationRouteOptions, request: ApiRequest) {
  const { clock, deliveries } = options;
  const conversation = find(options, request.id).id;
  const { id, as, text } = parseBody(bodies.message, request.body);
  await inTime(clock, deliveries.deliver({ conversation, key: id, from: as, text, at: clock.now() }));
  return { status: 202, body: { id } };
}

async function takeReply(options: ConversationRouteOptions, request: ApiRequest, inbound: Inbound) {
  const { clock, ids, people, cards } = options;
  const conversation = find(options, request.id).id;
  const { as, text, id } = parseBody(bodies.reply, request.body);
  const { platform, external } = personOf(as);
  if (!isAgent({ ...(await people.load(as)), platform, external })) {
    throw new ApiError(403, "Only agents can reply to a customer.");
  }
  const key = id ?? ids.nonce();
  // Known, and passed on: also when somebody has ended the hand-off meanwhile.
  if (cards.has(replyCardId(conversation, key))) return { status: 202, body: { id: key } };
  const under = await withPeople(options, conversation);
  const at = options.log.timeAfter(conversation, clock.now());
  await inTime(clock, passOn(options, inbound, { conversation, key, from: as, text, at }, under));
  return { status: 202, body: { id: key } };
}

// Shown under the card only when Usher has the words: nobody may take them for said that never went out. Sent again
// after a crash in between, they are shown then, once.
async function passOn(
  { workspace, cards, changes }: ConversationRouteOptions,
  inbound: Inbound,
  reply: Written,
  under: string,
): Promise<void> {
  const { conversation, key, from, text, at } = reply;
  await inbound.event(placeOf(workspace, conversation), replyEvent(reply));
  const effect = replyCardId(conversation, key);
  cards.post({ effect, conversation, under, card: replyCard(personOf(from).name, text), at });
  changes.announce({ kind: "agents" });
}

async function end(
  options: ConversationRouteOptions,
  request: ApiRequest,
  inbound: Inbound,
  kind: "handBack" | "resolve",
) {
  const conversation = find(options, request.id).id;
  const { as } = parseBody(bodies.end, request.body);
  const id = await withPeople(options, conversation);
  const press = { id, card: null, by: personOf(as), action: { kind } };
  const receipt = await inTime(options.clock, inbound.press(options.workspace, press));
  return { status: 200, body: receiptJson(receipt) };
}

// Answers what ends the hand-off.
async function withPeople(options: ConversationRouteOptions, id: ConversationView["id"]): Promise<string> {
  const view = await options.inspector.conversation(options.workspace, id);
  if (view?.handOff == null) {
    throw new ApiError(
      409,
      "Usher has this conversation: only one that was handed to people can be answered or ended.",
    );
  }
  return view.handOff;
}

async function reveal(options: ConversationRouteOptions, request: ApiRequest) {
  const { workspace, people, inspector } = options;
  const conversation = find(options, request.id).id;
  const { as, variable } = parseBody(bodies.reveal, request.body);
  const by = { ...personOf(as), role: (await people.load(as)).role };
  const found = await inspector.reveal(workspace, conversation, variable, by);
  // The same answer for what is not there and for what this person may not see.
  if (found === null) throw new ApiError(404, "There is no hidden value of this name that this person may see.");
  return { status: 200, body: { value: found.value } };
}
