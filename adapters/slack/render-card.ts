import type { KnownBlock } from "@slack/types";
import { type Card, type CardStatus, visibleCard } from "../../src/domain/card.ts";
import { personWords } from "../../src/domain/person-words.ts";
import { visibleLine } from "../../src/domain/visible.ts";
import { pressBlocks } from "./buttons.ts";
import { ownWords, plainText } from "./escape.ts";
import { fits, less, messageRoom, type Post, pack, postOf, postsOf, type Room, roomOf } from "./layout.ts";
import { cut, lengthOf } from "./length.ts";
import { slackLimits } from "./limits.ts";
import { brief, context, fieldBlocks, textBlocks, whole } from "./render-fields.ts";
import { boxed, momentText } from "./render-value.ts";

/** The marks that repeat a tone, in front of the words which say it: colour alone is never used. */
const marks: { readonly [tone in Card["tone"]]: string } = {
  wait: "⏳ ",
  ok: "✅ ",
  bad: "⛔ ",
  doubt: "❔ ",
  plain: "",
};

/** What a card may take up. The sections have their own part, so that a longer outcome at an edit hides none of them. */
interface CardRooms {
  readonly title: Room;
  readonly status: Room;
  readonly sections: Room;
}

// With the header, the note and every button there is, they fill one message.
const postRooms: CardRooms = {
  title: { blocks: 2, length: 1400 },
  status: { blocks: 10, length: 4600 },
  sections: { blocks: 32, length: 4000 },
};
const viewRooms: CardRooms = {
  title: { blocks: 1, length: 500 },
  status: { blocks: 4, length: 1000 },
  sections: { blocks: 16, length: 3000 },
};

/** A part of a card, and everything of it that did not fit. */
interface DrawnPart {
  readonly blocks: readonly KnownBlock[];
  readonly rest: readonly KnownBlock[];
}

/** A card; `onlyOutcome`: that of what it says nothing but the outcome did not fit. */
interface DrawnCard extends DrawnPart {
  readonly onlyOutcome: boolean;
}

/**
 * A card as posts: the card itself, and for its thread whatever does not fit, whole and in parts; the card then says so.
 * A relay is what somebody of the customer's side says. Pure.
 */
export function renderCard(given: Card): readonly Post[] {
  const card = lineTitled(given);
  const said = relayed(card);
  if (said !== null) return postsOf(textBlocks(said), "");
  const name = card.kind === "approval" ? "Full request" : "Full text";
  const note = `🧵 There is more than fits here. *${name}* is in the thread.`;
  const { blocks, rest, onlyOutcome } = draw(card, postRooms, note);
  return [postOf(marks[card.tone] + card.title, blocks), ...threadPosts(onlyOutcome ? "Outcome" : name, rest)];
}

/** A card among others, as in App Home: with its buttons, and with a word about what of it is not shown. Pure. */
export function cardInView(given: Card): readonly KnownBlock[] {
  return draw(lineTitled(given), viewRooms, "✂️ Cut short here. All of it is in the agents channel.").blocks;
}

/** Whether a card among others shows all that it says. Pure. */
export function fitsInView(given: Card): boolean {
  return draw(lineTitled(given), viewRooms, "").rest.length === 0;
}

/** The card as people can see all of it; a line end in its title, which names may stand in, would begin a line of Usher's. */
function lineTitled(card: Card): Card {
  return { ...visibleCard(card), title: visibleLine(card.title) };
}

/** What a relay says, or null for any other card. */
function relayed({ kind, sections, status, buttons }: Card): string | null {
  const field = sections[0]?.fields[0];
  const isRelay = kind === "relay" && sections.length === 1 && sections[0]?.fields.length === 1;
  if (!isRelay || field === undefined || typeof field.value !== "string" || status.length + buttons.length > 0)
    return null;
  const words = boxed(field.value);
  return `${visibleLine(field.name)}:${words.includes("\n") ? "\n" : " "}${words}`;
}

// How Slack lets agents speak to the customer; the playground has a field for that.
const howToHelp =
  "💬 *What you write in this thread goes to the customer.* " +
  "Hand back: Usher goes on. Resolve: the conversation is closed.";

