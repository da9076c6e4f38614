/** The only source of time. */
export interface Clock {
  /** Wall time, Unix ms. May jump; for what people see and what is stored. */
  now(): number;
  /** Ms since some fixed moment of this process; never jumps back. For deadlines inside this process. */
  monotonic(): number;
  /** Calls `run` once, in `ms`; the answer cancels that. A pending timer does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` as soon as everything that is ready at this moment has been worked off; no time passes for that. */
  soon(run: () => void): void;
}
