import { aProcedure } from "../support/procedures.ts";
import { company } from "../support/slack/company.ts";
import { type Fields, fieldsOf } from "../support/slack/fields.ts";
import { openSlackHouse, type SlackHouse, type SlackHouseOptions } from "../support/slack/house.ts";
import type { FakeMessage } from "../support/slack/state.ts";
import { drawn } from "../support/slack/usher.ts";

/** Asks for a payment, which needs an approval, and says what came of it. */
export const payout = aProcedure(
  [
    { id: "order", kind: "collect", variable: "order", prompt: "Which order?" },
    {
      id: "pay",
      kind: "call",
      method: "POST",
      url: "https://shop.example.com/pay",
      body: { order: "{{order}}" },
      approval: "require",
    },
    { id: "tell", kind: "message", content: "Paid for {{order}}." },
  ],
  {
    slug: "payout",
    name: "Payout",
    trigger: { when: "When a customer asks for a payout", examples: ["payout please"] },
  },
);

/** An approval that waits, as people see it in Slack, and what a press of it looks like. */
export interface Waiting {
  readonly card: FakeMessage;
  readonly pressId: string;
  readonly thread: string;
  readonly order: string;
  /** How much had been whispered when it was asked. */
  readonly whispers: number;
  /** The payload of a press of its button, by an agent. */
  press(action?: string): Fields;
  /** The payload of a submitted rejection, by an agent. */
  rejection(reason?: string): Fields;
}

/** A house in Slack with one procedure that needs approvals. */
export function openDesk(options: Partial<SlackHouseOptions> = {}): Promise<SlackHouse> {
  return openSlackHouse({ procedures: [payout], ...options });
}

/** Somebody asks for a payment in a thread, up to the card in the agents channel. */
export async function askFor(
  house: SlackHouse,
  order = `${1001 + house.receipts.length}-${house.slack.journal.calls.length}`,
  { user, channel }: { readonly user: string; readonly channel: string } = {
    user: company.jane,
    channel: company.support,
  },
): Promise<Waiting> {
  const { slack, people } = house;
  const { message } = await people.writes({ user, channel, text: "payout please" });
  const says = (words: string) => () =>
    slack.messagesIn(channel).some(({ thread, text }) => thread === message.ts && text.includes(words));
  await slack.until(says("Which order?"));
  await people.writes({ user, channel, thread: message.ts, text: order });
  const isCard = (one: FakeMessage): boolean => drawn(one).includes("press:approve") && drawn(one).includes(order);
  const card = await slack.until(() => slack.messagesIn(company.agents).find(isCard));
  // The reference of the card is stored a moment later.
  await slack.until(says("A colleague is looking"));
  const pressId = /"value":"([0-9a-f]{44}-\d+)"/.exec(drawn(card))?.[1] ?? "";
  const whispers = slack.state.ephemerals.length;
  return { card, pressId, thread: message.ts, order, whispers, ...payloadsOf(house, card, pressId) };
}

function payloadsOf({ slack }: SlackHouse, card: FakeMessage, pressId: string): Pick<Waiting, "press" | "rejection"> {
  const who = {
    user: { id: company.agnes, username: "agnes", team_id: company.team },
    team: { id: company.team, domain: "brightgoods" },
    api_app_id: slack.state.app.id,
  };
  return {
    press: (action = "approve") => ({
      type: "block_actions",
      ...who,
      container: { type: "message", message_ts: card.ts, channel_id: company.agents, is_ephemeral: false },
      trigger_id: "1.2.gone",
      channel: { id: company.agents, name: "agents" },
      actions: [
        { type: "button", action_id: `press:${action}`, block_id: "b", value: pressId, action_ts: slack.state.ts() },
      ],
    }),
    rejection: (reason = "no") => ({
      type: "view_submission",
      ...who,
      view: {
        id: slack.state.id("V"),
        callback_id: "reject",
        app_installed_team_id: company.team,
        private_metadata: JSON.stringify({ pressId, channel: company.agents, ts: card.ts }),
        state: { values: { reason: { value: { type: "plain_text_input", value: reason } } } },
      },
    }),
  };
}

/** The same payload by somebody else; `more`: what else it says of them. */
export function by(payload: Fields, id: string, more: Fields = {}): Fields {
  return { ...payload, user: { ...fieldsOf(payload["user"]), id, ...more } };
}

/** The same payload with another value or action of its button. */
export function withAction(payload: Fields, change: Fields): Fields {
  const [action] = payload["actions"] as readonly Fields[];
  return { ...payload, actions: [{ ...action, ...change }] };
}

/** What somebody is told alone about this approval and holds these words; it is waited for. */
export function whispered(
  { slack }: SlackHouse,
  { whispers }: Waiting,
  { user, words }: { readonly user: string; readonly words: string },
): Promise<unknown> {
  return slack.until(() =>
    slack.state.ephemerals.slice(whispers).some((one) => one.to === user && drawn(one).includes(words)),
  );
}

/** How often this approval was decided, and how many requests it came to. */
export function decided(house: SlackHouse, { pressId, order }: Waiting) {
  return {
    decided: house.accepted().filter(({ press }) => press.id === pressId).length,
    requests: house.requests.filter(({ body }) => body?.includes(`"${order}"`)).length,
  };
}

/** What a waiting approval and the world come to when nobody has decided: for `toEqual(untouched)`. */
export function stateOf(house: SlackHouse, waiting: Waiting) {
  const { card } = waiting;
  const now = house.slack.messagesIn(company.agents).find(({ ts }) => ts === card.ts);
  const isAsItWas = now !== undefined && drawn(now) === drawn(card);
  return { ...decided(house, waiting), card: isAsItWas ? "as it was" : "changed" };
}

export const untouched = { decided: 0, requests: 0, card: "as it was" };
