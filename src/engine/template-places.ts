import type { CompiledStep } from "./compile.ts";
import type { Part } from "./template-parts.ts";

/** A place of a step in which a template stands: its path below the step, and what the template is made of. */
interface Place {
  readonly path: readonly string[];
  readonly parts: readonly Part[];
}

/** Every template of a step, with its place. Pure. */
export function placesOf(compiled: CompiledStep): readonly Place[] {
  switch (compiled.kind) {
    case "message":
      return [{ path: ["content"], parts: compiled.content.parts }];
    case "collect":
      return [{ path: ["prompt"], parts: compiled.prompt.parts }];
    case "call": {
      const { url, headers, body } = compiled;
      return [
        { path: ["url"], parts: [...url.segments.flat(), ...(url.query ?? [])] },
        ...headers.map(({ name, template }) => ({ path: ["headers", name], parts: template.parts })),
        ...(body === null ? [] : [{ path: ["body"], parts: partsOf(body.pieces) }]),
      ];
    }
    case "action":
      return [{ path: ["parameters"], parts: partsOf(compiled.parameters.pieces) }];
    case "escalate":
      return [{ path: ["reason"], parts: compiled.reason.parts }];
    case "set":
      return compiled.value === null ? [] : [{ path: ["value"], parts: compiled.value.parts }];
    case "condition":
      return [];
    default:
      return compiled satisfies never;
  }
}

function partsOf(pieces: readonly (string | { readonly parts: readonly Part[] })[]): readonly Part[] {
  return pieces.flatMap((piece) => (typeof piece === "string" ? [] : piece.parts));
}
