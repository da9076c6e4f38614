/** One thing wrong with a procedure (or another document): where, what, and how to mend it. */
export interface Problem {
  /** The way into the document, as keys and list positions. */
  readonly path: readonly (string | number)[];
  /** The step it is about, or null when it is about the document. */
  readonly stepId: string | null;
  readonly message: string;
  readonly mend: string;
}
