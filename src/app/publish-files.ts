import canonicalize from "canonicalize";
import type { WorkspaceId } from "../domain/ids.ts";
import type { Problem } from "../domain/problem.ts";
import type { Procedure } from "../domain/procedure.ts";
import { InvalidError } from "../ports/errors.ts";
import type { ProcedureStore } from "../ports/store.ts";
import { type FileProblem, formatFileProblems } from "./files/file-problem.ts";
import { type ProcedureCheck, readProcedureFile } from "./files/procedure-file.ts";
import { readYaml } from "./files/yaml-source.ts";

/** A file of the folder of procedures: its name without the path, and its text. */
export interface FolderFile {
  readonly name: string;
  readonly text: string;
}

/** What became of the procedures of a folder, by slug. `restored`: archived before, and active again. */
export interface PublishReport {
  readonly published: readonly { readonly slug: string; readonly version: number }[];
  readonly unchanged: readonly string[];
  readonly restored: readonly string[];
  readonly archived: readonly string[];
}

type Fate = "published" | "unchanged" | "restored" | "archived";

/**
 * Makes the active procedures of a workspace those of a folder: publishes what differs from the newest version, brings
 * back what was archived, and archives what has no file any more. Throws InvalidError with every problem of every file,
 * and has then changed nothing. Throws ConflictError or TransientError from the store; doing it again goes on.
 */
export async function publishFolder(options: {
  readonly files: readonly FolderFile[];
  readonly store: ProcedureStore;
  readonly workspace: WorkspaceId;
  readonly check: ProcedureCheck;
}): Promise<PublishReport> {
  const { store, workspace } = options;
  const procedures = readFiles(options.files, options.check);
  const active = new Set((await store.active(workspace)).map(({ procedure }) => procedure.slug));
  const fates: { readonly slug: string; readonly fate: Fate; readonly version: number }[] = [];
  for (const procedure of procedures) {
    fates.push(await publishOne(store, workspace, procedure, active.has(procedure.slug)));
    active.delete(procedure.slug);
  }
  for (const slug of active) {
    await store.setActive(workspace, slug, false);
    fates.push({ slug, fate: "archived", version: 0 });
  }
  const slugs = (wanted: Fate): readonly string[] =>
    fates.filter(({ fate }) => fate === wanted).map(({ slug }) => slug);
  return {
    published: fates.filter(({ fate }) => fate === "published").map(({ slug, version }) => ({ slug, version })),
    unchanged: slugs("unchanged"),
    restored: slugs("restored"),
    archived: slugs("archived"),
  };
}

async function publishOne(store: ProcedureStore, workspace: WorkspaceId, procedure: Procedure, active: boolean) {
  const { slug } = procedure;
  const newest = await store.newest(workspace, slug);
  const stored = newest === 0 ? null : await store.load(workspace, slug, newest);
  if (stored === null || canonicalize(stored.procedure) !== canonicalize(procedure)) {
    const { version } = await store.publish(workspace, procedure, newest);
    return { slug, fate: "published", version } as const;
  }
  if (active) return { slug, fate: "unchanged", version: newest } as const;
  await store.setActive(workspace, slug, true);
  return { slug, fate: "restored", version: newest } as const;
}

/** Answers the procedures of a folder's files. Throws InvalidError with every problem of every file. */
export function readFiles(files: readonly FolderFile[], check: ProcedureCheck): readonly Procedure[] {
  const read = files.map((file) => ({ file, result: readProcedureFile(file.name, file.text, check) }));
  const good = read.flatMap(({ file, result }) => {
    return result.kind === "ok" ? [{ file, procedure: result.procedure }] : [];
  });
  const bad = read.flatMap(({ file, result }) => (result.kind === "bad" ? [{ file, problems: result.problems }] : []));
  const wrong = [...bad, ...clashes(good)];
  if (wrong.length === 0) return good.map(({ procedure }) => procedure);
  const lines = wrong.map(({ file, problems }) => formatFileProblems(file.name, problems));
  throw new InvalidError(
    `No procedure was loaded, because of these problems:\n${lines.join("\n")}`,
    wrong.flatMap(({ file, problems }) => problems.map((problem) => asProblem(file.name, problem))),
  );
}

/** Two files cannot be one procedure; the one that comes later by its name is complained about. */
function clashes(read: readonly { readonly file: FolderFile; readonly procedure: Procedure }[]) {
  return read.flatMap(({ file, procedure: { slug } }, index) => {
    const first = read.slice(0, index).find(({ procedure }) => procedure.slug === slug);
    if (first === undefined) return [];
    const place = readYaml(file.name, file.text).place(["slug"]);
    const message = `the slug “${slug}” is taken by ${first.file.name} already`;
    const mend = `give ${file.name} or ${first.file.name} another slug, or delete one of the two`;
    return [{ file, problems: [{ ...place, stepId: null, message, mend }] }];
  });
}

function asProblem(fileName: string, { line, column, stepId, message, mend }: FileProblem): Problem {
  return { path: [fileName, line, column], stepId, message, mend };
}
