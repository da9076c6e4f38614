import { defaultTexts } from "../../src/domain/texts.ts";
import { company } from "../support/slack/company.ts";
import { findMessage } from "../support/slack/messages.ts";
import { type Kind, kinds } from "./process-procedures.ts";
import { buttonsOn, handOffOf, type SlackScene, type SlackSpot, saidIn } from "./process-slack-scene.ts";
import { canary, pause } from "./process-supervisor.ts";
import type { Random } from "./simulation-random.ts";

/** Something that was written to Usher in Slack, and acknowledged with 200. */
export interface Acknowledged {
  readonly ts: string;
  readonly text: string;
}

/** One customer's story, in a thread of its own. */
export interface SlackStory extends SlackSpot {
  readonly id: string;
  readonly kind: Kind;
  readonly order: string;
  readonly note: string;
  /** The first message of its thread; null until that is acknowledged. */
  root: string | null;
  /** What the customer wrote to Usher. */
  readonly said: Acknowledged[];
  /** What a person said to the customer, and the customer to the person, by way of Usher. */
  readonly relayed: { toCustomer: Acknowledged | null; toPerson: Acknowledged | null };
  /** The card that gave it to people. */
  handOff: string | null;
  ended: "completed" | "people" | null;
}

const pressAgainMs = 1000;

/** A customer who wants one thing and sees it through, whatever becomes of the process meanwhile. */
export async function converseInSlack(
  scene: SlackScene,
  random: Random,
  spot: SlackSpot,
  number: number,
  stories: SlackStory[],
): Promise<void> {
  const { slack, until } = scene;
  const kind = random.pick(kinds);
  const order = `${100_000 + number}`;
  const story: SlackStory = {
    ...spot,
    ...{ id: `order ${order}`, kind, order, note: `${canary} ${order}`, root: null, said: [] },
    ...{ relayed: { toCustomer: null, toPerson: null }, handOff: null, ended: null },
  };
  stories.push(story);
  const say = async (text: string): Promise<Acknowledged> => {
    const { message } = await scene.people.writes({
      ...spot,
      text,
      ...(story.root === null ? {} : { thread: story.root }),
    });
    story.root ??= message.ts;
    return { ts: message.ts, text };
  };
  const hears = (text: string): boolean =>
    saidIn(slack, story.channel, story.root ?? "").some((message) => message.text === text);
  const handOff = () => handOffOf(slack, story.channel, story.root ?? "");
  story.said.push(await say(`${kind} request please`));
  await until(() => hears(`${kind}: which order?`));
  story.said.push(await say(order));
  await until(() => hears(`${kind}: which note?`));
  story.said.push(await say(story.note));
  const card = await until(() => handOff() ?? (kind !== "charlie" && hears(`${kind}: done with ${order}`) && "done"));
  if (card === "done") {
    story.ended = "completed";
    return;
  }
  story.handOff = card.ts;
  await passToPerson(scene, story, say);
  await until(() => hears(defaultTexts.resolved));
  story.ended = "people";
}

/** An agent answers under the card of the hand-off, the customer answers the agent, and the agent resolves. */
async function passToPerson(
  { slack, people, interactions, until }: SlackScene,
  story: SlackStory,
  say: (text: string) => Promise<Acknowledged>,
): Promise<void> {
  const { order, relayed, handOff } = story;
  const at = { channel: company.agents, ts: handOff ?? "" };
  const hears = (channel: string, root: string, words: string): boolean =>
    saidIn(slack, channel, root).some(({ text }) => text.includes(words));
  const reply = `${canary} reply ${order}`;
  const written = await people.writes({ user: company.artur, channel: at.channel, thread: at.ts, text: reply });
  relayed.toCustomer = { ts: written.message.ts, text: reply };
  await until(() => hears(story.channel, story.root ?? "", reply));
  const thanks = `${canary} thanks ${order}`;
  relayed.toPerson = await say(thanks);
  await until(() => hears(at.channel, at.ts, thanks));
  // Slack repeats no press: whoever sees the button still there presses again.
  const isOpen = (): boolean => buttonsOn(findMessage(slack.state, at.channel, at.ts)?.blocks ?? []).has("resolve");
  while (isOpen()) {
    await interactions.presses({ user: company.artur, ...at, actionId: "press:resolve" });
    const late = new AbortController();
    await Promise.race([until(() => !isOpen()), pause(pressAgainMs, late.signal)]);
    late.abort();
  }
}
