const decimalDigit = /\p{Nd}/u;

/**
 * The same words as a keyboard for plain English would have typed them: one kind of blank, quote, dash and digit,
 * without the invisible characters that chat apps and contact lists slip in. For recognising only, never for keeping
 * free text: it changes what was written. Pure.
 */
export function plain(text: string): string {
  // NFKC would make "No" of the numero sign, which reads as an answer.
  return text
    .replaceAll("№", "#")
    .normalize("NFKC")
    .replace(/\p{Cf}|\u034F|\uFE0E|\uFE0F/gu, "")
    .replace(/[‘’ʼ′]/g, "'")
    .replace(/[“”„«»″]/g, '"')
    .replace(/[‐‑‒–—―−]/g, "-")
    .replace(/[\p{Nd}--[0-9]]/gv, asciiDigit)
    .replace(/\s+/g, " ")
    .trim();
}

/** The digit of any script, as one of 0 to 9. Unicode keeps each script's ten digits together, in order. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (decimalDigit.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}

/** Whether something in the text would make it read differently from how it is stored (U+202E turns it round). Pure. */
export function isTurnedRound(text: string): boolean {
  return text.includes("\u202E");
}
