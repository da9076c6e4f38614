import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Loaded before everything else (`--import`). Compiled code is kept beside the packages, so that nobody may change it who
// may not change these; where that folder cannot be written, nothing is kept.
enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/usher"));
