/** Checkpoints for as long as the process lasts. */
import { attached, type CheckpointStore, type StoredCheckpoint } from '../checkpoints.ts';

export function createMemoryCheckpoints(): CheckpointStore {
  const kept: StoredCheckpoint[] = [];
  return {
    newest: () => Promise.resolve(kept.at(-1) ?? null),
    atOrBefore: (size) => Promise.resolve(kept.findLast((each) => each.size <= size) ?? null),
    list: (from, limit) => Promise.resolve(kept.filter(({ size }) => size >= from).slice(0, limit)),
    put(checkpoints) {
      const newest = kept.at(-1);
      const [first] = checkpoints;
      if (newest !== undefined && first !== undefined && first.size <= newest.size)
        return Promise.resolve({ kind: 'behind', newest });
      kept.push(...checkpoints);
      return Promise.resolve({ kind: 'stored' });
    },
    attach(size, attachment) {
      const at = kept.findIndex((each) => each.size === size);
      const found = kept[at];
      if (found !== undefined) kept[at] = attached(found, attachment);
      return Promise.resolve();
    },
  };
}
