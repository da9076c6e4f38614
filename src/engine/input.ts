import type { Json } from "../domain/json.ts";
import type { WorkspaceSettings } from "../domain/settings.ts";
import type { StepOf } from "../domain/step.ts";
import { readChoice } from "./input-choice.ts";
import { inLocale } from "./input-decimal.ts";
import { readEmail } from "./input-email.ts";
import { readNumber } from "./input-number.ts";
import { examplePhone, readPhone } from "./input-phone.ts";
import { readText } from "./input-text.ts";

type Validation = StepOf<"collect">["validation"];
type Rule = Pick<StepOf<"collect">, "validation" | "choices">;
type Locale = Pick<WorkspaceSettings, "region" | "locale">;

/** The value that an answer holds, or what it should have been. */
export type Input =
  | { readonly kind: "ok"; readonly value: Json }
  | { readonly kind: "bad"; readonly why: Validation | "choice" };

/**
 * Takes the value out of an answer ("it's jane@x.com thanks"), or says what is missing in it. Only `number` answers a
 * number; every other value is text, so that an id keeps its zeros. With choices, the answer is one of them as it is
 * written, whatever the validation. An answer that could mean two things is bad: asking again costs less than a guess.
 * Answers in a few ms whatever the text, since each kind of answer has a length beyond which it is bad at once.
 * Pure, but for a memo of the locale.
 */
export function readInput(text: string, rule: Rule, locale: Locale): Input {
  const { choices, validation } = rule;
  const isChoice = choices !== undefined && choices.length > 0;
  const value = isChoice ? readChoice(text, choices) : readValue(text, validation, locale);
  return value === null ? { kind: "bad", why: isChoice ? "choice" : validation } : { kind: "ok", value };
}

function readValue(text: string, validation: Validation, { region, locale }: Locale): string | number | null {
  switch (validation) {
    case "text":
      return readText(text);
    case "email":
      return readEmail(text);
    case "phone":
      return readPhone(text, region);
    case "number":
      return readNumber(text, locale);
    default:
      return validation satisfies never;
  }
}

/** What a valid answer looks like, for a text that asks again; "" for free text, which has no form. Pure. */
export function exampleOf(validation: Validation, { region, locale }: Locale): string {
  switch (validation) {
    case "text":
      return "";
    case "email":
      return "name@example.com";
    case "phone":
      return examplePhone(region);
    case "number":
      return inLocale(1200, locale);
    default:
      return validation satisfies never;
  }
}
