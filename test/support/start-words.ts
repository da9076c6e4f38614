import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const root = join(import.meta.dirname, "../..");
const packageSchema = z.object({ scripts: z.object({ start: z.string() }) });
const { scripts } = packageSchema.parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
const [program, ...words] = scripts.start.split(" ");
if (program !== "node")
  throw new Error("The script `start` does not begin with node any more; mend test/support/start-words.ts.");

/** What follows `node` to start Usher as `npm start` does, whatever the current folder is. */
export const startWords: readonly string[] = words.map((word) => (word.startsWith("-") ? word : join(root, word)));
