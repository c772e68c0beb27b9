/** Proofs that a tree of this log continues an earlier one, for whoever saw the earlier one. */
import { bytesOfHex } from '../../workflows/audit/checkpoint.ts';
import { subtreeSizes } from '../../workflows/audit/merkle.ts';
import {
  consistencyProof,
  consistencyRanges,
  createRangeHasher,
  type RangeHash,
} from '../../workflows/audit/proofs.ts';
import type { AuditStore } from '../stores/audit.ts';
import type { CheckpointStore, StoredCheckpoint } from '../stores/checkpoints.ts';
import { nodeCodec } from '../stores/codec.ts';
import { leafOf } from './seal.ts';

export type Prover = (old: number, size: number) => Promise<readonly Uint8Array[]>;

/** With a checkpoint of the old size only the entries since are read, otherwise all of them. */
export function createProver(ledger: Pick<AuditStore, 'read'>, store: CheckpointStore): Prover {
  return async (old, size) => {
    const ranges = consistencyRanges(old, size);
    if (ranges.length === 0) return [];
    const known = await store.atOrBefore(old);
    const before = known?.size === old ? edgeHashes(known) : () => null;
    const isKnown = ranges.filter(({ to }) => to <= old).every((range) => before(range) !== null);
    const asked = isKnown ? ranges.filter(({ from }) => from >= old) : ranges;
    const hasher = createRangeHasher(asked, nodeCodec.sha256);
    for await (const entry of ledger.read(isKnown ? old : 0, size)) hasher.add(entry.index, leafOf(entry));
    return consistencyProof(old, size, (range) => {
      const hash = before(range) ?? hasher.hashOf(range);
      if (hash === null) throw new Error(`entries ${range.from} to ${range.to} are not all in the log`);
      return hash;
    });
  };
}

/** The complete subtrees that the checkpoint kept, by the leaves they cover. */
function edgeHashes({
  size,
  edge,
}: StoredCheckpoint): (range: Parameters<RangeHash>[0]) => Uint8Array | null {
  const hashes = new Map<string, Uint8Array>();
  let from = 0;
  for (const [at, count] of subtreeSizes(size).entries()) {
    hashes.set(`${from}-${from + count}`, bytesOfHex(edge[at] ?? ''));
    from += count;
  }
  return (range) => hashes.get(`${range.from}-${range.to}`) ?? null;
}
