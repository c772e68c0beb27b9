/**
 * Lines on their way to a log. A line that ends like the beginning of a secret waits a moment for the next one, so
 * that a secret which was written in two pieces is blotted out in both.
 */
import { BLOT, type Redactor } from './redact.ts';

export interface LineGuard {
  write(line: string): void;
  /** Lets go of a line that still waits. */
  flush(): void;
}

/** Pieces of one text follow each other at once. */
const LONGEST_WAIT_MS = 200;

export function createLineGuard(redactor: Redactor, write: (line: string) => void): LineGuard {
  let held: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    const line = held;
    [held, timer] = [null, null];
    if (line !== null) write(line);
  };
  return {
    write(line) {
      let clean = redactor.redact(line);
      if (held !== null) {
        const split = redactor.ended(held, clean);
        if (split !== null) {
          held = `${held.slice(0, held.length - split.before)}${BLOT}`;
          clean = `${BLOT}${clean.slice(split.after)}`;
        }
        flush();
      }
      if (redactor.begun(clean) === 0) return write(clean);
      held = clean;
      timer = setTimeout(flush, LONGEST_WAIT_MS);
      timer.unref();
    },
    flush,
  };
}
