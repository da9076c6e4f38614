const mostCharacters = 60;

/** A piece of a file as it may stand in a message: on one line, short, and nothing invisible. Pure. */
export function quoted(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, " ");
  return visible.length > mostCharacters ? `${visible.slice(0, mostCharacters)}…` : visible;
}
