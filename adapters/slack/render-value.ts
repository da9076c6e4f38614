import type { MrkdwnElement, PlainTextElement } from "@slack/types";
import type { CardValue } from "../../src/domain/card.ts";
import { personWords } from "../../src/domain/person-words.ts";
import type { ChannelCell, ConversationCell } from "../../src/domain/view.ts";
import { visibleLine } from "../../src/domain/visible.ts";
import { readAddress, threadLink } from "./address.ts";
import { ownWords, plainText } from "./escape.ts";

type Moment = Extract<CardValue, { readonly at: number }>["at"];
type Channel = ChannelCell["channel"];
type Somebody = Extract<CardValue, { readonly person: unknown }>["person"];

// The furthest moment that a Date can hold, either way.
const furthest = 8.64e15;

/** A moment for where Slack can't show one in the reader's own time: ISO 8601 in UTC. Pure. */
export function isoOf(at: Moment): string {
  return new Date(Math.min(Math.max(at, -furthest), furthest)).toISOString();
}

/** How Slack is to write a moment. Source: docs.slack.dev/messaging/formatting-message-text, "Date formatting". */
export const momentFormat = "{date_short_pretty} at {time}";

/** The seconds that Slack counts in, or null for a moment that its clients can't show. Pure. */
export function secondsOf(at: Moment): number | null {
  const seconds = Math.floor(at / 1000);
  return seconds >= 0 && seconds <= 253_402_300_799 ? seconds : null;
}

/** A moment in the reader's own time zone and language. The element holds nothing that anybody wrote. Pure. */
export function momentText(at: Moment): MrkdwnElement | PlainTextElement {
  const seconds = secondsOf(at);
  return seconds === null ? plainText(isoOf(at)) : ownWords(`<!date^${seconds}^${momentFormat}|${isoOf(at)}>`);
}

// Anything else would be somebody's own markup.
const userId = /^[UW][A-Z0-9]{1,30}$/;

/** Whether Slack can show somebody as a mention. Pure. */
export function canMention({ platform, id }: Somebody): boolean {
  return platform === "slack" && userId.test(id);
}

/**
 * Somebody as Slack shows its users, else by name; with the role and the id, as people choose their names (attack 75). A mention in
 * blocks does not notify who is not in the channel, and the customer is not. Pure.
 */
export function personText(person: Somebody): MrkdwnElement | PlainTextElement {
  if (!canMention(person)) return plainText(personWords(person));
  const { id, role } = person;
  return ownWords(`<@${id}> (${role === undefined ? id : `${role} ${id}`})`);
}

// A direct message has no name that Slack could draw.
const channelId = /^[CG][A-Z0-9]{1,60}$/;

/** The id of a channel that Slack can draw by its name of this moment, or null. Pure. */
export function linkedChannel({ platform, address }: Channel): string | null {
  const id = platform === "slack" ? (readAddress(address)?.channel ?? "") : "";
  return channelId.test(id) ? id : null;
}

/** A channel as Slack shows its own, else by name. Pure. */
export function channelText(channel: Channel): MrkdwnElement | PlainTextElement {
  const id = linkedChannel(channel);
  return id === null ? plainText(channelWords(channel)) : ownWords(`<#${id}>`);
}

/** A channel in plain words. Pure. */
export function channelWords({ name, address }: Channel): string {
  return visibleLine(name === "" ? address : name);
}

type Conversation = ConversationCell["conversation"];

/** What a link to a conversation's thread is called. */
export const openThread = "Open the thread";

/** The link to a conversation's thread, or null if Slack has none. Pure. */
export function linkedThread({ platform, id }: Conversation): string | null {
  return platform === "slack" ? threadLink(id) : null;
}

/** A conversation as a link to its thread, else by its id. Pure. */
export function conversationText(conversation: Conversation): MrkdwnElement | PlainTextElement {
  const link = linkedThread(conversation);
  return link === null ? plainText(conversationWords(conversation)) : ownWords(`<${link}|${openThread}>`);
}

/** A conversation in plain words, with the id by which commands know it. Pure. */
export function conversationWords({ platform, id }: Conversation): string {
  const isOfSlack = platform === "slack" && linkedThread({ platform, id }) === null;
  return visibleLine(isOfSlack ? `Direct message (${id})` : id);
}

const bar = "│ ";

/**
 * A value of several lines with a bar before each, so that none of them can pass for a line of Usher's ("Approved by
 * Ann", attack 74). Pure.
 */
export function boxed(value: string): string {
  return value.includes("\n") ? value.replace(/^/gm, bar) : value;
}
