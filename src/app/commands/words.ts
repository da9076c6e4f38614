import type { CommandWord } from "../../domain/command.ts";

const quote = "[\"'`“”„‟«»‹›‘’‚‛]";
const opening = new RegExp(`^${quote}`);
const closing = new RegExp(`${quote}$`);
const aroundWord = new RegExp(`^${quote}+|${quote}+$`, "g");

// What the command itself is called where a channel passes it on, as in "@Usher procedures list".
const ownName = /^\/?procedures$/i;

/**
 * The words of a command as they count: quotes of any kind are gone, what stood in them is one word, and so is the
 * command's own name. Pure.
 */
export function wordsThatCount(words: readonly CommandWord[]): readonly CommandWord[] {
  const [first, ...rest] = unquoted(words);
  if (first === undefined) return [];
  return first.kind === "text" && ownName.test(first.text) ? rest : [first, ...rest];
}

function unquoted(words: readonly CommandWord[]): readonly CommandWord[] {
  const found: CommandWord[] = [];
  let open: string[] = [];
  const push = (text: string): void => {
    const bare = text.replace(aroundWord, "").trim();
    if (bare !== "") found.push({ kind: "text", text: bare });
  };
  // A quote that nothing closes is only a character.
  const leave = (): void => {
    for (const text of open.splice(0)) push(text);
  };
  for (const word of words) {
    if (word.kind !== "text") {
      leave();
      found.push(word);
      continue;
    }
    const text = word.text.trim();
    if (open.length > 0 || (opening.test(text) && !(text.length > 1 && closing.test(text)))) {
      open.push(text);
      if (open.length === 1 || !closing.test(text)) continue;
      push(open.join(" "));
      open = [];
      continue;
    }
    push(text);
  }
  leave();
  return found;
}
