// A joiner and the variation selectors make emoji what they are; line ends and tabs are seen for what they are. All else
// here has no look of its own, turns the order of the letters round, or steers a terminal.
const unseen = /[^\P{Cc}\n\t]|[\u2028\u2029]|(?![\u200d\ufe00-\ufe0f])[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

// Most texts, and three times as quick to see.
const plain = /^[\n\t\x20-\x7e]*$/;

/**
 * The text with every character that nobody would see, or that makes others read differently, as its number: `⟨U+202E⟩`.
 * For what people judge by reading: cards, traces, messages on a terminal. Done twice it is the same as once. Pure.
 */
export function visible(text: string): string {
  return plain.test(text) ? text : text.replace(unseen, numberOf);
}

/** The same on one line: line ends and tabs are shown by their numbers, too. Pure. */
export function visibleLine(text: string): string {
  return visible(text).replace(/[\n\t]/g, numberOf);
}

function numberOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
