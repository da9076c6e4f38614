import { hash } from "node:crypto";
import type { KnownBlock } from "@slack/types";
import { escapeText } from "./escape.ts";
import { cut, sizeOf } from "./length.ts";
import { slackLimits } from "./limits.ts";

/**
 * One message as chat.postMessage and chat.update take it: what is drawn (nothing: the text alone), and what is said where
 * nothing is drawn. Its text is escaped already.
 */
export interface Post {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** How many blocks, and how much of the total length, something may take up. */
export interface Room {
  readonly blocks: number;
  readonly length: number;
}

// What `numbered` adds to each block: ,"block_id":"16 digits-number".
const idLength = 36;

/** What blocks take up once they are numbered. Pure. */
export function roomOf(blocks: readonly KnownBlock[]): Room {
  return { blocks: blocks.length, length: sizeOf(blocks) + idLength * blocks.length };
}

/** Whether something fits into a room. Pure. */
export function fits(what: Room, room: Room): boolean {
  return what.blocks <= room.blocks && what.length <= room.length;
}

/** What is left of a room. Pure. */
export function less(room: Room, taken: Room): Room {
  return { blocks: room.blocks - taken.blocks, length: room.length - taken.length };
}

/** What a message offers. */
export const messageRoom: Room = { blocks: slackLimits.messageBlocks, length: slackLimits.messageLength };

/**
 * The blocks with an id each. The ids come from what the blocks say, so those of an edited message are new ones, as Slack
 * asks for, and the same blocks always have the same. Pure.
 */
export function numbered(blocks: readonly KnownBlock[]): readonly KnownBlock[] {
  const name = hash("sha256", JSON.stringify(blocks), "hex").slice(0, 16);
  return blocks.map((block, index) => ({ ...block, block_id: `${name}-${index}` }));
}

/** A post of these blocks; `words` of whomever are what notifications and screen readers say, cut where they are long. Pure. */
export function postOf(words: string, blocks: readonly KnownBlock[]): Post {
  const said = words.trim() === "" ? "A message from Usher" : words.toWellFormed();
  return { text: escapeText(cut(said, slackLimits.fallback)), blocks: numbered(blocks) };
}

/** The blocks as posts that say their own words where nothing is drawn, and `otherwise` where they have none. Pure. */
export function postsOf(blocks: readonly KnownBlock[], otherwise: string): readonly Post[] {
  return pack(blocks, messageRoom, (block) => roomOf([block])).map((group) => {
    const words = group.flatMap((block) => (block.type === "section" ? [block.text?.text ?? ""] : [])).join("");
    return postOf(words === "" ? otherwise : words, group);
  });
}

/** Things in their order, in as few groups as fit into a room each; one alone always makes a group. Pure. */
export function pack<Item>(
  items: readonly Item[],
  room: Room,
  measure: (item: Item) => Room,
): readonly (readonly Item[])[] {
  const groups: Item[][] = [];
  let left: Room = { blocks: 0, length: 0 };
  for (const item of items) {
    const taken = measure(item);
    const group = groups.at(-1);
    if (group !== undefined && fits(taken, left)) {
      group.push(item);
      left = less(left, taken);
    } else {
      groups.push([item]);
      left = less(room, taken);
    }
  }
  return groups;
}
