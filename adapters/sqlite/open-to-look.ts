import { type Finding, missing, ok } from "../../src/domain/finding.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { KeyRing } from "../../src/ports/key-ring.ts";
import type { Store } from "../../src/ports/store.ts";
import { lookAtFolder } from "./lock.ts";
import { openSqliteStore } from "./open.ts";

/**
 * Opens the store for somebody who only wants to look: not where there is none yet, and not where a running Usher has it
 * (then `store` is null). Throws what is nobody's doing.
 */
export async function openToLook(options: {
  readonly folder: string;
  readonly clock: Clock;
  readonly keyRing: KeyRing | null;
}): Promise<{ readonly store: Store | null; readonly finding: Finding }> {
  const { folder } = options;
  const what = "Data folder";
  const { exists, holder } = lookAtFolder(folder);
  if (!exists) return { store: null, finding: ok(what, `${folder} is made at the first start.`) };
  try {
    return { store: await openSqliteStore(options), finding: ok(what, `${folder} can be read and written.`) };
  } catch (error) {
    if (!(error instanceof PermanentError || error instanceof TransientError)) throw error;
    const running = `${folder} is in use by process ${holder}: Usher is running, and its database is left alone.`;
    if (holder !== null) return { store: null, finding: ok(what, running) };
    const mend = "Mend what the sentence names, or choose another folder with USHER_DATA.";
    return { store: null, finding: missing(what, error.message, mend) };
  }
}
