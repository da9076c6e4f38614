import { nonceOf } from "../../src/domain/ids.ts";
import { channel, company, user } from "../support/slack/company.ts";
import type { FakeSlack } from "../support/slack/fake-slack.ts";
import { type Fields, fieldsOf, textOf } from "../support/slack/fields.ts";
import type { Interactions } from "../support/slack/interactions.ts";
import { threadOf } from "../support/slack/messages.ts";
import { elementsOf } from "../support/slack/payloads.ts";
import type { People } from "../support/slack/people.ts";
import type { FakeMessage } from "../support/slack/state.ts";

/** A company's Slack and what people do in it. */
export interface SlackScene {
  readonly slack: FakeSlack;
  readonly people: People;
  readonly interactions: Interactions;
  /** As the fake's own; throws when the load is over. */
  until<Found>(check: () => Found | null | undefined | false): Promise<Found>;
}

/** A customer, where they write. */
export interface SlackSpot {
  readonly user: string;
  readonly channel: string;
}

/**
 * Puts customers into the company's Slack, each with colleagues in the same channel: Slack takes a message a second in a
 * channel, so there are several.
 */
export function addCustomers({ state }: FakeSlack, count: number, channels: number): readonly SlackSpot[] {
  const number = (of: number): string => String(of).padStart(2, "0");
  const spots = Array.from({ length: count }, (_, which) => ({
    user: `U0CUSTOM${number(which)}`,
    channel: `C0CUSTOM${number(which % channels)}`,
  }));
  for (const { user: id } of spots) state.users.set(id, user(id, id.toLowerCase(), { realName: `Customer ${id}` }));
  for (const [id, inside] of Map.groupBy(spots, (spot) => spot.channel)) {
    state.channels.set(id, channel(id, id.toLowerCase(), [...inside.map((spot) => spot.user), company.bot]));
  }
  return spots;
}

/** What a post of Usher's says of itself; null: nothing. Pure. */
export function markOf({ metadata }: Pick<FakeMessage, "metadata">): {
  readonly effect: string;
  readonly part: number;
  readonly nonce: string;
  readonly isHandOff: boolean;
} | null {
  const { event_type: type, event_payload: payload } = fieldsOf(metadata);
  const { effect, part, card } = fieldsOf(payload);
  const nonce = nonceOf(textOf(effect) ?? "");
  if (type !== "usher_effect" || typeof effect !== "string" || typeof part !== "number" || nonce === null) return null;
  return { effect, part, nonce, isHandOff: card === "handOff" && part === 0 };
}

/** What can be pressed on blocks: the press by its name, as in "approve", and what it is about. Pure. */
export function buttonsOn(blocks: readonly Fields[]): ReadonlyMap<string, string> {
  const buttons = elementsOf(blocks).flatMap(({ element }) => {
    const action = /^press:(\w+)$/.exec(textOf(element["action_id"]) ?? "")?.[1];
    return action === undefined ? [] : [[action, textOf(element["value"]) ?? ""] as const];
  });
  return new Map(buttons);
}

/** What Usher has posted in a thread, in order. */
export function saidIn({ state }: FakeSlack, channelId: string, root: string): readonly FakeMessage[] {
  return threadOf(state, channelId, root).filter(({ botId }) => botId !== null);
}

/** The card that gives the conversation of a thread to people, or null where there is none. */
export function handOffOf(slack: FakeSlack, channelId: string, root: string): FakeMessage | null {
  const [first] = saidIn(slack, channelId, root);
  const nonce = first === undefined ? undefined : markOf(first)?.nonce;
  if (nonce === undefined) return null;
  const cards = slack.messagesIn(company.agents);
  return cards.find((card) => markOf(card)?.isHandOff === true && markOf(card)?.nonce === nonce) ?? null;
}
