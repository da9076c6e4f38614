import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { FolderFile } from "./app/publish-files.ts";
import { limits } from "./domain/limits.ts";
import { InvalidError } from "./ports/errors.ts";

const endings = [".yaml", ".yml", ".json"];

/**
 * Answers the procedure files of a folder, by name: those that end in .yaml, .yml or .json and do not begin with a dot.
 * Throws InvalidError when the folder or a file in it cannot be read.
 */
export async function readFolder(path: string): Promise<readonly FolderFile[]> {
  const names = await list(path);
  const wanted = names.filter(
    (name) => !name.startsWith(".") && endings.some((ending) => name.toLowerCase().endsWith(ending)),
  );
  return Promise.all(wanted.toSorted().map((name) => readOne(path, name)));
}

async function list(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (cause) {
    const message = `The folder of procedures ${path} cannot be read (${codeOf(cause)})`;
    throw invalid(path, message, "make it, or name another one in USHER_PROCEDURES", cause);
  }
}

async function readOne(folder: string, name: string): Promise<FolderFile> {
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    // Whatever is larger is refused for its size, and needs not be read to its end for that.
    const bytes =
      size > limits.procedureFileBytes ? Buffer.alloc(limits.procedureFileBytes + 1, " ") : await readFile(path);
    return { name: basename(path), text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (cause) {
    const reason = cause instanceof TypeError ? "it is not UTF-8 text" : codeOf(cause);
    throw invalid(path, `The procedure file ${path} cannot be read (${reason})`, "correct it or take it away", cause);
  }
}

function invalid(path: string, message: string, mend: string, cause: unknown): InvalidError {
  return new InvalidError(`${message}; ${mend}.`, [{ path: [path], stepId: null, message, mend }], { cause });
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : null;
  return typeof code === "string" ? code : "unknown reason";
}
