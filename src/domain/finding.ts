/**
 * What the doctor has found about one thing. `says`: a sentence; `mend`: what to do, where to click. `unknown`: it could not
 * be looked at from here, which is no fault.
 */
export type Finding =
  | { readonly state: "ok"; readonly what: string; readonly says: string }
  | { readonly state: "missing" | "unknown"; readonly what: string; readonly says: string; readonly mend: string };

/** All is well with it. Pure. */
export function ok(what: string, says: string): Finding {
  return { state: "ok", what, says };
}

/** It is missing or wrong. Pure. */
export function missing(what: string, says: string, mend: string): Finding {
  return { state: "missing", what, says, mend };
}

/** It could not be looked at. Pure. */
export function unknown(what: string, says: string, mend: string): Finding {
  return { state: "unknown", what, says, mend };
}
