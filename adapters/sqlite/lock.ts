import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { PermanentError } from "../../src/ports/errors.ts";

const fileName = "usher.db";
const pidFileName = "usher.pid";

// Never open the database file but through SQLite: closing it again drops every lock that this process has on it.

/**
 * Makes the data folder and the database file if they are missing, readable for their owner only, and answers the
 * file's path. Throws PermanentError, naming the folder, if that cannot be done.
 */
export function prepareFolder(folder: string): string {
  const file = join(folder, fileName);
  try {
    if (existsSync(folder)) tighten(folder);
    else makeFolder(folder);
    // SQLite gives its log the rights of the database file, so this is the only one to take care of.
    if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
    return file;
  } catch (error) {
    const code = codeOf(error);
    const mend =
      code === "ENOTDIR" ? "A file has that name or a part of it: move it away" : "Make it writable for this user";
    throw new PermanentError(
      `The data folder ${folder} cannot be used: ${code}. ${mend}, or choose another with USHER_DATA.`,
      { cause: error },
    );
  }
}

// Node's own recursive mkdir never ends where a folder is there and still says "no such file", as /proc does.
function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) makeFolder(parent);
  mkdirSync(folder, { mode: 0o700 });
}

/** Notes down who has the lock, for the message that a second server gets. Only for the holder of the lock. */
export function writePid(folder: string): void {
  // Not over an older file, whose rights would stay.
  removePid(folder);
  try {
    writeFileSync(join(folder, pidFileName), `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // It is a help and no more: a full disk must not keep the server from starting.
  }
}

/** The database's file in a folder (null: there is none), and the process that holds it, where one is known to live. */
export function lookAtFolder(folder: string): { readonly file: string | null; readonly holder: number | null } {
  const file = join(folder, fileName);
  return { file: existsSync(file) ? file : null, holder: livingPid(folder) };
}

/** Whether this user may write in a folder. Writes nothing. */
export function mayWriteIn(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Takes the note away; before the lock is given up, or it could be the next one's. */
export function removePid(folder: string): void {
  try {
    rmSync(join(folder, pidFileName), { force: true });
  } catch {
    // As above: whether the process in it lives is looked at in any case.
  }
}

/** Answers the error for somebody who could not have the lock, with the holder's process id where it is known. */
export function inUseError(folder: string, cause: unknown): PermanentError {
  const pid = livingPid(folder);
  const who = pid === null ? "another process" : `process ${pid}`;
  return new PermanentError(
    `The data folder ${folder} is in use by ${who}. Stop it first, or choose another folder with USHER_DATA.`,
    { cause },
  );
}

// The note can be older than the lock: its writer was killed, and the holder has not come to write its own.
function livingPid(folder: string): number | null {
  const pid = notedPid(folder);
  if (pid === null) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // It lives and is another user's.
    return codeOf(error) === "EPERM" ? pid : null;
  }
}

function notedPid(folder: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(folder, pidFileName), "utf8"), 10);
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

// A folder that was there before may be somebody else's, such as /tmp: only an empty one or our own is made private.
function tighten(folder: string): void {
  if (readdirSync(folder).length > 0 && !existsSync(join(folder, fileName))) return;
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    // A mounted volume often belongs to root; the files in it are private all the same.
    if (codeOf(error) !== "EPERM") throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
