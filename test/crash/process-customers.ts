import { type Client, type ConversationView, shapes } from "./process-client.ts";
import { type Kind, kinds } from "./process-procedures.ts";
import { canary, pause } from "./process-supervisor.ts";
import type { Random } from "./simulation-random.ts";

/** One customer's story, as the customer was acknowledged and shown it. */
export interface Story {
  readonly id: string;
  readonly kind: Kind;
  readonly order: string;
  readonly note: string;
  /** What was acknowledged with 202: the text by the message's id, in order. */
  readonly acknowledged: Map<string, string>;
  /** What was shown at any time: the text by the message's id. */
  readonly shown: Map<string, string>;
  /** The last view; it ended when `ended` is set. */
  last: ConversationView | null;
  ended: "completed" | "people" | null;
}

/** What a look at a conversation showed that must not be. */
export type Complain = (story: Story, what: string) => void;

const lookMs = 60;

/** A customer who wants one thing and sees it through, whatever becomes of the process meanwhile. */
export async function converse(
  client: Client,
  random: Random,
  number: number,
  stories: Story[],
  complain: Complain,
): Promise<void> {
  const kind = random.pick(kinds);
  const begun = await client.post(shapes.id, "/api/conversations", { as: `customer-${1 + (number % 2)}` });
  if (!begun.ok) throw new Error(`a conversation could not be begun: ${begun.status}`);
  const order = `${100_000 + number}`;
  const story: Story = {
    id: begun.value.id,
    kind,
    order,
    note: `${canary} ${order}`,
    acknowledged: new Map(),
    shown: new Map(),
    last: null,
    ended: null,
  };
  stories.push(story);
  const as = `customer-${1 + (number % 2)}`;
  const say = (text: string) => write(client, random, story, as, text, complain);
  await say(`${kind} request please`);
  await until(client, story, complain, (view) => hears(view, `${kind}: which order?`));
  await say(order);
  await until(client, story, complain, (view) => hears(view, `${kind}: which note?`));
  await say(story.note);
  // A run is over a moment before its last words are shown.
  const isHeard = (view: ConversationView): boolean => isOver(view) && hears(view, `${kind}: done with ${order}`);
  const end = await until(client, story, complain, (view) => isHeard(view) || view.handledBy === "people");
  story.ended = isOver(end) ? "completed" : await passToPerson(client, story, complain);
}

/** Looks at the conversation and notes what is shown; what was shown before must still be there. */
export async function look(client: Client, story: Story, complain: Complain): Promise<ConversationView> {
  const answered = await client.get(shapes.conversation, `/api/conversations/${story.id}`);
  if (!answered.ok) throw new Error(`conversation ${story.id} answered ${answered.status}`);
  const view = answered.value;
  const now = new Map(view.messages.map(({ id, text }) => [id, text]));
  if (now.size !== view.messages.length) complain(story, "two messages have one id");
  for (const [id, text] of story.shown) {
    if (!now.has(id)) complain(story, `what was shown is gone: message ${id}`);
    else if (now.get(id) !== text) complain(story, `what was shown reads otherwise: message ${id}`);
  }
  for (const [id, text] of now) story.shown.set(id, text);
  story.last = view;
  return view;
}

function isOver(view: ConversationView): boolean {
  return view.run === null && view.lastRun !== null && view.handledBy === "bot";
}

function hears(view: ConversationView, text: string): boolean {
  // Whoever came to people on the way there has nothing more to answer.
  return view.handledBy === "people" || view.messages.some((message) => message.text === text);
}

async function until(
  client: Client,
  story: Story,
  complain: Complain,
  satisfies: (view: ConversationView) => boolean,
): Promise<ConversationView> {
  for (;;) {
    const view = await look(client, story, complain);
    if (satisfies(view)) return view;
    await pause(lookMs);
  }
}

/** Writes until it is acknowledged; now and then twice at once, as a client does that has lost patience. */
async function write(
  client: Client,
  random: Random,
  story: Story,
  as: string,
  text: string,
  complain: Complain,
): Promise<void> {
  const id = `m${story.acknowledged.size}-${story.order}`;
  const send = () => client.post(shapes.id, `/api/conversations/${story.id}/messages`, { id, as, text });
  const sent = await Promise.all(random.chance(0.15) ? [send(), send()] : [send()]);
  for (const answered of sent) {
    if (answered.ok) story.acknowledged.set(id, text);
    else complain(story, `message ${id} was answered ${answered.status}`);
  }
}

/** An agent answers under the hand-off card and resolves. */
async function passToPerson(client: Client, story: Story, complain: Complain): Promise<"people"> {
  const id = `r-${story.order}`;
  const text = `${canary} reply ${story.order}`;
  const path = `/api/conversations/${story.id}`;
  const replied = await client.post(shapes.id, `${path}/reply`, { as: "agent-2", text, id });
  if (!replied.ok) complain(story, `an agent's reply was answered ${replied.status}`);
  await until(client, story, complain, ({ messages }) => messages.some((message) => message.text === text));
  // A resolve whose answer was lost has counted: then there is nothing to end any more (409).
  const ended = await client.post(shapes.receipt, `${path}/resolve`, { as: "agent-1" });
  if (!ended.ok && ended.status !== 409) complain(story, `a resolve was answered ${ended.status}`);
  await until(client, story, complain, (view) => isOver(view));
  return "people";
}
