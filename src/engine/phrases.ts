import { stemmer } from "stemmer";
import { bareValue, correctionForms, isName, looksLike, looksLikeAnswer } from "./correction-forms.ts";
import { plain } from "./input-plain.ts";
import { askablePhrases, type Phrase, phraseFamilies } from "./phrase-families.ts";

const mostCharacters = 120;
const mostCorrection = 300;
const mostPrompt = 1000;

const shortForms: readonly (readonly [RegExp, string])[] = [
  [/\blet'?s\b/g, "let us"],
  [/\bcan'?t\b/g, "cannot"],
  [/\bwon'?t\b/g, "will not"],
  [/\b(is|are|do|does|did|was|were|could|would|should|have|has)n'?t\b/g, "$1 not"],
  [/\b(it|that|this|what|there|here|who)'s\b|\b(that|what)s\b/g, "$1$2 is"],
  [/\b(you|we|they)'re\b/g, "$1 are"],
  [/\bi'?m\b/g, "i am"],
  [/\b(i|you|we)'d\b/g, "$1 would"],
  [/\b(i|you|we)'ve\b/g, "$1 have"],
];

const filler =
  "(?:hi|hello|hey|oh|ah|well|um|uh|er|hmm|so|and|but|just|actually|sorry|oops|wait|please|pls|plz|kindly|then|usher|bot|ai)";
// What is neither here nor there beside a phrase; by itself, "I don't need it anymore" is an answer.
const beside =
  "(?:i am sorry|excuse me|great|awesome|perfect|hold on|that is (?:very )?helpful|i did not (?:quite )?get (?:that|it)|i do not (?:need|want) (?:it|this|that)(?: any ?more)?)";
const onlyFillers = new RegExp(`^(?:${filler}|${beside})(?: ${filler})*$`);
const before = new RegExp(`^(?:(?:${filler}|ok|okay|great|alright|all right) )+`);
const after =
  /(?: (?:please|pls|plz|now|right now|for now|right away|immediately|then|usher|bot|sir|actually|instead|thanks|thank you|thx))+$/;
const asking =
  /^(?:(?:(?:can|could|would|will|may|might) (?:you|i|we)|i(?: would)?(?: really| just| rather)* (?:(?:want|need|like|prefer|wish)(?: (?:you|to|for))*|have to)|i would rather|let me|let us|how (?:do|can) i|how to|is it possible to|you can)(?: (?:please|just|to))*) /;

// Other words for the same thing, and for the label of a thing.
const sameAs: ReadonlyMap<string, string> = new Map([
  ["mail", "email"],
  ["telephone", "phone"],
  ["tel", "phone"],
  ["mobile", "phone"],
  ["cell", "phone"],
  ["cellphone", "phone"],
  ["id", "number"],
  ["no", "number"],
  ["nr", "number"],
  ["num", "number"],
  ["code", "number"],
  ["identifier", "number"],
  ["#", "number"],
  ["firm", "company"],
]);
const emptyWords: ReadonlySet<string> = new Set(
  "my the our your a an of full new own right correct real work business personal private contact current actual".split(
    " ",
  ),
);
const labels: ReadonlySet<string> = new Set(["number", "address", "name"].map(stemmer));
// What a prompt asks for, not what it speaks of: "how big is your company?" asks for no company.
const askedName =
  /(?:\b(?:what(?:'s| is| are| was)|enter|give(?: me| us)?|tell(?: me| us)?|send(?: me| us)?|share|need|type|provide|have|confirm|know) (?:your|the)|\b(?:which|what)|(?:^|[.!?:] )(?:your|the)) ([\p{L}\p{N} _-]+)/gu;
const afterName =
  /(?:^| )(?:is|was|are|be|do|did|does|please|so|that|which|we|you|i|can|could|should|would|to|for|from|in|on|at|and|or|if|with|by|it|as|this|it's|need|needs|has|have)\b.*$/;

/**
 * What a whole short message in plain English says to the bot itself; null if it may be an answer or a request. Each
 * of its clauses must be such a phrase ("never mind, cancel that"); what asks for something to happen wins over yes
 * and no, and those over thanks. `prompt` is the question that waits, if any: "I changed my mind" ends a request,
 * unless a reason was asked for. Pure.
 */
export function recognise(text: string, prompt = ""): Phrase | null {
  if (text.length > mostCharacters) return null;
  const words = withoutShortForms(plain(text).toLowerCase());
  if (/^(?:sorry|what|huh|excuse me|come again) ?\?+$/.test(words)) return "repeat";
  const clauses = words
    .split(/[,.;!?…]+(?: |$)|[!?;]+| - /)
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "");
  const asksForReason = /\b(?:why|reasons?)\b/i.test(prompt);
  const found = new Set<Phrase>();
  for (const clause of clauses.filter((each) => !onlyFillers.test(each))) {
    const phrase = phraseOf(clause, asksForReason);
    if (phrase === null) return null;
    found.add(phrase);
  }
  return strongest(found, words.endsWith("?"));
}

function withoutShortForms(words: string): string {
  const faceless = words.replace(/\p{Emoji_Modifier}/gu, "");
  // A smile says nothing by itself, unless it is all that there is (a thumb).
  const spoken = faceless.replace(/ *(?:\p{Extended_Pictographic}|:[a-z_]+:)+$/u, "");
  return shortForms.reduce((all, [form, full]) => all.replace(form, full), spoken === "" ? faceless : spoken);
}

function phraseOf(clause: string, asksForReason: boolean): Phrase | null {
  if (/^i (?:have |just )*changed my mind(?: about (?:it|this|that))?$/.test(clause))
    return asksForReason ? null : "cancel";
  const bare = clause.replace(before, "");
  const core = bare.replace(after, "");
  const asked = core
    .replace(/^(?:no|yes) /, "")
    .replace(asking, "")
    .replace(before, "");
  for (const form of new Set([clause, bare, core, asked])) {
    const family = phraseFamilies.find(
      ([phrase, pattern]) => pattern.test(form) && (form !== asked || asked === core || askablePhrases.has(phrase)),
    );
    if (family !== undefined) return family[0];
  }
  return null;
}

function strongest(found: ReadonlySet<Phrase>, isQuestion: boolean): Phrase | null {
  const [only, second] = [...found].filter((phrase) => !["yes", "no", "thanks"].includes(phrase));
  if (only !== undefined) return second === undefined ? only : null;
  // "Ok?" asks.
  if (isQuestion || (found.has("yes") && found.has("no"))) return null;
  return (["yes", "no", "thanks"] as const).find((phrase) => found.has(phrase)) ?? null;
}

/** A correction in a message: what it is about ("" for the answer given last), and the new value as it was typed. */
export interface Correction {
  readonly name: string;
  readonly value: string;
}

/**
 * The correction of an earlier answer in a message: "wait, my mail is x@y.z", "actually my order number is 1002", "I
 * meant 1002". Null unless the message says that it corrects something and the new value looks like one of what it
 * names: "sorry, the order is late" and "my order is 1001" are ordinary answers. Pure.
 */
export function correction(text: string): Correction | null {
  if (text.length > mostCorrection || text.includes("?")) return null;
  const words = text.trim().replace(/\s+/g, " ");
  const opening = correctionForms.opening.exec(words)?.[0] ?? "";
  const rest = words.slice(opening.length);
  const meant = correctionForms.meant.exec(rest);
  const isMarked = meant !== null || correctionForms.marker.test(opening);
  const said = meant?.[2] ?? rest;
  const forms = isMarked
    ? [correctionForms.inline, correctionForms.changed, correctionForms.named]
    : [correctionForms.inline];
  for (const form of forms) {
    const [, name = "", value = ""] = form.exec(said) ?? [];
    const cleaned = bareValue(value);
    if (isName(name) && looksLike(name, cleaned)) return { name, value: cleaned };
  }
  if (!isMarked) return null;
  const last = bareValue(correctionForms.remade.exec(said)?.[1] ?? (meant === null ? "" : said));
  return looksLikeAnswer(last, meant?.[1]?.toLowerCase() === "meant") ? { name: "", value: last } : null;
}

/**
 * Whether a customer's name for an answer ("mail", "order number", "company size") means this variable: by the
 * variable's own words, or by what its prompt asks for ("What is your order number?"). Pure.
 */
export function matchesVariable(name: string, variable: string, prompt: string): boolean {
  const wanted = nounsOf(name);
  if (wanted.length === 0) return false;
  return isSameNoun(wanted, nounsOf(variable)) || isAskedFor(wanted, prompt);
}

/** "Size" is a company size, and "order" an order id, but "company" is no company size: the last word says what it is. */
function isSameNoun(wanted: readonly string[], own: readonly string[]): boolean {
  if (wanted.join(" ") === own.join(" ")) return true;
  const [bareWanted, bareOwn] = [withoutLabel(wanted), withoutLabel(own)];
  if (bareWanted.join(" ") === bareOwn.join(" ")) return true;
  return (
    (wanted.length === 1 && wanted[0] === own.at(-1)) || (bareWanted.length === 1 && bareWanted[0] === bareOwn.at(-1))
  );
}

function isAskedFor(wanted: readonly string[], prompt: string): boolean {
  const asked = plain(prompt.slice(0, mostPrompt)).toLowerCase();
  const names = [...asked.matchAll(askedName), ...asked.matchAll(/^(?:please )?([\p{L}\p{N} _-]+)/gu)].map((match) =>
    nounsOf((match[1] ?? "").replace(afterName, "")),
  );
  return names.some((own) => own.length > 0 && isSameNoun(wanted, own));
}

function nounsOf(name: string): readonly string[] {
  const words = plain(name)
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .replace(/\be[ _-]?mail/g, "email")
    .split(/[^\p{L}\p{N}#]+/u)
    .filter((word) => word !== "" && !emptyWords.has(word))
    .map((word) => stemmer(sameAs.get(word) ?? word));
  return words;
}

/** "Order number" is "order", and "company name" is "company"; a label that stands alone stays. */
function withoutLabel(nouns: readonly string[]): readonly string[] {
  const kept = nouns.filter((noun) => !labels.has(noun));
  return kept.length > 0 ? kept : nouns;
}
