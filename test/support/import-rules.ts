import { posix } from "node:path";
import { readSource } from "./source-text.ts";

/** A source file by its path from the top of the repository, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly code: string;
}

interface Layer {
  /** Which files are in it; the first layer of the table that fits counts. */
  readonly files: RegExp;
  /** Layers that its files may import, its own not being included unless named. */
  readonly layers: readonly string[];
  /** npm packages and `node:` modules that its files may import; `node:*` is every one of Node's. */
  readonly packages: readonly string[];
}

/** Who may import whom: section 2 of the design, as a table. */
const layers: { readonly [name: string]: Layer } = {
  domain: { files: /^src\/domain\//, layers: ["domain"], packages: ["zod"] },
  engine: {
    files: /^src\/engine\//,
    layers: ["domain", "engine"],
    packages: [
      "nunjucks",
      "zod",
      "canonicalize",
      "libphonenumber-js",
      "@internationalized/number",
      "email-addresses",
      "stemmer",
      "node:crypto",
    ],
  },
  ports: { files: /^src\/ports\//, layers: ["domain", "ports"], packages: [] },
  app: {
    files: /^src\/app\//,
    layers: ["domain", "engine", "ports", "app"],
    packages: ["yaml", "zod", "canonicalize"],
  },
  compose: {
    files: /^src\/compose(?:-[a-z]+)?\.ts$/,
    layers: [
      "compose",
      "domain",
      "engine",
      "ports",
      "app",
      "top",
      "sqlite",
      "http",
      "mail",
      "local",
      "web",
      "slack",
      "jobs",
      "examples",
    ],
    packages: ["node:*"],
  },
  main: {
    files: /^src\/(?:main|cli)\.ts$/,
    layers: ["domain", "ports", "app", "top", "compose"],
    packages: ["node:*"],
  },
  top: {
    files: /^src\/[^/]+\.(?:ts|mjs)$/,
    // The demo backend is started beside Usher.
    layers: ["domain", "engine", "ports", "app", "top", "examples"],
    packages: ["pino", "zod", "libphonenumber-js", "node:*"],
  },
  sqlite: { files: /^adapters\/sqlite\//, layers: ["domain", "ports", "sqlite"], packages: ["node:*", "zod"] },
  http: {
    files: /^adapters\/http\//,
    layers: ["domain", "ports", "http"],
    packages: ["undici", "ipaddr.js", "node:*"],
  },
  mail: { files: /^adapters\/mail\//, layers: ["domain", "ports", "mail"], packages: ["nodemailer", "node:*"] },
  local: { files: /^adapters\/local\//, layers: ["domain", "ports", "local"], packages: ["stemmer"] },
  page: {
    files: /^adapters\/web\/page\//,
    layers: ["page", "web", "domain", "ports"],
    packages: ["react", "react-dom", "vite", "@vitejs/plugin-react", "node:*"],
  },
  // Vite builds the page when it is not built yet.
  web: {
    files: /^adapters\/web\//,
    layers: ["domain", "ports", "web"],
    packages: ["express", "zod", "vite", "node:*"],
  },
  slack: {
    files: /^adapters\/slack\//,
    layers: ["domain", "ports", "slack"],
    packages: ["@slack/bolt", "@slack/oauth", "@slack/types", "@slack/web-api", "express", "zod", "node:*"],
  },
  worker: { files: /^jobs\/worker\.ts$/, layers: ["compose", "top"], packages: ["node:*"] },
  jobs: { files: /^jobs\//, layers: ["domain", "ports", "jobs"], packages: [] },
  examples: { files: /^examples\//, layers: ["examples"], packages: ["node:*"] },
};

/** The folders of code that the table above must know. */
export const codeFolders = ["src", "adapters", "jobs", "examples"];

/** Answers every import of a file: what it names, and whole statements for rules that look closer. */
export function importsOf(code: string): readonly { readonly from: string; readonly statement: string }[] {
  const { uncommented, bare } = readSource(code);
  const found: { from: string; statement: string }[] = [];
  const forms = [
    /^[ \t]*(?:import|export)\b[^"';=]*?\bfrom\s*["']([^"']+)["']/gm,
    /^[ \t]*import\s*["']([^"']+)["']/gm,
    /\b(?:import|require|createRequire|import\.meta\.resolve)\s*\(\s*["'`]([^"'`]+)["'`]/g,
  ];
  for (const form of forms) {
    for (const match of uncommented.matchAll(form)) {
      // A text that merely looks like an import is blank in the bare source.
      if (bare.slice(match.index, match.index + 400).trim() === "") continue;
      found.push({ from: match[1] ?? "", statement: match[0] });
    }
  }
  // What is loaded under a computed name cannot be checked here, and so is not allowed.
  for (const match of bare.matchAll(/\b(?:import|require)\s*\(\s*(?!["'`])\S/g)) {
    found.push({ from: "(computed)", statement: match[0] });
  }
  return found;
}

/** Answers every import that the table forbids, as a sentence. */
export function importViolations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, code }) => {
    const layer = layerOf(path);
    if (layer === null) return [`${path} is in no layer of the table`];
    return importsOf(code).flatMap(({ from, statement }) => {
      const problem = from.startsWith(".") ? localProblem(path, layer, from) : packageProblem(layer, from, statement);
      return problem === null ? [] : [`${path} imports ${from}: ${problem}`];
    });
  });
}

function localProblem(path: string, layer: string, from: string): string | null {
  const target = posix.join(posix.dirname(path), from);
  // Data beside the code, and what Vite reads, is in the layer of its folder like everything else.
  const owner = layerOf(target);
  if (owner === null) return "it leads out of the code";
  return layers[layer]?.layers.includes(owner) === true ? null : `${layer} may not import ${owner}`;
}

function packageProblem(layer: string, from: string, statement: string): string | null {
  const allowed = layers[layer]?.packages ?? [];
  const name = from.startsWith("node:")
    ? from
    : from
        .split("/")
        .slice(0, from.startsWith("@") ? 2 : 1)
        .join("/");
  const known = allowed.includes(name) || (name.startsWith("node:") && allowed.includes("node:*"));
  if (!known) return `${layer} may not use this package`;
  // Of Node's cryptography only the hash is a pure function.
  const onlyHash = /^\s*import \{ hash \} from/.test(statement);
  return layer === "engine" && name === "node:crypto" && !onlyHash ? "the engine may use hash only" : null;
}

/** The name of the layer that a file is in, or null. */
export function layerOf(path: string): string | null {
  return Object.entries(layers).find(([, { files }]) => files.test(path))?.[0] ?? null;
}
