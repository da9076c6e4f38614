import { type Document, isMap, isNode, isScalar, visit } from "yaml";
import type { YamlProblem } from "./yaml-value.ts";

/**
 * Answers what keeps a text from being JSON, at most one problem. A JSON file that only a YAML parser can read would
 * break in every other tool. `document`: the same text, read as YAML. Pure.
 */
export function jsonProblems(document: Document.Parsed, text: string): readonly YamlProblem[] {
  if (text.trim() === "") return [];
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    // The parser's own words may quote a large piece of the file; only its short forms are passed on.
    const reason = error instanceof Error ? error.message : "";
    const words = /^(?:Unexpected token \S+|[^"]+?)(?=,| in JSON| at position|$)/u.exec(reason)?.[0] ?? "";
    const position = /at position (\d+)/.exec(reason)?.[1];
    return [
      {
        offset: position === undefined ? firstStrangeness(document) : Number(position),
        message: `the file's name ends in .json, and this is not JSON${words === "" ? "" : ` (${words.toLowerCase()})`}`,
        mend: "mend the JSON, or let the name end in .yaml",
        explainsLine: true,
      },
    ];
  }
}

/** Whether a document holds nothing that JSON cannot: no comments, and every text in double quotes. Pure. */
export function isJson(document: Document): boolean {
  if (!isMap(document.contents) || document.contents.flow !== true) return false;
  let strange = Boolean(document.comment ?? document.commentBefore);
  visit(document, {
    Node: (_, node) => {
      strange ||= isStrange(node);
      return strange ? visit.BREAK : undefined;
    },
  });
  return !strange;
}

/** For the errors that come without a position: where YAML stumbles too, else the first part that is no JSON. */
function firstStrangeness(document: Document.Parsed): number {
  const error = document.errors[0];
  if (error !== undefined) return error.pos[0];
  let offset = 0;
  visit(document, {
    Node: (_, node) => {
      if (!isStrange(node)) return undefined;
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function isStrange(node: unknown): boolean {
  if (isScalar(node) && typeof node.value === "string" && node.type !== "QUOTE_DOUBLE") return true;
  return isNode(node) && Boolean(node.comment ?? node.commentBefore);
}
