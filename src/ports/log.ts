/**
 * What goes with a line of the log: ids, counts and kinds, and under `error` whatever was thrown. Never a text that a
 * person wrote, never a body, never a secret.
 */
export interface LogFields {
  readonly [name: string]: unknown;
}

/** What happened, for the people who run Usher. `message` is a fixed sentence; what varies goes into the fields. */
export interface Log {
  info(fields: LogFields, message: string): void;
  /** Something went wrong, and Usher goes on by itself. */
  warn(fields: LogFields, message: string): void;
  /** Something went wrong that somebody must look at. */
  error(fields: LogFields, message: string): void;
}
