import type { MrkdwnElement, PlainTextElement } from "@slack/types";
import { visible } from "../../src/domain/visible.ts";

const entities: { readonly [character: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * The text as Slack is to show it where it reads mrkdwn: no mention, no link. Asterisks and the like still format. Source:
 * docs.slack.dev/messaging/formatting-message-text, "Escaping text". Pure.
 */
export function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => entities[character] ?? character);
}

/**
 * Words of whomever, shown exactly as they are: Slack reads no markup in them, so nothing is escaped, and `:codes:` stay
 * what they are. Empty words become a blank, which Slack takes, and half a character becomes U+FFFD. Pure.
 */
export function plainText(text: string): PlainTextElement {
  return { type: "plain_text", text: text === "" ? " " : text.toWellFormed(), emoji: false };
}

/** Our own fixed words as mrkdwn. Never a word of anybody else's: those are `plainText`. Pure. */
export function ownWords(words: string): MrkdwnElement {
  return { type: "mrkdwn", text: words, verbatim: true };
}

const control = /[^\P{Cc}\n\t]/gu;

/**
 * The text in a form that every JSON reader takes: one sort of line end, no half characters, and control characters by
 * their numbers. What people can see stays as it is. Pure.
 */
export function sendable(text: string): string {
  return text.replaceAll("\r\n", "\n").toWellFormed().replace(control, visible);
}
