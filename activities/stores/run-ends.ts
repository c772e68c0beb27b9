/** What a store object remembers between its commits, so that it need not be read again for each. */
import type { HeadRow } from './tables.ts';

export interface RunEnd {
  readonly seq: number;
  readonly leaf: string | null;
}

export interface RunEnds {
  /** The head this object left behind last; null before its first commit. */
  left(): HeadRow | null;
  /** Whether the run's end is known if the head is the one that was left behind. */
  remembers(run: string): boolean;
  /** Where runs ended when the log ended at `head`: nothing unless this object left that head behind. */
  recall(head: HeadRow): ReadonlyMap<string, RunEnd>;
  /** MUST be called only when the commit that leaves `head` behind is durable. */
  keep(head: HeadRow, ends: ReadonlyMap<string, RunEnd>): void;
}

/** Beyond this many runs the memory starts anew. */
const MAX_RUNS = 10_000;

export function createRunEnds(): RunEnds {
  const known = new Map<string, RunEnd>();
  let last: HeadRow | null = null;
  return {
    left: () => last,
    remembers: (run) => known.has(run),
    recall(head) {
      if (last?.leaf !== head.leaf || known.size > MAX_RUNS) known.clear();
      return known;
    },
    keep(head, ends) {
      for (const [run, end] of ends) known.set(run, end);
      last = head;
    },
  };
}
