/** What somebody typed, in plain words; `mentioned`: whether the bot is mentioned anywhere in it. */
export interface Typed {
  readonly text: string;
  readonly mentioned: boolean;
}

/** A piece of a message as Slack sends it: words as people see them, or somebody or something by Slack's id. */
export type Token =
  | { readonly kind: "words"; readonly words: string }
  | { readonly kind: "user" | "channel" | "group"; readonly id: string; readonly name: string };

const marked = /<([^<>]*)>/g;

/**
 * The text of an event of Slack's in pieces. What people type comes with & < > as entities, so every pair of brackets is
 * Slack's own. Source: docs.slack.dev/messaging/formatting-message-text, "Retrieving messages". Pure.
 */
export function tokensOf(raw: string): readonly Token[] {
  const tokens: Token[] = [];
  let from = 0;
  for (const match of raw.matchAll(marked)) {
    tokens.push(wordsToken(raw.slice(from, match.index)), markedToken(match[1] ?? ""));
    from = match.index + match[0].length;
  }
  return [...tokens, wordsToken(raw.slice(from))].filter((token) => token.kind !== "words" || token.words !== "");
}

/**
 * What somebody wrote, as they typed it: addresses and numbers without Slack's links around them, people, channels and
 * groups as @name and #name. The bot's own mention in front only says who is spoken to and is taken off, so that the
 * `message` and the `app_mention` of one text give the same turn; elsewhere it reads @usher. Pure.
 */
export function readText(raw: string, botUserId: string): Typed {
  const tokens = tokensOf(raw);
  const isBot = (token: Token): boolean => token.kind === "user" && token.id === botUserId;
  const inWords = (some: readonly Token[]): string =>
    some.map((token) => (isBot(token) ? "@usher" : tokenWords(token))).join("");
  const rest = inWords(withoutAddress(tokens, isBot));
  const text = rest.trim() === "" ? inWords(tokens) : rest;
  return { text: text.toWellFormed(), mentioned: tokens.some(isBot) };
}

/**
 * The text with Slack's three entities as the characters that they stand for, once. For what Slack hands back of our own
 * words, too: a button's value may come with entities (bolt-python issue 513). Pure.
 */
export function decodeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name: string) => (name === "amp" ? "&" : name === "lt" ? "<" : ">"));
}

/** The pieces without the bot's mention in front, and without the blanks, comma or colon behind it. */
function withoutAddress(tokens: readonly Token[], isBot: (token: Token) => boolean): readonly Token[] {
  const isBetween = (token: Token): boolean => token.kind === "words" && /^[\s,:]*$/.test(token.words);
  const found = tokens.findIndex((token) => !isBot(token) && !isBetween(token));
  const start = found === -1 ? tokens.length : found;
  if (!tokens.slice(0, start).some(isBot)) return tokens;
  const [first, ...rest] = tokens.slice(start);
  if (first?.kind !== "words") return tokens.slice(start);
  return [{ ...first, words: first.words.replace(/^[\s,:]+/, "") }, ...rest];
}

function tokenWords(token: Token): string {
  switch (token.kind) {
    case "words":
      return token.words;
    case "user":
    case "group":
      return `@${token.name}`;
    case "channel":
      return `#${token.name}`;
    default:
      return token satisfies never;
  }
}

// Slack's clients put them where people typed a blank.
const noBreakSpaces = /[\u00a0\u2007\u202f]/g;

function wordsToken(raw: string): Token {
  return { kind: "words", words: decodeEntities(raw).replace(noBreakSpaces, " ") };
}

/** One pair of brackets: `@U1|name`, `#C1|name`, `!subteam^S1|@name`, `!date^…|…`, `!here`, or a link. */
function markedToken(inside: string): Token {
  const bar = inside.indexOf("|");
  const target = bar === -1 ? inside : inside.slice(0, bar);
  const label = bar === -1 ? "" : inside.slice(bar + 1);
  const named = (kind: "user" | "channel" | "group", id: string): Token => {
    const name = decodeEntities(label).replace(/^[@#]/, "");
    return { kind, id, name: name === "" ? id : name };
  };
  if (/^@[A-Z0-9]+$/.test(target)) return named("user", target.slice(1));
  if (/^#[A-Z0-9]+$/.test(target)) return named("channel", target.slice(1));
  const group = /^!subteam\^([A-Z0-9]+)$/.exec(target);
  if (group?.[1] !== undefined) return named("group", group[1]);
  if (target.startsWith("!")) return wordsToken(specialWords(target.slice(1), label));
  return wordsToken(linkWords(target, label));
}

function specialWords(command: string, label: string): string {
  if (/^(?:channel|here|everyone)$/.test(command)) return `@${command}`;
  return label === "" ? command : label;
}

/** A link as people typed it: its label where that only leaves out the scheme, else where it leads. */
function linkWords(target: string, label: string): string {
  const mail = /^mailto:([^?]*)/i.exec(target)?.[1];
  if (mail !== undefined) return label.toLowerCase() === mail.toLowerCase() ? label : mail;
  const phone = /^tel:(.*)/i.exec(target)?.[1];
  if (phone !== undefined) return digitsOf(label) === digitsOf(phone) ? label : phone;
  const bare = (text: string): string => text.replace(/^https?:\/\//i, "").replace(/\/$/, "");
  return label !== "" && bare(label) === bare(target) ? label : target;
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}
