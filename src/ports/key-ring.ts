/**
 * Encrypts what is secret before it is stored. `context` is bound to it (workspace, kind, id): a text that was copied to
 * another place does not open there.
 */
export interface KeyRing {
  seal(text: string, context: string): Uint8Array;
  /** Throws PermanentError if no key fits, or if it was made for another context, or changed. */
  open(sealed: Uint8Array, context: string): string;
  /** Whether the key that `seal` takes today has sealed this. */
  isCurrent(sealed: Uint8Array): boolean;
}
