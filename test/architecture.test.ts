import { globSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { codeFolders, importsOf, importViolations, layerOf, type SourceFile } from "./support/import-rules.ts";
import { readSource } from "./support/source-text.ts";

const top = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): SourceFile => ({ path, code: readFileSync(`${top}/${path}`, "utf8") });
const sourcesIn = (folder: string): readonly SourceFile[] =>
  globSync(`${folder}/**/*.{ts,tsx,mts,js,jsx,mjs}`, { cwd: top, exclude: ["**/node_modules/**", "**/dist/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map(read);
const sources = codeFolders.flatMap(sourcesIn);

/** Every file of ours that is loaded with this one: what it imports for more than its types, and so on. */
function loadedBy(start: string): readonly string[] {
  const loaded = new Set([start]);
  for (const path of loaded) {
    for (const { from, statement } of importsOf(sources.find((source) => source.path === path)?.code ?? "")) {
      const isLoaded = /^\s*(?:import|export)\b(?!\s+type\b)(?!\s*\()/.test(statement);
      if (isLoaded && from.startsWith(".")) loaded.add(posix.join(posix.dirname(path), from));
    }
  }
  return [...loaded];
}

describe("who may import whom", () => {
  test("there are files to look at, in every inner layer", () => {
    const counts = Object.groupBy(sources, ({ path }) => layerOf(path) ?? "none");
    for (const layer of ["domain", "engine", "ports", "app", "top", "web", "jobs"]) {
      expect.soft(counts[layer]?.length ?? 0, layer).toBeGreaterThan(0);
    }
    expect(sources.length).toBeGreaterThan(60);
    expect(sources.flatMap(({ code }) => importsOf(code)).length).toBeGreaterThan(200);
  });

  test("no file imports what its layer may not", () => {
    expect(importViolations(sources)).toEqual([]);
  });

  test("a start without Slack loads nothing of Slack's", () => {
    const loaded = loadedBy("src/main.ts");
    expect(loaded).toContain("adapters/web/channel.ts");
    expect(loaded.filter((path) => layerOf(path) === "slack" || path === "src/compose-slack.ts")).toEqual([]);
    expect(loadedBy("src/compose-slack.ts")).toContain("adapters/slack/bolt.ts");
  });

  test.each([
    ["src/domain/run.ts", 'import { advance } from "../engine/advance.ts";'],
    ["src/domain/run.ts", 'import type { Store } from "../ports/store.ts";'],
    ["src/domain/run.ts", 'import { readFileSync } from "node:fs";'],
    ["src/engine/walk.ts", 'import type { Store } from "../ports/store.ts";'],
    ["src/engine/walk.ts", 'import { randomBytes } from "node:crypto";'],
    ["src/engine/walk.ts", 'import { hash, randomBytes } from "node:crypto";'],
    ["src/engine/walk.ts", 'import {\n  work,\n} from "../app/work.ts";'],
    ["src/ports/store.ts", 'import { z } from "zod";'],
    ["src/app/work.ts", 'import { openStore } from "../../adapters/sqlite/store.ts";'],
    ["src/app/work.ts", 'export { openStore } from "../../adapters/sqlite/store.ts";'],
    ["src/app/work.ts", 'const { request } = await import("undici");'],
    ["src/app/work.ts", "const it = await import(name);"],
    ["src/app/work.ts", 'import "express";'],
    ["src/app/work.ts", 'import { config } from "../config.ts";'],
    ["src/config.ts", 'import { compose } from "./compose.ts";'],
    ["src/log.ts", 'import { createHttp } from "../adapters/http/http.ts";'],
    ["adapters/web/channel.ts", 'import { openStore } from "../sqlite/store.ts";'],
    ["adapters/web/channel.ts", 'import { advance } from "../../src/engine/advance.ts";'],
    ["adapters/web/channel.ts", 'import { receive } from "../../src/app/receive.ts";'],
    ["adapters/sqlite/store.ts", 'import { MongoClient } from "mongodb";'],
    ["src/publish-folder.ts", 'import { examine } from "./compose-doctor.ts";'],
    ["src/app/work.ts", 'const { openSlack } = await import("../compose-slack.ts");'],
    ["adapters/slack/slack.ts", 'import type { Bot } from "../../src/compose-bot.ts";'],
    ["jobs/in-process.ts", 'import { compose } from "../src/compose.ts";'],
    ["jobs/in-process.ts", 'import { createHttp } from "../adapters/http/http.ts";'],
    ["src/main.ts", 'import { openStore } from "../adapters/sqlite/store.ts";'],
    ["adapters/http/http.ts", 'import { fake } from "../../test/support/fake.ts";'],
    ["somewhere/else.ts", ""],
  ])("a bad import in %s is caught: %s", (path, code) => {
    expect(importViolations([{ path, code }])).toHaveLength(1);
  });

  test.each([
    ["src/compose.ts", 'import { openStore } from "../adapters/sqlite/store.ts";'],
    ["src/main.ts", 'import { compose } from "./compose.ts";'],
    ["src/cli.ts", 'import { examine } from "./compose-doctor.ts";'],
    ["src/compose.ts", 'const { openSlack } = await import("./compose-slack.ts");'],
    ["src/engine/hash.ts", 'import { hash } from "node:crypto";'],
    ["src/app/work.ts", '// import { openStore } from "../../adapters/sqlite/store.ts";\nconst text = "a // b";'],
    ["src/app/work.ts", `const sentence = \`this is imported from \${place}\`;`],
  ])("a good import in %s is let through: %s", (path, code) => {
    expect(importViolations([{ path, code }])).toEqual([]);
  });
});

describe("what code may do", () => {
  const hits = (files: readonly SourceFile[], banned: readonly RegExp[]): readonly string[] =>
    files.flatMap(({ path, code }) => {
      const { bare } = readSource(code);
      const lines = bare.split("\n");
      return lines.flatMap((line, index) =>
        banned.filter((one) => one.test(line)).map((one) => `${path}:${index + 1} ${one}`),
      );
    });
  const time = [/\bDate\.now\b/, /\bnew Date\(\s*\)/, /\bperformance\b/, /\bset(?:Timeout|Interval|Immediate)\b/];
  const chance = [/\bMath\.random\b/, /\brandom(?:Bytes|UUID|Int)\b/];
  const impure = [...time, ...chance, /\basync\b/, /\bawait\b/, /\bPromise\b/, /(?<![.\w])process\s*[.[]/, /\bfetch\(/];

  test("the nouns and the engine are pure: no clock, chance, waiting or process", () => {
    expect(hits([...sourcesIn("src/domain"), ...sourcesIn("src/engine")], impure)).toEqual([]);
  });

  test("use cases take time and chance from the ports only", () => {
    expect(hits(sourcesIn("src/app"), [...time, ...chance])).toEqual([]);
  });

  test("only the configuration reads the environment", () => {
    const reads = hits(sources, [/\bprocess\s*(?:\?\.|\.)\s*env\b/, /\bprocess\s*\[/, /\bimport\b.*\benv\b.*\bfrom\b/]);
    expect(reads.filter((hit) => !hit.startsWith("src/config.ts:"))).toEqual([]);
  });

  test.each([
    ["const now = Date.now();", impure],
    ["const now = new Date();", impure],
    ["export async function walk() {}", impure],
    ["const home = process.env.HOME;", impure],
    [`const label = \`at \${Date.now()}\`;`, impure],
    ["const slash = /[/'\"]/; setTimeout(run, 5);", time],
  ])("a forbidden word is caught: %s", (code, banned) => {
    expect(hits([{ path: "src/engine/walk.ts", code }], banned)).not.toEqual([]);
  });

  test.each([
    ["// Date.now() is for the shell"],
    ["/** We await nothing.\n * Math.random() */"],
    ['const text = "please await an answer, async";'],
    ["const day = new Date(at);"],
    ["const parts = total / 2; const rest = `it's // no comment`;"],
  ])("a harmless text is let through: %s", (code) => {
    expect(hits([{ path: "src/engine/walk.ts", code }], impure)).toEqual([]);
  });
});

describe("what stands where", () => {
  const asDesigned = ["package.json", "tsconfig.json", "manifest.json", "README.md", "src", "adapters", "jobs", "test"];
  const besides = [
    "docs",
    "examples",
    "bench",
    ".ci",
    ".slack",
    ".gitignore",
    ".dockerignore",
    ".env.example",
    "CHANGELOG.md",
  ];
  const settings = ["biome.json", "knip.json", "vitest.config.ts", "package-lock.json", "Dockerfile", "compose.yaml"];

  test("the top level holds what the design names, and nothing else", () => {
    const ignored = readFileSync(`${top}/.gitignore`, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    const isIgnored = (name: string): boolean =>
      ignored.some((line) => (line.startsWith("*") ? name.endsWith(line.slice(1)) : line.replace(/\/$/, "") === name));
    const names = readdirSync(top).filter((name) => ![".git", ".env"].includes(name) && !isIgnored(name));
    expect(names.filter((name) => ![...asDesigned, ...besides, ...settings].includes(name))).toEqual([]);
  });
});

describe("every implementation of a port", () => {
  const contracts: { readonly [implementation: string]: string } = {
    "adapters/sqlite": "storeContract",
    "adapters/http": "httpContract",
    "adapters/mail": "mailerContract",
    "adapters/local": "modelContract",
    "adapters/web": "channelContract",
    "adapters/slack": "channelContract",
    "jobs/in-process.ts": "queueContract",
  };
  const implementations = [
    ...new Set(sources.map(({ path }) => /^(?:adapters\/[^/]+(?=\/)|jobs\/[^/]+)/.exec(path)?.[0] ?? "")),
  ].filter((name) => name !== "" && name !== "jobs/worker.ts");
  const tests = [...sourcesIn("test/adapters"), ...sourcesIn("test/jobs")];

  test("is known here", () => {
    expect(implementations.length).toBeGreaterThan(1);
    expect(implementations.filter((name) => contracts[name] === undefined)).toEqual([]);
  });

  test.each(implementations)("%s runs its contract suite", (implementation) => {
    const contract = contracts[implementation] ?? "none";
    const runs = tests.filter(({ path, code }) => {
      const { bare, uncommented } = readSource(code);
      const imported = importsOf(uncommented).some(({ from }) => from.startsWith(`../../${implementation}`));
      return path.endsWith(".test.ts") && imported && new RegExp(`^\\s*${contract}\\(`, "m").test(bare);
    });
    expect(runs.map(({ path }) => path)).not.toEqual([]);
  });
});
