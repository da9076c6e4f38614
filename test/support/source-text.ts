/**
 * A TypeScript source without its comments, and also without what stands inside of texts (`bare`), so that a word in a
 * sentence is not taken for code. What is taken out leaves blanks; lines keep their numbers.
 */
export interface SourceText {
  readonly uncommented: string;
  readonly bare: string;
}

type Mode = "code" | "line" | "block" | "regex" | "'" | '"' | "`";

/** Reads a source letter by letter; good enough for the uniform style of this repository, and tested below it. */
export function readSource(code: string): SourceText {
  let uncommented = "";
  let bare = "";
  // Templates nest: `a ${`b`} c`. One entry for each open `${`, counting the braces opened inside of it.
  const templates: number[] = [];
  let mode: Mode = "code";
  const put = (letters: string, keep: "both" | "text" | "none"): void => {
    const blank = letters.replace(/[^\n]/g, " ");
    uncommented += keep === "none" ? blank : letters;
    bare += keep === "both" ? letters : blank;
  };
  for (let at = 0; at < code.length; at++) {
    const letter = code.charAt(at);
    const pair = code.slice(at, at + 2);
    if (mode === "line" || mode === "block") {
      const ends = mode === "line" ? letter === "\n" : pair === "*/";
      put(ends && mode === "block" ? pair : letter, "none");
      if (ends && mode === "block") at++;
      if (ends) mode = "code";
    } else if (mode === "code") {
      const open = templates.at(-1);
      if (pair === "//" || pair === "/*") {
        mode = pair === "//" ? "line" : "block";
        put(pair, "none");
        at++;
        continue;
      }
      if (letter === "'" || letter === '"' || letter === "`") mode = letter;
      else if (letter === "/" && beginsRegex(bare)) mode = "regex";
      else if (open !== undefined && letter === "{") templates[templates.length - 1] = open + 1;
      else if (open === 0 && letter === "}") {
        templates.pop();
        mode = "`";
      } else if (open !== undefined && letter === "}") templates[templates.length - 1] = open - 1;
      put(letter, "both");
    } else if (letter === "\\") {
      put(pair, "text");
      at++;
    } else if (mode === "`" && pair === "${") {
      put(pair, "both");
      at++;
      templates.push(0);
      mode = "code";
    } else if (mode === "regex" && letter === "[") {
      // A slash in a class of letters does not end the expression.
      const end = classEnd(code, at);
      put(code.slice(at, end), "text");
      at = end - 1;
    } else {
      const ends = letter === (mode === "regex" ? "/" : mode);
      put(letter, ends ? "both" : "text");
      if (ends || (letter === "\n" && mode !== "`")) mode = "code";
    }
  }
  return { uncommented, bare };
}

/** A slash divides after a value and begins an expression everywhere else. */
function beginsRegex(before: string): boolean {
  const code = before.trimEnd();
  return code === "" || /(?:[=(,:;!&|?{}[+\->]|\b(?:return|case|typeof|of|in))$/.test(code);
}

function classEnd(code: string, start: number): number {
  for (let at = start + 1; at < code.length; at++) {
    if (code[at] === "\\") at++;
    else if (code[at] === "]" || code[at] === "\n") return at + 1;
  }
  return code.length;
}
