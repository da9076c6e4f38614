const second = 1000;

/**
 * The bounds of the playground and of its server, beside those in src/domain/limits.ts. Times in ms, sizes in bytes.
 * `reasonLength`
 * is what src/domain/press.ts takes. `answerMs` is guarantee G1: whoever cannot be answered by then is told 503 and asks again.
 */
export const webLimits = {
  messagesShown: 500,
  cardsShown: 200,
  conversationsShown: 200,
  recordsShown: 200,
  summaryLength: 120,
  reasonLength: 3000,
  answerMs: 2.5 * second,
  redeliverFirstMs: 2 * second,
  redeliverMostMs: 60 * second,
  heartbeatMs: 15 * second,
  streams: 100,
  streamBufferBytes: 64 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10 * second,
  requestMs: 20 * second,
  idleMs: 60 * second,
  keepAliveMs: 5 * second,
  checkMs: 2 * second,
  closeMs: 5 * second,
} as const;
