/** The "did you mean" of every message about an unknown name. */

const LONGEST_WORD = 64;
const MOST_WORDS = 500;

/**
 * The nearest of the known words, or null when none is near: at most a third of the letters may differ.
 * Looks at the first 500 words only, and at no word beyond 64 characters, so time is bounded.
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  if (word.length > LONGEST_WORD) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  let looked = 0;
  for (const candidate of known) {
    if (looked++ === MOST_WORDS) break;
    if (candidate.length > LONGEST_WORD || Math.abs(candidate.length - word.length) >= least) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** A remedy that names the nearest word, or else lists the words when they are few. */
export function didYouMean(word: string, known: readonly string[], noun: string): string {
  const near = nearest(word, known);
  if (near !== null) return `Did you mean \`${near}\`?`;
  const shown = known.slice(0, 20).map((each) => `\`${each}\``);
  return `Known ${noun}: ${shown.join(', ')}${known.length > shown.length ? ' …' : ''}.`;
}

/** Optimal string alignment: insert, delete, replace, and swap of neighbours cost one each. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(now, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      now.push(cost);
    }
    [beforeLast, last] = [last, now];
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
