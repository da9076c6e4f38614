import type { Problem } from "../domain/problem.ts";

/** It did not work now, and may later: try again, after `retryAfterMs` where the other side named a time. */
export class TransientError extends Error {
  readonly retryAfterMs: number | null;
  constructor(message: string, options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "TransientError";
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** It was refused for good: trying the same again is of no use. */
export class PermanentError extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "PermanentError";
  }
}

/** Somebody else was faster: load again and decide again. */
export class ConflictError extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "ConflictError";
  }
}

/** What was given is wrong; `problems` says where and how to mend each. */
export class InvalidError extends Error {
  readonly problems: readonly Problem[];
  constructor(message: string, problems: readonly Problem[], options: { readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "InvalidError";
    this.problems = problems;
  }
}
