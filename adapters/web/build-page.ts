import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError } from "../../src/ports/errors.ts";

const source = join(import.meta.dirname, "page");
const built = join(import.meta.dirname, "dist");

/**
 * Builds the playground's page if it is not built yet, or if its source is newer, and answers the folder that it is in.
 * Throws PermanentError when it must be built and cannot be.
 */
export async function buildPage(): Promise<string> {
  const builtAt = await changedAt(join(built, "index.html"));
  if (builtAt !== null && builtAt >= (await newestIn(source))) return built;
  try {
    // Only needed for this, and absent where the page came ready built.
    const { build } = await import("vite");
    await build({ root: source, configFile: join(source, "vite.config.ts"), logLevel: "warn" });
  } catch (cause) {
    if (builtAt !== null) return built;
    throw new PermanentError("The playground's page could not be built. Run `npm ci` and start again.", { cause });
  }
  return built;
}

async function newestIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => changedAt(join(file.parentPath, file.name))),
  );
  return times.reduce<number>((newest, time) => Math.max(newest, time ?? 0), 0);
}

async function changedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return null;
  }
}
