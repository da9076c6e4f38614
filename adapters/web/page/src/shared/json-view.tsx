import { useMemo } from "react";
import type { Json } from "../../../../../src/domain/json.ts";
import { countOf, cutJson, foldedWords, foldOf, plainJson, structureIn } from "./json-fold.ts";
import { LongText } from "./long-text.tsx";

/** A value as people read it: text as text, structures folded below their first level, at most 20 KB. */
export function JsonView({ value, name }: { readonly value: Json; readonly name: string }) {
  const inside = typeof value === "string" ? structureIn(value) : value;
  const shown = inside ?? value;
  const { text, whole } = useMemo(() => cutJson(shown), [shown]);
  if (!whole) return <Cut text={text} value={shown} name={name} />;
  if (foldOf(shown) !== null) {
    return (
      <div className="json">
        <Node name={null} value={shown} depth={0} />
      </div>
    );
  }
  return <LongText text={typeof shown === "string" ? shown : plainJson(shown)} className="value" />;
}

function Node({ name, value, depth }: { readonly name: string | null; readonly value: Json; readonly depth: number }) {
  const fold = foldOf(value);
  const label = name === null ? null : <span className="json-name">{name}: </span>;
  if (fold === null || fold.entries.length === 0) {
    const leaf = fold === null ? plainJson(value) : countOf(fold);
    return (
      <div className="json-leaf">
        {label}
        <span className={`json-${value === null ? "null" : typeof value}`}>{leaf}</span>
      </div>
    );
  }
  return (
    <details className="json-fold" open={depth === 0}>
      <summary>
        {label}
        <span className="muted when-open">{countOf(fold)}</span>
        <span className="muted when-folded">{foldedWords(fold)}</span>
      </summary>
      <div className="json-inside">
        {fold.entries.map(([key, inner], index) => (
          <Node key={key ?? index} name={key} value={inner} depth={depth + 1} />
        ))}
      </div>
    </details>
  );
}

function Cut({ text, value, name }: { readonly text: string; readonly value: Json; readonly name: string }) {
  return (
    <div className="json">
      <LongText text={text} className="mono" />
      <p className="muted">The first 20 KB.</p>
      <button type="button" className="small" onClick={() => download(value, name)}>
        Download
      </button>
    </div>
  );
}

function download(value: Json, name: string): void {
  const isText = typeof value === "string";
  const type = isText ? "text/plain" : "application/json";
  const url = URL.createObjectURL(new Blob([isText ? value : JSON.stringify(value, null, 2)], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}.${isText ? "txt" : "json"}`;
  link.click();
  URL.revokeObjectURL(url);
}
