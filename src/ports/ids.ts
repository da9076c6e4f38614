/** The only source of randomness. */
export interface Ids {
  /** 128 random bits as 32 hex digits. */
  nonce(): string;
}
