import type { Fields } from "./fields.ts";

/** What a method throws when it refuses: `code` as in Slack's documentation, and whatever stands beside it. */
export class Refusal extends Error {
  readonly code: string;
  readonly details: Fields;

  constructor(code: string, details: Fields = {}) {
    super(code);
    this.name = "Refusal";
    this.code = code;
    this.details = details;
  }
}

/** The refusal of arguments, with the sentences that Slack adds. */
export function invalid(code: string, problems: readonly string[]): Refusal {
  return new Refusal(code, { response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) } });
}
