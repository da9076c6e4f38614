import type { RouteCandidate } from "../../src/ports/model.ts";
import { terms } from "./words.ts";

/** What a trigger says, as sets of terms: one for each way in which the request may be put, and for each `not`. */
export interface Phrases {
  readonly wanted: readonly ReadonlySet<string>[];
  readonly unwanted: readonly ReadonlySet<string>[];
}

// "When a customer wants to know where …": who asks, and that they ask, is the same in every trigger.
const boilerplate: ReadonlySet<string> = new Set(
  `when whenever if once use this start run trigger for a an the any some customer customers visitor visitors user users
  client clients buyer shopper person people someone somebody anyone member caller employee they who that is are
  ask asks asking about to want wants wanting would like need needs needing wish wishes request requests requesting
  inquire inquires enquire enquires mention mentions say says tell tells us know whether has have`.split(/\s+/),
);

const verbs =
  "wants?|asks?|needs?|says?|requests?|wishes|would|is|has|reports?|complains?|mentions?|inquires?|enquires?";
const alternatives = new RegExp(
  String.raw`[;\n]|\.(?:\s|$)|(?:,|\bor\b|\band\b)\s+(?:(?:or|and|who|that|they|he|she)\s+)*(?=(?:${verbs})\b)`,
  "giu",
);
const exception = /[,(\s]*\b(?:but not|except(?: for| when| if)?|excluding|other than|unless)\b/iu;
const generic = /\b(?:handler|lookup|procedure|process|flow|workflow|bot|assistant|request|requests)\b/giu;

/** The phrases of a candidate's trigger and name; those that come down to the same terms count once. Pure. */
export function phrases(candidate: RouteCandidate): Phrases {
  const { when, examples, not } = candidate.trigger;
  const wanted = [candidate.name.replace(generic, " "), ...examples];
  const unwanted = [...not];
  for (const sentence of when.split(alternatives)) {
    const [positive = "", ...negative] = sentence.split(exception);
    wanted.push(withoutBoilerplate(positive));
    unwanted.push(...negative.map(withoutBoilerplate));
  }
  return { wanted: distinct(wanted), unwanted: distinct(unwanted) };
}

function withoutBoilerplate(sentence: string): string {
  const list = sentence.trim().split(/\s+/);
  const first = list.findIndex((word) => !boilerplate.has(word.toLowerCase()));
  return list.slice(Math.max(0, first)).join(" ");
}

function distinct(texts: readonly string[]): readonly ReadonlySet<string>[] {
  const byContent = new Map(texts.map((text) => terms(text)).map((set) => [[...set].toSorted().join(" "), set]));
  byContent.delete("");
  return [...byContent.values()];
}
