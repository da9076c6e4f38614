import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ConflictError, TransientError } from "../../src/ports/errors.ts";
import { toStoreError } from "./errors.ts";

// The event loop stands still while a group is carried out: so many writes take about 5 ms.
const mostPerGroup = 256;

interface Write {
  /** Carries it out inside the transaction; gives what is to be called once that is committed. */
  readonly run: () => () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets all writes of one round of the event loop share one transaction, and so one wait for the disk; each caller is
 * answered only after the commit. Reads are carried out at once: between two groups everything is committed.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #undone: () => void;
  #queue: Write[] = [];
  #scheduled = false;
  #closed = false;

  /** `undone` is called after each rollback, so that nothing remembers what was never committed. */
  constructor(database: DatabaseSync, undone: () => void) {
    this.#database = database;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
    this.#undone = undone;
  }

  /**
   * Answers what `work` answers, once that is durable. `work` may be carried out more than once (each time from the
   * same state), so it must change nothing but the database, and it may throw a ConflictError only before its first
   * change: that rejects its own caller alone. When the commit fails, every caller of the group gets a TransientError.
   */
  write<Result>(work: () => Result): Promise<Result> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      const run = () => {
        const result = work();
        return () => resolve(result);
      };
      this.#queue.push({ run, reject });
      this.#schedule();
    });
  }

  /** Answers what `query` answers; it sees every write that was answered. */
  async read<Result>(query: () => Result): Promise<Result> {
    if (this.#closed) throw closedError();
    try {
      return query();
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** Carries out what is queued, then refuses everything else with a TransientError. */
  close(): void {
    this.#closed = true;
    while (this.#queue.length > 0) this.#flush();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    let group: readonly Write[] = this.#queue.splice(0, mostPerGroup);
    while (group.length > 0) group = this.#tryCommit(group);
    if (this.#queue.length > 0) this.#schedule();
  }

  /** Commits a group and answers its callers; gives back those who must be tried again, because one spoiled it. */
  #tryCommit(group: readonly Write[]): readonly Write[] {
    const answers: (() => void)[] = [];
    try {
      // Only after a rollback that failed, as on a broken disk.
      if (this.#database.isTransaction) this.#rollback.run();
      this.#begin.run();
      for (const write of group) answers.push(carryOut(write));
      this.#commit.run();
    } catch (error) {
      return this.#fail(group, answers.length, error);
    }
    for (const answer of answers) answer();
    return [];
  }

  #fail(group: readonly Write[], reached: number, error: unknown): readonly Write[] {
    try {
      if (this.#database.isTransaction) this.#rollback.run();
    } catch {
      // The next group tries again before it begins.
    }
    this.#undone();
    const reason = toStoreError(error);
    const spoiler = group[reached];
    if (reason instanceof TransientError || spoiler === undefined) {
      for (const write of group) write.reject(reason);
      return [];
    }
    spoiler.reject(reason);
    return group.toSpliced(reached, 1);
  }
}

function carryOut(write: Write): () => void {
  try {
    return write.run();
  } catch (error) {
    if (error instanceof ConflictError) return () => write.reject(error);
    throw error;
  }
}

function closedError(): TransientError {
  return new TransientError("The store is closed, because this process is stopping. Try again in a moment.");
}