function draw(card: Card, rooms: CardRooms, note: string): DrawnCard {
  const title = drawTitle(card, rooms.title);
  // The newest outcome matters most.
  const status = fill(card.status.toReversed().map(statusPiece), rooms.status);
  const sections = fill(card.sections.map(sectionPiece), rooms.sections);
  const rest = [...title.rest, ...status.rest, ...sections.rest];
  const onlyOutcome = rest.length > 0 && rest.length === status.rest.length;
  const said = rest.length === 0 ? [] : [context([ownWords(onlyOutcome ? outcomeNote : note)])];
  const help = card.kind === "handOff" && card.buttons.length > 0 ? [context([ownWords(howToHelp)])] : [];
  return {
    blocks: [...title.blocks, ...status.blocks, ...sections.blocks, ...said, ...help, ...pressBlocks(card)],
    rest,
    onlyOutcome,
  };
}

// A card that is edited gets no more posts in its thread, so this does not say where the rest is.
const outcomeNote = "✂️ The outcome is cut short here.";

/** Reminders and notices are one line; everything else has a header, whose length is bound. */
function drawTitle({ kind, tone, title }: Card, room: Room): DrawnPart {
  const text = marks[tone] + title;
  const isLight = kind === "notice" || kind === "reminder" || kind === "relay";
  const head: readonly KnownBlock[] = isLight
    ? []
    : [{ type: "header", text: plainText(cut(text, slackLimits.header)) }];
  const body = !isLight && lengthOf(text) <= slackLimits.header ? [] : textBlocks(text);
  if (fits(roomOf([...head, ...body]), room)) return { blocks: [...head, ...body], rest: [] };
  if (!isLight) return { blocks: head, rest: textBlocks(title) };
  return { blocks: textBlocks(cut(text, brief.length)), rest: textBlocks(title) };
}

/** A part of a card: how it is shown there, and all of it. `whole` is null if that is the same. */
interface Piece {
  readonly blocks: readonly KnownBlock[];
  readonly whole: readonly KnownBlock[] | null;
}

function fill(pieces: readonly Piece[], room: Room): DrawnPart {
  const blocks: KnownBlock[] = [];
  const rest: KnownBlock[] = [];
  let left = room;
  for (const piece of pieces) {
    const taken = roomOf(piece.blocks);
    const isShown = fits(taken, left);
    if (isShown) {
      blocks.push(...piece.blocks);
      left = less(left, taken);
    }
    if (!isShown || piece.whole !== null) rest.push(...(piece.whole ?? piece.blocks));
  }
  return { blocks, rest };
}

function sectionPiece(section: Card["sections"][number]): Piece {
  const { blocks, isCut } = fieldBlocks(section, brief);
  return { blocks, whole: isCut ? fieldBlocks(section, whole).blocks : null };
}

// What is longer than a line of small print stands below it; so much of it always has room on the card.
const lineLength = 200;
const afterLength = 1900;

function statusPiece(status: CardStatus): Piece {
  const blocks = statusBlocks(status);
  if (fits(roomOf(blocks), postRooms.status)) return { blocks, whole: null };
  const [before, after] = [cut(status.before, lineLength), cut(status.after, afterLength)];
  return { blocks: statusBlocks({ ...status, before, after }), whole: blocks };
}

function statusBlocks({ tone, before, by, at, after }: CardStatus): readonly KnownBlock[] {
  // In words and not as a mention: what an agent has done is no news for that agent.
  const who = by === undefined ? "" : `${personWords(by)},`;
  const words = `${marks[tone]}${visibleLine(before).trim()} ${who}`.trim();
  const reason = after.replace(/^: /, "");
  const isLine = (text: string) => lengthOf(text) <= lineLength && !text.includes("\n");
  const line = [
    ...(isLine(words) ? [plainText(words)] : []),
    momentText(at),
    ...(isLine(reason) && reason !== "" ? [plainText(reason)] : []),
  ];
  return [
    ...(isLine(words) ? [] : textBlocks(words)),
    context(line),
    ...(isLine(reason) ? [] : textBlocks(boxed(reason))),
  ];
}

/** What did not fit on a card, whole, in as many posts as it needs. */
function threadPosts(name: string, rest: readonly KnownBlock[]): readonly Post[] {
  const headOf = (words: string): KnownBlock => context([ownWords(`*${words}*`)]);
  const groups = pack(rest, less(messageRoom, roomOf([headOf(`${name}, part 100 of 100`)])), (block) =>
    roomOf([block]),
  );
  return groups.map((blocks, index) => {
    const text = groups.length === 1 ? name : `${name}, part ${index + 1} of ${groups.length}`;
    return postOf(text, [headOf(text), ...blocks]);
  });
}
