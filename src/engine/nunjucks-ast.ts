import nunjucks, { type Token, type TokenStream } from "nunjucks";

declare module "nunjucks" {
  interface Token {
    readonly type: string;
    readonly value: unknown;
    readonly lineno: number;
    readonly colno: number;
  }
  interface TokenStream {
    readonly tags: { readonly [name: string]: string };
    nextToken(): Token | null;
  }
  // Both are part of the package, and missing from its types.
  export const lexer: { lex(source: string): TokenStream };
  export const parser: { readonly Parser: new (tokens: TokenStream) => { parseAsRoot(): unknown } };
}

/** Thrown while a template is parsed: what in it is not allowed, and what to write instead. */
export class Refusal extends Error {
  readonly mend: string;
  constructor(problem: string, mend: string) {
    super(problem);
    this.name = "Refusal";
    this.mend = mend;
  }
}

const deepestBrackets = 4;
const valueTypes = new Set(["symbol", "string", "int", "float", "boolean", "none"]);
const numberTypes = new Set(["int", "float"]);
/** The mend for whatever is not allowed inside the braces. */
export const useVariables = "inside {{ }} write a variable such as {{ order_data.status }}, with filters if need be";

/**
 * Answers nunjucks' syntax tree of a template, as unknown data; nothing of the template is executed. Tags, operators,
 * calls and deep nesting are refused while the source is cut into tokens, before the parser can recurse into them.
 * Pure.
 * @throws Refusal for what is not allowed, Error for what nunjucks cannot read.
 */
export function parseTree(source: string): unknown {
  return new nunjucks.parser.Parser(new StrictTokens(nunjucks.lexer.lex(source))).parseAsRoot();
}

/**
 * nunjucks' tokens, as few kinds of them as templates need. It trims white space beside `{{-` and `-}}` itself: the
 * parser's own regular expression takes 140 ms for 16 KB of blanks. It makes `items.0.name` readable, which
 * nunjucks takes for the number "0.".
 */
class StrictTokens implements TokenStream {
  readonly tags: TokenStream["tags"];
  readonly #inner: TokenStream;
  readonly #ready: Token[] = [];
  #peeked: Token | null | undefined;
  #previous: Token | null = null;
  #opened: Token | null = null;
  #depth = 0;
  #trimNext = false;

  constructor(inner: TokenStream) {
    this.#inner = inner;
    this.tags = inner.tags;
  }

  nextToken(): Token | null {
    const token = this.#ready.shift() ?? (this.#opened === null ? this.#outside() : this.#inside(this.#opened));
    this.#previous = token;
    return token;
  }

  /** The next token of nunjucks; between braces white space says nothing. */
  #raw(): Token | null {
    const peeked = this.#peeked;
    this.#peeked = undefined;
    let token = peeked === undefined ? this.#inner.nextToken() : peeked;
    while (token?.type === "whitespace") token = this.#inner.nextToken();
    return token;
  }

  #peek(): Token | null {
    this.#peeked = this.#raw();
    return this.#peeked;
  }

  #outside(): Token | null {
    for (;;) {
      const token = this.#raw();
      switch (token?.type) {
        case "comment":
          this.#trimNext = String(token.value).endsWith("-#}");
          continue;
        case "data":
          return { ...token, value: this.#trimmed(String(token.value)) };
        case "variable-start":
          this.#trimNext = false;
          this.#opened = token;
          this.#depth = 0;
          return { ...token, value: "{{" };
        case "block-start":
          throw refusedTag(token, this.#raw());
        default:
          return token;
      }
    }
  }

  #trimmed(text: string): string {
    const next = this.#peek();
    const opening = next?.type === "comment" ? String(next.value).slice(0, 3) : String(next?.value ?? "");
    const start = this.#trimNext ? text.trimStart() : text;
    this.#trimNext = false;
    return next !== null && opening.endsWith("-") ? start.trimEnd() : start;
  }

  #inside(opened: Token): Token {
    const token = this.#raw();
    if (token === null) {
      const mend = "end it with }} and check that every quote in it is closed";
      throw refused(opened, "a {{ is never closed", mend);
    }
    switch (token.type) {
      case "variable-end":
        this.#opened = null;
        this.#trimNext = String(token.value).startsWith("-");
        return { ...token, value: "}}" };
      case "block-end":
        throw refused(token, "a {{ is closed with %}", "close it with }}");
      case "operator":
        return this.#operator(token);
      case "left-paren":
      case "left-bracket":
        this.#afterCall(token);
        this.#depth += 1;
        if (this.#depth > deepestBrackets) throw refused(token, "brackets are nested too deeply", useVariables);
        return token;
      case "right-paren":
      case "right-bracket":
        this.#depth -= 1;
        return token;
      case "left-curly":
      case "right-curly":
        throw refusedBrace(token, this.#previous);
      case "regex":
        throw refused(token, "a regular expression is not allowed", useVariables);
      case "tilde":
      case "colon":
        throw refusedOperator(token);
      default:
        return this.#isAfterDot() ? this.#key(token) : token;
    }
  }

  #isAfterDot(): boolean {
    return this.#previous?.type === "operator" && this.#previous.value === ".";
  }

  /** After a dot stands a key, whatever else it looks like: `0`, `0.1` (two keys), `true`. */
  #key(token: Token): Token {
    if (token.type === "string" || !valueTypes.has(token.type)) return token;
    const [first, second] = String(token.value).split(".");
    if (second !== undefined) this.#ready.push({ ...token, type: "operator", value: "." });
    if (second) this.#ready.push({ ...token, type: "symbol", value: second });
    return { ...token, type: "symbol", value: first };
  }

  /** Of all operators there are only the dot, and the minus of a number. */
  #operator(token: Token): Token {
    if (token.value === ".") {
      this.#afterCall(token);
      return token;
    }
    const startsValue = ["variable-start", "left-paren", "comma"].includes(this.#previous?.type ?? "");
    const next = token.value === "-" && startsValue ? this.#peek() : null;
    if (next === null || !numberTypes.has(next.type)) throw refusedOperator(token);
    this.#peeked = undefined;
    return { ...next, value: `-${String(next.value)}` };
  }

  /** nunjucks silently drops the first of two argument lists, as in `x|default(1)(2)`. */
  #afterCall(token: Token): void {
    if (this.#previous?.type !== "right-paren") return;
    throw refused(token, `“${String(token.value)}” after “)” is not allowed`, useVariables);
  }
}

function refused(token: Token, problem: string, mend: string): Refusal {
  return new Refusal(atLine(problem, token.lineno + 1), mend);
}

function refusedTag(start: Token, name: Token | null): Refusal {
  const tag = name?.type === "symbol" ? `{% ${String(name.value)} %}` : "{% %}";
  return refused(start, `the tag ${tag} is not allowed`, "only {{ variables }} are; to branch, use a condition step");
}

function refusedBrace(token: Token, previous: Token | null): Refusal {
  if (previous?.type === "variable-start") {
    return refused(token, "three braces are not allowed", "write two: {{ name }}");
  }
  return refused(token, `“${String(token.value)}” is not allowed inside {{ }}`, useVariables);
}

function refusedOperator(token: Token): Refusal {
  const mend =
    token.value === "-"
      ? 'to read a key with a hyphen, write data["order-id"]; templates do not calculate'
      : useVariables;
  return refused(token, `the operator “${String(token.value)}” is not allowed`, mend);
}

/** Names the line, where it is not the first one. Pure. */
export function atLine(problem: string, line: number): string {
  return line > 1 ? `line ${line}: ${problem}` : problem;
}
