/** How far long work has come, on one line that is drawn over; nothing where nobody watches. */
import type { Stream } from '../terminal.ts';

export interface Progress {
  at(done: number): void;
  /** Takes the line away. */
  end(): void;
}

const EVERY_MS = 100;
const BAR = 24;

/** `total` is null where nobody knows it. */
export function createProgress(stream: Stream, what: string, total: number | null): Progress {
  const isWatched = stream.rows !== null;
  let drawn = 0;
  let shown = false;
  return {
    at(done) {
      const now = performance.now();
      if (!isWatched || now - drawn < EVERY_MS) return;
      drawn = now;
      shown = true;
      stream.write(`\r${lineOf(what, done, total)}`);
    },
    end() {
      if (shown) stream.write(`\r${' '.repeat(stream.width - 1)}\r`);
    },
  };
}

function lineOf(what: string, done: number, total: number | null): string {
  if (total === null || total === 0) return `${what} ${done}`;
  const full = Math.min(BAR, Math.floor((done / total) * BAR));
  return `${what} ${'█'.repeat(full)}${'·'.repeat(BAR - full)} ${done} of ${total}`;
}
