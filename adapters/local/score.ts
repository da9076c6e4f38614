import type { RouteCandidate } from "../../src/ports/model.ts";
import { informativeness } from "./background.ts";
import { isSlip } from "./slip.ts";
import { synonyms } from "./synonyms.ts";
import { phrases } from "./trigger.ts";
import { union } from "./words.ts";

// Chosen with bench/triggers.ts and the table in test/fixtures/triggers.ts so that 0.45 is the score to need; every
// one of them lies on a plateau.
const tuning = {
  // What a word of the message costs that the phrase does not explain; what a word of the phrase costs that the
  // message lacks; and what every match has to outweigh, so that a few words that say little never suffice.
  unexplained: 0.6,
  missing: 0.4,
  doubt: 0.3,
  // The worth of another word for the same thing, and of a word with one wrong letter.
  synonym: 0.6,
  slip: 0.7,
  // How fast a word gains weight that many phrases share (BM25's k1), and the number of phrases it is meant for.
  saturation: 1,
  usualPhrases: 3,
  // How much nearer a message must be to a `not` to be refused outright.
  veto: 0.1,
  // The share of the best single phrase in the score (the rest: all phrases together), and of the best single clause.
  single: 0.5,
  clause: 0.8,
};

/** One trigger, ready to be compared with messages. */
export interface Index {
  readonly wanted: readonly Phrase[];
  readonly unwanted: readonly Phrase[];
  /** For each term, how much of a message it explains by all phrases together. */
  readonly pooled: ReadonlyMap<string, number>;
  /** The terms that somebody may have misspelt. */
  readonly spelt: readonly string[];
  /** The cost of a word that nothing explains: many phrases explain much by chance, so it grows with their number. */
  readonly unexplained: number;
}

interface Phrase {
  readonly weight: number;
  readonly explains: ReadonlyMap<string, number>;
}

type Heard = readonly { readonly term: string; readonly worth: number }[];

/** Prepares a trigger. Nothing in it depends on the other candidates, so that a score means the same beside any. Pure. */
export function createIndex(candidate: RouteCandidate): Index {
  const { wanted, unwanted } = phrases(candidate);
  return {
    wanted: wanted.map(createPhrase),
    unwanted: unwanted.map(createPhrase),
    pooled: pool(wanted),
    spelt: [...union(wanted)].filter((term) => term.length >= 5),
    unexplained: (tuning.unexplained * wanted.length) / (wanted.length + 1),
  };
}

/**
 * How much of what a message says the trigger explains, 0..1. The best clause counts most, so that a request inside a
 * long story is found; the whole message counts as well, since it tells near procedures apart. Pure.
 */
export function score(index: Index, clauses: readonly ReadonlySet<string>[]): number {
  const whole = scoreClause(index, union(clauses));
  if (clauses.length < 2) return whole;
  const best = clauses.reduce((most, clause) => Math.max(most, scoreClause(index, clause)), 0);
  return Math.max(whole, tuning.clause * best + (1 - tuning.clause) * whole);
}

function scoreClause(index: Index, clause: ReadonlySet<string>): number {
  const heard = hear(index, clause);
  const total = weigh(clause);
  const wanted = bestOf(index.wanted, heard, total, index.unexplained);
  if (wanted === 0) return 0;
  const together = share(explained(index.pooled, heard), total, 0, index.unexplained);
  const fits = tuning.single * wanted + (1 - tuning.single) * together;
  const unwanted = bestOf(index.unwanted, heard, total, index.unexplained);
  // Clearly nearer to a `not` than to any example: it is something else. A hair's breadth proves nothing, for little
  // words such as "is" and "my" can make it.
  const sure = Math.min(1, Math.max(0, (unwanted - wanted) / tuning.veto));
  return fits * (1 - sure * unwanted);
}

// An unusual word that the trigger lacks may be one of its words with a wrong letter.
function hear(index: Index, clause: ReadonlySet<string>): Heard {
  return [...clause].map((term) => {
    if (index.pooled.has(term) || term.length < 4 || informativeness(term) < 1) return { term, worth: 1 };
    const meant = index.spelt.find((own) => isSlip(term, own));
    return meant === undefined ? { term, worth: 1 } : { term: meant, worth: tuning.slip };
  });
}

function bestOf(list: readonly Phrase[], heard: Heard, total: number, unexplained: number): number {
  return list.reduce((most, phrase) => {
    const found = explained(phrase.explains, heard);
    return Math.max(most, share(found, total, Math.max(0, phrase.weight - found), unexplained));
  }, 0);
}

// Tversky's index: what both say, beside what only one of them says; words count by their weight.
function share(found: number, total: number, missing: number, unexplained: number): number {
  if (found === 0) return 0;
  const rest = Math.max(0, total - found);
  return found / (found + unexplained * rest + tuning.missing * missing + tuning.doubt);
}

function explained(by: ReadonlyMap<string, number>, heard: Heard): number {
  let sum = 0;
  for (const { term, worth } of heard) sum += worth * (by.get(term) ?? 0);
  return sum;
}

function weigh(terms: ReadonlySet<string>): number {
  let sum = 0;
  for (const term of terms) sum += informativeness(term);
  return sum;
}

function createPhrase(terms: ReadonlySet<string>): Phrase {
  const explains = new Map<string, number>();
  for (const term of terms) explain(explains, term, 1);
  return { weight: weigh(terms), explains };
}

// BM25's saturation: a word in many of the phrases is typical, one in a single phrase out of ten is not.
function pool(list: readonly ReadonlySet<string>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const terms of list) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const pooled = new Map<string, number>();
  const k = tuning.saturation * Math.max(1, list.length / tuning.usualPhrases);
  for (const [term, count] of counts) explain(pooled, term, (count * (1 + tuning.saturation)) / (count + k));
  return pooled;
}

// A term explains itself, and in part the other words for it.
function explain(explains: Map<string, number>, term: string, strength: number): void {
  const weight = informativeness(term);
  raise(explains, term, strength * weight);
  for (const other of synonyms(term)) {
    raise(explains, other, tuning.synonym * strength * Math.min(weight, informativeness(other)));
  }
}

function raise(explains: Map<string, number>, term: string, to: number): void {
  explains.set(term, Math.max(explains.get(term) ?? 0, to));
}
