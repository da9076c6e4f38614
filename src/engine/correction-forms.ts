const marker =
  "(?:wait|hold on|hang on|sorry|my apologies|apologies|oops|whoops|ups|actually|correction|no|nope|my mistake|my bad|scratch that|typo|pardon|i (?:made|had) (?:a mistake|a typo)|i (?:gave|told) you the wrong one)";
const filler = "(?:oh|ah|uh|hmm|ok|okay|well|and|but|hey|hi|please|a sec|a second|a moment)";
const noun = "([\\p{L}][\\p{L}\\p{N} _-]{0,60}?)";
const equals = "(?:['’]s| is| was| are| should be| must be| needs to be| ?[:=])";
const surely = "(?:(?:actually|really|in fact) )?";

/** The parts of a message that corrects an earlier answer; names and values are groups 1 and 2 of the last four. */
export const correctionForms = {
  opening: new RegExp(`^(?:(?:${marker}|${filler})(?:[\\s,.:;!-]+|$))+`, "i"),
  marker: new RegExp(`(?:^|[^a-z])${marker}(?:[^a-z]|$)`, "i"),
  meant: /^i (meant|mean)(?: to (?:say|write|type))?[\s,:]+(?!to\b|it\b|that\b|what\b|you\b|this\b|for\b)(.+)$/i,
  remade: /^(?:please )?(?:make|change) (?:it|that) (?:to )?(.+)$/i,
  inline: new RegExp(`^(?:my|the|our) ${noun} (?:(?:is|was) actually|should have been) (.+)$`, "iu"),
  changed: new RegExp(
    `^(?:please )?(?:(?:can|could) you |i (?:want|need) to )?(?:please )?(?:change|update|correct|fix|set) (?:my|the|our) ${noun} to (.+)$`,
    "iu",
  ),
  named: new RegExp(`^(?:(?:my|the|our|your) )?${noun}${equals} ?${surely}(.+)$`, "iu"),
} as const;

const pronoun =
  /\b(?:it|that|this|he|she|they|there|here|what|which|who|where|all|everything|nothing|something|someone|i|you|we|not|problem|issue|thing|one|how|why|because|if)\b/i;

// What a thing can be instead of having it for a value: "the company is closed".
const state =
  /^(?:not|wrong|incorrect|right|correct|broken|late|missing|damaged|defective|down|dead|slow|full|blocked|hacked|offline|locked|disabled|invalid|closed|too|very|so|still|already|never|always|being|been|in|on|at|out|off|the same|unknown|private|secret|required|here|there|bad|good|fine|ok|okay|gone|expired|important|quite|none|nobody|your|misspelled|spelled|going|getting|doing|no longer|also|just|only|because|why|what|that)\b/i;

/** Whether these words can be the name of an answer: "it" and "the problem" are none. Pure. */
export function isName(name: string): boolean {
  return name !== "" && name.split(" ").length <= 4 && !pronoun.test(name);
}

/** The value without quotes, a full stop, thanks, or the old value ("1002, not 1001"). Pure. */
export function bareValue(value: string): string {
  return value
    .trim()
    .replace(/(?:,? (?:please|pls|thanks|thank you|thx))+[.!]*$/i, "")
    .replace(/,? (?:and )?not \S+$/i, "")
    .replace(/[.!,;]+$/, "")
    .replace(/^(["'“‘])(.*)["'”’]$/, "$2")
    .trim();
}

/** Whether a value may be one of what the name says: a mail has an @, an order number a digit. Pure. */
export function looksLike(name: string, value: string): boolean {
  const words = value === "" ? 0 : value.split(" ").length;
  if (words === 0 || /^not\b/i.test(value)) return false;
  // "My mail is joan" is a correction that is not valid, and the customer should hear so.
  if (/\be?-?mails?\b/i.test(name)) return value.includes("@") || (words === 1 && !state.test(value));
  if (/\b(?:phone|mobile|cell|cellphone|telephone|tel|fax)\b/i.test(name))
    return (value.match(/\d/g)?.length ?? 0) >= 6;
  if (/\breasons?\b/i.test(name)) return words <= 40;
  if (
    /\b(?:size|amount|quantity|count|total|budget|price|age|people|employees|seats|date|year|day|time)\b/i.test(name)
  ) {
    return /\d/.test(value) && words <= 4;
  }
  if (
    /\b(?:name|company|business|address|city|town|country|state|region|title|subject|department|team|colou?r|product|plan|priority|language|role|position|street)\b/i.test(
      name,
    )
  ) {
    return words <= 8 && !state.test(value);
  }
  return looksLikeAnswer(value, false);
}

/** Whether a value without a name can be an answer: one token with a digit, an address, a phone number; or a few words. Pure. */
export function looksLikeAnswer(value: string, mayBeWords: boolean): boolean {
  if (value === "" || state.test(value)) return false;
  if (/^\S*[\d@]\S*$/.test(value) || /^\+?[\d ()./-]{6,}$/.test(value)) return true;
  return mayBeWords && value.split(" ").length <= 4;
}
