const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const kibibyte = 1024;

/**
 * Every bound of Usher in one table; times in ms, sizes in bytes of UTF-8. What happens at each one is said in
 * docs/limits.md. Source of the numbers: the limits table of the project's guarantees.
 */
export const limits = {
  inboundBodyBytes: 1024 * kibibyte,
  callTimeoutMs: 15 * second,
  answerBytes: 1024 * kibibyte,
  jsonDepth: 64,
  jsonNodes: 20_000,
  keptAnswerBytes: 256 * kibibyte,
  keptAnswerMs: 30 * day,
  keptPathBytes: 32 * kibibyte,
  variablesBytes: 64 * kibibyte,
  renderedBytes: 16 * kibibyte,
  templateBytes: 16 * kibibyte,
  procedureSteps: 200,
  headers: 50,
  procedureFileBytes: 1024 * kibibyte,
  transitionsPerAdvance: 100,
  stepsPerRun: 500,
  changesWaiting: 10_000,
  inboxTurns: 20,
  outboxEffects: 100,
  outboxKeptForHandOff: 10,
  recentKeys: 64,
  traceEntries: 50,
  traceTextLength: 200,
  turnLength: 10_000,
  decisionsOfRun: 50,
  decisionsOnHandOffs: 10,
  tags: 50,
  leaseMs: 30 * second,
  sendTimeoutMs: 10 * second,
  modelTimeoutMs: 20 * second,
  recordTimeoutMs: 10 * second,
  sweepMs: 2 * second,
  sweepBatch: 100,
  attempts: 5,
  attemptsWithinMs: 23 * hour,
  backoffFirstMs: second,
  backoffMostMs: 5 * minute,
  retryAfterMostMs: hour,
  approvalMs: 24 * hour,
  approvalReminderMs: 12 * hour,
  silenceMs: 72 * hour,
  silenceReminderMs: 24 * hour,
  peopleMs: 12 * hour,
  choosingMs: hour,
  coolDownMs: 10 * minute,
  idleMs: 7 * day,
  slackAnswerBytes: 8 * 1024 * kibibyte,
  installMs: 10 * minute,
  installsBegun: 20_000,
  stopMs: 8 * second,
} as const;
