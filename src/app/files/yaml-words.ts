import type { ErrorCode, YAMLError } from "yaml";

interface Words {
  readonly message: string;
  readonly mend: string;
}

const indentation = "indent with spaces, the keys of one group at the same depth";
const quotes = "put the text in quotes";

const tab: Words = { message: "a tab stands where only spaces may", mend: "indent with spaces" };
const astray: Words = {
  message: "this line is not indented like the lines around it",
  mend: `${indentation}; or ${quotes}, if it goes on from the line before`,
};

// In the words of somebody who writes a procedure; what is not here is said in the library's own words.
const words: { readonly [code in ErrorCode]?: Words } = {
  BLOCK_AS_IMPLICIT_KEY: { message: "a text with `: ` in it is not in quotes", mend: quotes },
  MULTILINE_IMPLICIT_KEY: { message: "a `key:` must stand on one line", mend: `${indentation}, or ${quotes}` },
  TAB_AS_INDENT: tab,
  BAD_INDENT: astray,
  BAD_SCALAR_START: { message: "a text begins with a character that means something else in YAML", mend: quotes },
  BAD_DQ_ESCAPE: {
    message: "a backslash in a text in double quotes is followed by a letter that means nothing there",
    mend: "write \\\\ for a backslash, or use single quotes",
  },
  MISSING_CHAR: {
    message: "something that was opened before is not closed here",
    mend: "look for a missing quote, bracket, comma or colon",
  },
  UNEXPECTED_TOKEN: { message: "this does not belong here", mend: `${quotes} if it belongs to a text, else delete it` },
  MULTIPLE_DOCS: {
    message: "a second document begins here (`---`), and a file holds one procedure",
    mend: "put the second one into a file of its own",
  },
  RESOURCE_EXHAUSTION: { message: "this is nested too deeply to be read", mend: "make it flatter" },
};

/**
 * Says in plain words what is wrong first in a text that is no YAML, and where (an offset); null where nothing is. What
 * comes after it is mostly its echo. Pure.
 */
export function firstFault(errors: readonly YAMLError[], text: string): (Words & { readonly offset: number }) | null {
  const [first] = errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (first === undefined) return null;
  const [offset] = first.pos;
  const line = lineAstray(first, errors, text);
  if (line === null) return { offset, ...wordsFor(first) };
  const start = text.lastIndexOf("\n", line - 1) + 1;
  const tabAt = text.slice(start, line).indexOf("\t");
  return tabAt < 0 ? { offset: line, ...astray } : { offset: start + tabAt, ...tab };
}

/** Where the text of the line begins whose indentation is the fault; null where it is another one. */
function lineAstray({ code, pos: [offset], message }: YAMLError, errors: readonly YAMLError[], text: string) {
  const isOneOff =
    code === "BAD_INDENT" || message === "Sequence item without - indicator" || message.startsWith("A block sequence");
  if (isOneOff) return textFrom(text, text.lastIndexOf("\n", offset - 1) + 1);
  // A value that goes on in the next line, which was meant to be a key.
  const goesOn = errors.some((other) => other.code === "MULTILINE_IMPLICIT_KEY" && other.pos[0] === offset);
  return goesOn ? textFrom(text, text.indexOf("\n", offset) + 1) : null;
}

/** Where the first line from an offset on that says anything begins to do so. */
function textFrom(text: string, offset: number): number {
  const before = /^(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*/.exec(text.slice(offset))?.[0] ?? "";
  return offset + before.length;
}

function wordsFor({ code, message }: YAMLError): Words {
  return words[code] ?? { message: `this is not YAML: ${message}`, mend: "correct or delete it" };
}
