/** What a store object remembers between its commits, so that it need not be read again for each. */
import type { HeadRow } from './tables.ts';

export interface RunEnd {
  readonly seq: number;
  readonly leaf: string | null;
}

export interface RunEnds {
  /** The head this object left behind last, as far as a log that ends at `head` can hold it; null before its first commit. */
  left(head: HeadRow): HeadRow | null;
  /** Whether the run's end is known if the head is the one that was left behind. */
  remembers(run: string): boolean;
  /** Where runs ended when the log ended at `head`: nothing unless this object left that head behind. */
  recall(head: HeadRow): ReadonlyMap<string, RunEnd>;
  /** What the log will end with when all that was sent is durable. MUST be called in the order in which it was sent. */
  expect(head: HeadRow, ends: ReadonlyMap<string, RunEnd>): void;
  /** MUST be called only when the commit that leaves `head` behind is durable. */
  keep(head: HeadRow): void;
}

/** Beyond this many runs the memory starts anew. */
const MAX_RUNS = 10_000;

export function createRunEnds(): RunEnds {
  const known = new Map<string, RunEnd>();
  let expected: HeadRow | null = null;
  let durable: HeadRow | null = null;
  return {
    left: (head) => (expected?.leaf === head.leaf ? expected : durable),
    remembers: (run) => known.has(run),
    recall(head) {
      if (expected?.leaf !== head.leaf || known.size > MAX_RUNS) known.clear();
      return known;
    },
    expect(head, ends) {
      for (const [run, end] of ends) known.set(run, end);
      expected = head;
    },
    keep(head) {
      durable = head;
    },
  };
}
