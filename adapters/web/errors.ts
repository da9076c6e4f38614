import { PermanentError, TransientError } from "../../src/ports/errors.ts";

/** An answer to a request that says what is wrong with it. `message` is a sentence for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = "ApiError";
    this.status = status;
    this.headers = headers;
  }
}

/** What goes over the wire when something failed. `report`: whether it is a fault of ours, which the log must show. */
export interface Failure {
  readonly status: number;
  readonly error: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly report: boolean;
}

/**
 * Makes an answer of whatever a request failed with. Never passes on an unknown error's own text: it may hold anything.
 * Pure.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) {
    return { status: error.status, error: error.message, headers: error.headers, report: false };
  }
  if (error instanceof TransientError) {
    const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000));
    const sentence = "Usher could not store this just now: send exactly the same request again.";
    return { status: 503, error: sentence, headers: { "retry-after": String(seconds) }, report: true };
  }
  return requestFailure(error) ?? ours;
}

const ours: Failure = {
  status: 500,
  error: "Something failed inside Usher: its log says what.",
  headers: {},
  report: true,
};

// What express itself refuses, as an address that cannot be decoded.
function requestFailure(error: unknown): Failure | null {
  if (!(error instanceof Error)) return null;
  const status = "status" in error && typeof error.status === "number" ? error.status : 0;
  if (status < 400 || status > 499) return null;
  return { status, error: "This request cannot be read: mend its address.", headers: {}, report: false };
}

// SQLite's primary result codes that can pass by themselves: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN.
const passing = new Set([5, 6, 8, 10, 13, 14]);

/** Translates an error of the playground's file into what the caller must do: try again, or give up. Pure. */
export function fileError(error: unknown, doing: string): TransientError | PermanentError {
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  const errcode = error instanceof Error && "errcode" in error ? error.errcode : null;
  if (typeof errcode !== "number") {
    const system = error instanceof Error && "code" in error && typeof error.code === "string";
    const why = system ? error.code : "it holds what Usher did not write";
    const mend = "look at its rights, or move it away to begin with an empty one";
    return new PermanentError(`playground.db could not ${doing} (${why}): ${mend}.`, { cause: error });
  }
  // The extended code carries the primary one in its lowest byte.
  const passes = passing.has(errcode & 0xff);
  const mend = passes
    ? "look at the disk's space and rights, and whether another program holds the file"
    : "move it away to begin with an empty one";
  const message = `playground.db could not ${doing} (SQLite ${errcode}): ${mend}.`;
  return passes ? new TransientError(message, { cause: error }) : new PermanentError(message, { cause: error });
}
