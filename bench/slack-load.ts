import { createDeliverer, type Deliverer, deliverUntilTaken } from "../test/support/slack/deliver.ts";
import { addMessage } from "../test/support/slack/messages.ts";
import { envelopeOf, messageEvent } from "../test/support/slack/payloads.ts";
import { channelOf } from "../test/support/slack/people.ts";
import type { SlackState } from "../test/support/slack/state.ts";
import { machineMs, type Post, type Target } from "./slack-child.ts";
import { type Spot, spotAt, type Town, tokenOf } from "./slack-town.ts";

/**
 * What somebody wrote, and when the bot had acknowledged it. `ackMs` null: not in 3 s, or not with 200; then it was sent
 * again as Slack does, and `taken` says whether the bot has acknowledged it at all.
 */
export interface Event extends Spot {
  readonly thread: string;
  readonly part: "question" | "answer";
  readonly sentMs: number;
  readonly ackMs: number | null;
  readonly taken: boolean;
}

/** People who write at a steady pace, whatever the answers take, and the events that came of it. */
export interface Load {
  /** Writes for so many seconds and waits for every acknowledgement. */
  run(perSecond: number, seconds: number): Promise<readonly Event[]>;
  close(): void;
}

// Each conversation has two events: a question that a procedure recognises, and the answer to what that asks.
const words = { question: "Where is my order?", answer: "1001" } as const;
/** What is posted once for each, and for nothing else. */
const replies = { question: /order number\?$/, answer: /^Order 1001: / } as const;
// People need a moment to answer.
const answerAfterMs = 2000;

/** A question that was acknowledged. */
interface Asked {
  readonly event: Event;
  readonly answerAtMs: number;
}

/** Makes the people of a town, who write to a bot. `state`: a Slack of their own with that town, which makes the payloads. */
export function createLoad(state: SlackState, town: Town, { url, signingSecret }: Target): Load {
  const bot = createDeliverer({ url, signingSecret });
  const asked: Asked[] = [];
  let turns = 0;
  const next = async (): Promise<Event> => {
    const [oldest] = asked;
    if (oldest !== undefined && machineMs() >= oldest.answerAtMs) {
      asked.shift();
      return write(state, bot, oldest.event, "answer");
    }
    const spot = spotAt(town, turns);
    turns += 1;
    const event = await write(state, bot, { ...spot, thread: null }, "question");
    // Nobody answers a question that was never put to them: one that was not taken is never answered.
    if (event.taken) asked.push({ event, answerAtMs: machineMs() + answerAfterMs });
    return event;
  };
  return {
    async run(perSecond, seconds) {
      const began = machineMs();
      const all = perSecond * seconds;
      const events: Promise<Event>[] = [];
      while (events.length < all) {
        const due = Math.min(all, Math.floor(((machineMs() - began) / 1000) * perSecond) + 1);
        while (events.length < due) events.push(next());
        await new Promise((resolve) => setTimeout(resolve, 500 / perSecond));
      }
      return Promise.all(events);
    },
    close: () => bot.close(),
  };
}

async function write(
  state: SlackState,
  bot: Deliverer,
  { team, channel, user, thread }: Spot & { readonly thread: string | null },
  part: Event["part"],
): Promise<Event> {
  const sentMs = machineMs();
  const { ts, envelope } = payloadOf(state, { team, channel, user }, { thread, text: words[part] });
  const answers = await deliverUntilTaken(bot, envelope);
  const [first] = answers;
  const ackMs = first?.status === 200 ? first.ms : null;
  return { team, channel, user, thread: thread ?? ts, part, sentMs, ackMs, taken: answers.at(-1)?.status === 200 };
}

function payloadOf(
  state: SlackState,
  { team, channel, user }: Spot,
  said: { readonly thread: string | null; readonly text: string },
) {
  const message = addMessage(state, { channel, team, user, ...said, clientMsgId: state.hex(32) });
  const place = channelOf(state, channel);
  const token = tokenOf(Number(team.slice(-4)));
  return { ts: message.ts, envelope: envelopeOf(state, token, messageEvent(state, message, place), place) };
}

/** What became of events: the ms until each reply, and how many have not exactly one. Pure. */
export function judge(
  events: readonly Event[],
  posts: readonly Post[],
): { readonly lost: number; readonly replyMs: readonly number[] } {
  const byThread = Map.groupBy(posts, ({ team, channel, thread }) => `${team} ${channel} ${thread}`);
  const replyMs = events.flatMap(({ team, channel, thread, part, sentMs }) => {
    const all = byThread.get(`${team} ${channel} ${thread}`) ?? [];
    const [reply, ...others] = all.filter(({ text }) => replies[part].test(text));
    // Anything else in the thread, a hand-off for example, is not what was to come.
    const isStrange = all.some(({ text }) => !Object.values(replies).some((known) => known.test(text)));
    return reply === undefined || others.length > 0 || isStrange ? [] : [reply.atMs - sentMs];
  });
  return { lost: events.length - replyMs.length, replyMs };
}
