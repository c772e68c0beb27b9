/**
 * Which executions a run is known to have had. A seal speaks for entries whose history is gone, so whoever could have
 * any execution sealed could have anything explained: it counts only where histories or other seals lead to it.
 */
import type { Execution } from './execution.ts';
import type { Seal } from './seal.ts';

export interface Lineage {
  /** Executions of which no history is left. */
  readonly gone: readonly string[];
  /** The first seal of each of them: another one later covers no more. */
  readonly covering: readonly Seal[];
  /** Seals that nothing leads to. */
  readonly stray: readonly Seal[];
}

export function lineageOf(
  run: string,
  executions: readonly Execution[],
  missing: readonly string[],
  seals: readonly Seal[],
): Lineage {
  const present = new Set(executions.map((execution) => execution.run));
  const known = new Set([run, ...executions.flatMap(neighboursOf)]);
  for (let before = 0; before < known.size;) {
    before = known.size;
    for (const seal of seals) {
      if (present.has(seal.execution)) continue;
      const { continues, resetFrom, next } = seal;
      // What a reset made outlives what it was made from.
      if (resetFrom !== null && known.has(resetFrom) && !present.has(resetFrom)) known.add(seal.execution);
      if (!known.has(seal.execution)) continue;
      for (const one of [continues, resetFrom, next]) if (one !== null) known.add(one);
    }
  }
  const gone = [...new Set([...missing, ...seals.map(({ execution }) => execution)])].filter(
    (one) => known.has(one) && !present.has(one),
  );
  return {
    gone,
    covering: gone.flatMap((one) => seals.find(({ execution }) => execution === one) ?? []),
    stray: seals.filter(({ execution }) => !known.has(execution) && !present.has(execution)),
  };
}

function neighboursOf({ continues, resetFrom, close }: Execution): readonly string[] {
  const next = close.kind === 'running' ? null : close.next;
  return [continues, resetFrom, next].filter((one) => one !== null);
}
