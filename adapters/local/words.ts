import { stemmer } from "stemmer";

// Only the beginning of a message says what is wanted; more would let one long paste hold up every other conversation.
const readLength = 2000;

// Forms that the Porter rules do not bring together, of words that customers use.
const irregular: ReadonlyMap<string, string> = new Map(
  `bought:buy sent:send paid:pay payment:pay payments:pay got:get gotten:get broke:break broken:break lost:lose loss:lose
  forgot:forget forgotten:forget stole:steal stolen:steal theft:steal spent:spend took:take taken:take came:come went:go
  gone:go said:say told:tell gave:give given:give kept:keep found:find felt:feel thought:think knew:know known:know
  spoke:speak spoken:speak wrote:write written:write chose:choose chosen:choose sold:sell held:hold met:meet drove:drive
  driven:drive ate:eat eaten:eat slept:sleep began:begin begun:begin saw:see seen:see delivery:deliver
  deliveries:deliver arrival:arrive renewal:renew withdrawal:withdraw withdrew:withdraw withdrawn:withdraw
  shipment:ship shipments:ship refusal:refuse children:child men:man women:woman cancellation:cancel
  cancelation:cancel verification:verify subscription:subscribe subscriptions:subscribe reservation:reserve
  reservations:reserve`
    .split(/\s+/)
    .map((pair) => pair.split(":") as [string, string]),
);

// Two words that mean what one does, by stems; the one is added to what was written.
const pairs: ReadonlyMap<string, string> = new Map(
  `money back:refund, cash back:refund, send back:return, bring back:return, give back:return, take back:return,
  log in:login, log into:login, log on:login, sign in:login, sign into:login, sign up:register, how much:price,
  get rid:delete, not work:break, day off:vacation, time off:vacation, real person:human, pick up:collect`
    .split(/,\s+/)
    .map((entry) => {
      const [pair = "", one = ""] = entry.split(":");
      return [pair.split(" ").map(stem).join(" "), stem(one)];
    }),
);

/** The stem of one lower-case word, so that "shipped" and "shipping" are one; words of other scripts stay. Pure. */
export function stem(word: string): string {
  const base = irregular.get(word) ?? word;
  return /^[a-z]{3,}$/.test(base) ? stemmer(base) : base;
}

/**
 * The clauses of a text, each as the set of its terms. A term is a stem, "#" for any number, or a stem with "!" before
 * it that the writer does not want ("I don't want a refund"). What somebody quotes and addresses of pages are left out,
 * and all beyond the first 2000 characters. Pure.
 */
export function clauses(text: string): readonly ReadonlySet<string>[] {
  const plain = text
    .slice(0, readLength)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/^[ \t]*>.*$/gm, " ")
    .replace(/\b(?:https?:\/\/|www\.)\S+/g, " ")
    .replace(/[’‘`´]/g, "'");
  return plain
    .split(/[!?;:…。！？\n]+|[.,](?!\d)/)
    .flatMap((sentence) => parts(withNegation(words(sentence))))
    .map((part) => new Set(withPairs(part)))
    .filter((terms) => terms.size > 0);
}

/** All the terms of a text in one set. Pure. */
export function terms(text: string): ReadonlySet<string> {
  return union(clauses(text));
}

/** One set of all that the given ones hold. Pure. */
export function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

function words(clause: string): readonly string[] {
  const found: string[] = [];
  for (const [word] of clause.matchAll(/[\p{L}\p{M}]+(?:'\p{L}+)*|\p{N}[\p{N}.,]*/gu)) {
    if (/^\p{N}/u.test(word)) found.push("#");
    else if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word)) {
      found.push(...pieces(word));
    } else found.push(...plainWords(word).map(stem));
  }
  return found;
}

// As people type them in a hurry.
const unapostrophised: ReadonlyMap<string, readonly string[]> = new Map([
  ["dont", ["do", "not"]],
  ["doesnt", ["does", "not"]],
  ["didnt", ["did", "not"]],
  ["hasnt", ["has", "not"]],
  ["havent", ["have", "not"]],
  ["cant", ["can", "not"]],
  ["wont", ["will", "not"]],
  ["wheres", ["where"]],
  ["whats", ["what"]],
]);

// "don't" is "do not"; of "I'd", "where's" and "they're" only the first half says anything.
function plainWords(word: string): readonly string[] {
  const bare = word.replace(/'(?:s|re|ve|ll|d|m)$/, "");
  if (/^(?:can't|cannot|won't)$/.test(bare)) return ["can", "not"];
  if (bare.endsWith("n't")) return [bare.slice(0, -3), "not"];
  return unapostrophised.get(bare) ?? [bare.replaceAll("'", "")];
}

// Scripts without spaces: overlapping pairs of characters do for words.
function pieces(run: string): readonly string[] {
  const characters = [...run];
  return characters.length < 2 ? characters : characters.slice(1).map((next, at) => `${characters[at]}${next}`);
}

// After "don't want", "don't need" or "no longer want" everything is refused, up to a "but", "and" or "just".
function withNegation(list: readonly string[]): readonly string[] {
  let refused = false;
  return list.map((word, at) => {
    const before = list.slice(Math.max(0, at - 2), at);
    if (word === "want" || word === "need") {
      refused ||= before.includes("not") || before.includes("never") || before.join(" ") === "no longer";
    } else if (word === "but" || word === "and" || word === "just") refused = false;
    else if (refused) return `!${word}`;
    return word;
  });
}

function parts(list: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [[]];
  for (const word of list) {
    if (/^!?(?:or|and|but)$/.test(word)) found.push([]);
    else found.at(-1)?.push(word);
  }
  return found;
}

// "send back" is one thing, and so is "send this back".
function withPairs(list: readonly string[]): readonly string[] {
  const added = list.flatMap((first, at) =>
    list.slice(at + 1, at + 4).flatMap((second, between) => {
      const one = pairs.get(`${first} ${second}`);
      return one !== undefined && (between === 0 || second === "back") ? [one] : [];
    }),
  );
  return [...list, ...added];
}
