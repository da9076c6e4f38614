import { type Finding, missing, ok } from "../../src/domain/finding.ts";
import type { KeyRing } from "../../src/ports/key-ring.ts";
import type { Store } from "../../src/ports/store.ts";
import { openReadOnly } from "./database.ts";
import { toStoreError } from "./errors.ts";
import { lookAtFolder, mayWriteIn } from "./lock.ts";
import { createStore } from "./open.ts";

const what = "Data folder";
const mend = "Mend what the sentence names, or choose another folder with USHER_DATA.";

/** What somebody finds who only wants to look. `store`: null where it cannot be looked into; `isNew`: there is none yet. */
export interface Look {
  readonly store: Store | null;
  readonly isNew: boolean;
  readonly finding: Finding;
}

/**
 * Opens the store for somebody who only wants to look: not where there is none yet, not where a running Usher has it, and
 * not where an older one has left it. Writes nothing; until it is closed no Usher can start there.
 */
export function openToLook({ folder, keyRing }: { readonly folder: string; readonly keyRing: KeyRing | null }): Look {
  const { file, holder } = lookAtFolder(folder);
  if (file === null) return { store: null, isNew: true, finding: ok(what, `${folder} is made at the first start.`) };
  try {
    const database = openReadOnly(file);
    if (database === null) {
      const older = `${folder} is as an older Usher has left it: the next start brings it up to date, and it is not looked into before.`;
      return { store: null, isNew: false, finding: ok(what, older) };
    }
    return { store: createStore(database, keyRing), isNew: false, finding: writing(folder) };
  } catch (error) {
    const running = `${folder} is in use by process ${holder}: Usher is running, and its database is left alone.`;
    if (holder !== null) return { store: null, isNew: false, finding: ok(what, running) };
    return { store: null, isNew: false, finding: missing(what, toStoreError(error).message, mend) };
  }
}

function writing(folder: string): Finding {
  if (mayWriteIn(folder)) return ok(what, `${folder} can be read and written.`);
  return missing(
    what,
    `${folder} cannot be written.`,
    "Make it writable for this user, or choose another with USHER_DATA.",
  );
}
