/**
 * Where every line of a worker goes on its way out: one line stays one line, of bounded length, and without the
 * secrets that are known by then. What comes from others may hold line ends, terminal commands and half characters.
 */
import type { LineGuard } from '../activities/secrets/line-guard.ts';

export interface Log {
  line(text: string): void;
  /** From now on lines go through this guard, which `make` puts in front of what writes them. */
  guardBy(make: (write: (line: string) => void) => LineGuard): void;
  flush(): void;
}

const LONGEST = 4_000;
/** Control, formatting, separator and lone-surrogate characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function createLog(write: (line: string) => void): Log {
  const out = (line: string): void => write(onOneLine(line));
  let guard: LineGuard | null = null;
  return {
    // Secrets are looked for in the text as it came: written as escapes they would look different.
    line: (text) => (guard === null ? out(text) : guard.write(text)),
    guardBy(make) {
      guard?.flush();
      guard = make(out);
    },
    flush: () => guard?.flush(),
  };
}

export function onOneLine(text: string): string {
  const left = text.length - LONGEST;
  const short = left > 0 ? `${text.slice(0, LONGEST)}… (${left} more characters)` : text;
  return short.replace(UNSEEN, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return `\\u{${point.toString(16).padStart(4, '0')}}`;
  });
}
