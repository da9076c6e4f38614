import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { edited } from "./saboteur-run.ts";
import { saboteurs } from "./saboteurs.ts";

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

describe("the saboteurs of `npm run torture -- --only saboteurs`", () => {
  test("are the fourteen that the guarantees ask for", () => {
    expect(new Set(saboteurs.map(({ name }) => name)).size).toBe(14);
  });

  test.each(saboteurs)("$name: each edit still fits in exactly one place, and changes it", ({ edits }) => {
    for (const edit of edits) expect(edited(read(edit.file), edit)).not.toBe(read(edit.file));
  });
});
