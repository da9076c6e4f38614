/** The line that plays the same case of a scenario again, for whoever reads a violation. Pure. */
export function playAgain(key: string, { short, seed }: { readonly short: boolean; readonly seed?: number }): string {
  const options = [...(short ? ["--short"] : []), `--only ${key}`, ...(seed === undefined ? [] : [`--seed ${seed}`])];
  return `npm run torture -- ${options.join(" ")}`;
}
