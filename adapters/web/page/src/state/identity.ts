import { freeName } from "./names.ts";

const prefix = "usher.deciding.";

let letGo: () => void = () => undefined;

/** Lets the other tabs of this browser know that this one decides under this name, while it lives. */
export function holdName(name: string): void {
  letGo();
  if (!("locks" in navigator)) return;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const lock = navigator.locks.request(prefix + name, { mode: "shared" }, () => held);
  lock.catch(() => undefined);
}

/** The first name that no other tab of this browser decides under; without locks, the very first. Never throws. */
export async function findFreeName(): Promise<string> {
  if (!("locks" in navigator)) return freeName([]);
  try {
    const { held = [] } = await navigator.locks.query();
    return freeName(held.flatMap(({ name }) => (name?.startsWith(prefix) === true ? [name.slice(prefix.length)] : [])));
  } catch {
    return freeName([]);
  }
}
