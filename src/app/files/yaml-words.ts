import type { ErrorCode, YAMLError } from "yaml";

interface Words {
  readonly message: string;
  readonly mend: string;
}

const indentation = "indent with spaces, the keys of one group at the same depth";
const quotes = "put the text in quotes";

// In the words of somebody who writes a procedure; what is not here is said in the library's own words.
const words: { readonly [code in ErrorCode]?: Words } = {
  BLOCK_AS_IMPLICIT_KEY: {
    message: "a text with `: ` in it is not in quotes, or the line is indented too deeply",
    mend: `${quotes} if the colon belongs to it, else ${indentation}`,
  },
  MULTILINE_IMPLICIT_KEY: { message: "a `key:` must stand on one line", mend: `${indentation}, or ${quotes}` },
  TAB_AS_INDENT: { message: "a tab stands where only spaces may", mend: "indent with spaces" },
  BAD_INDENT: { message: "a line is not indented as the ones around it", mend: indentation },
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

/** Says in plain words what is wrong where YAML cannot be read. Pure. */
export function wordsFor(error: YAMLError): Words {
  return words[error.code] ?? { message: `this is not YAML: ${error.message}`, mend: "correct or delete it" };
}
