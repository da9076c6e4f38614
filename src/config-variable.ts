import { resolve } from "node:path";
import { z } from "zod";
import type { Reading } from "./config-values.ts";

/** A variable of the environment; not set, or set to nothing, it is read as `fallback`. */
export function setting<Value>(fallback: string, read: (text: string) => Reading<Value>) {
  return z
    .string()
    .optional()
    .transform((given, context) => {
      const text = given?.trim() ?? "";
      const reading = read(text === "" ? fallback : text);
      if (reading.kind === "ok") return reading.value;
      context.addIssue({ code: "custom", message: reading.problem });
      return z.NEVER;
    });
}

/** A variable that may be left out; then it is null. */
export function optional<Value>(read: (text: string) => Reading<Value>) {
  return setting<Value | null>("", (text) => (text === "" ? { kind: "ok", value: null } : read(text)));
}

/** Any text. Pure. */
export function anyText(text: string): Reading<string> {
  return { kind: "ok", value: text };
}

/** A folder, as an absolute path. */
export function folder(text: string): Reading<string> {
  return { kind: "ok", value: resolve(text) };
}
