/**
 * Whether one word is the other with one slip of the pen behind its first letter: a letter too many, too few or wrong,
 * or two letters changed about ("refnud"). Pure.
 */
export function isSlip(written: string, meant: string): boolean {
  if (written === meant || written[0] !== meant[0] || Math.abs(written.length - meant.length) > 1) return false;
  let same = 1;
  while (same < written.length && written[same] === meant[same]) same++;
  const [a, b] = [written.slice(same), meant.slice(same)];
  const tooMany = a.slice(1) === b;
  const tooFew = a === b.slice(1);
  const wrong = a.slice(1) === b.slice(1);
  const changedAbout = a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
  return tooMany || tooFew || wrong || changedAbout;
}
