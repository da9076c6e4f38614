import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readProcedureFile } from "../src/app/files/procedure-file.ts";
import { limits } from "../src/domain/limits.ts";
import { InvalidError } from "../src/ports/errors.ts";
import { readFolder } from "../src/procedure-folder.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-procedures-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("the folder of procedures", () => {
  test("answers its YAML and JSON files by name, and nothing else", async () => {
    for (const name of ["b.yml", "a.yaml", "C.YAML", "d.json", "notes.md", ".hidden.yaml", "e.yaml.bak"]) {
      await writeFile(join(folder, name), `text of ${name}`);
    }
    expect(await readFolder(folder)).toEqual([
      { name: "C.YAML", text: "text of C.YAML" },
      { name: "a.yaml", text: "text of a.yaml" },
      { name: "b.yml", text: "text of b.yml" },
      { name: "d.json", text: "text of d.json" },
    ]);
  });

  test("may be empty", async () => {
    expect(await readFolder(folder)).toEqual([]);
  });

  test("that is not there is an error that names it, and the setting for it", async () => {
    const attempt = readFolder(join(folder, "missing"));
    await expect(attempt).rejects.toBeInstanceOf(InvalidError);
    await expect(attempt).rejects.toThrow(/missing cannot be read \(ENOENT\).*USHER_PROCEDURES/);
  });

  test("with a file that cannot be read is an error that names the file", async () => {
    await mkdir(join(folder, "folder.yaml"));
    await expect(readFolder(folder)).rejects.toThrow(/folder\.yaml cannot be read \(EISDIR\)/);
  });

  test("with a file that is no UTF-8 is an error that says so", async () => {
    await writeFile(join(folder, "latin.yaml"), Buffer.from("name: Gr\xfc\xdfe\n", "latin1"));
    await expect(readFolder(folder)).rejects.toThrow(/latin\.yaml cannot be read \(it is not UTF-8 text\)/);
  });

  test("does not read a huge file to its end, which is then refused for its size", async () => {
    await writeFile(join(folder, "huge.yaml"), "x".repeat(3 * limits.procedureFileBytes));
    const [file] = await readFolder(folder);
    expect(file?.text.length).toBe(limits.procedureFileBytes + 1);
    expect(readProcedureFile("huge.yaml", file?.text ?? "", () => [])).toMatchObject({
      kind: "bad",
      problems: [{ message: expect.stringContaining("larger than") }],
    });
  });
});
