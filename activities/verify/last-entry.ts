/**
 * The second look at a log that ends otherwise than was confirmed. A checkpoint confirms all entries up to its size at
 * once, and so says of none of them alone that it was changed. The head still names the last one: if the log with that one
 * at its end is what was confirmed, then only the last entry was changed, and all before it are what they were.
 */
import { Buffer } from 'node:buffer';
import { hex } from '../../workflows/audit/codec.ts';
import { createTree, leafHash } from '../../workflows/audit/merkle.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { Fault } from './check.ts';
import type { RootClaim } from './claims.ts';
import { SourceError, type RecordSource } from './source.ts';

/** The fault at the entry where it belongs; where it was found if that cannot be shown. */
export async function narrowed(
  source: RecordSource,
  fault: Fault,
  claims: readonly RootClaim[],
): Promise<Fault> {
  if (fault.code !== 'rewritten' || fault.index === fault.noticed) return fault;
  const head = await source.head();
  const size = fault.noticed + 1;
  if (head === null || head.size !== size) return fault;
  const root = await rootEndingIn(source, size, head.leaf);
  const told = claims.filter((claim) => claim.size === size);
  if (told.some((claim) => claim.root !== root)) return fault;
  const by = told.map((claim) => claim.by).join(', ');
  return {
    code: 'rewritten',
    index: fault.noticed,
    noticed: fault.noticed,
    reason: `entry ${fault.noticed} is not the one that ${by} confirmed at size ${size}; those before it are`,
  };
}

/** Null where the entries before the last one cannot be read. */
async function rootEndingIn(source: RecordSource, size: number, leaf: string): Promise<string | null> {
  const tree = createTree(nodeCodec.sha256);
  try {
    for await (const batch of source.entries()) {
      if ('kind' in batch) break;
      const { bytes, spans } = batch;
      for (let at = 0; at < spans.length && tree.size() < size - 1; at += 2)
        tree.add(leafHash(bytes.subarray(spans[at] ?? 0, spans[at + 1] ?? 0), nodeCodec.sha256));
      if (tree.size() === size - 1) break;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  if (tree.size() !== size - 1) return null;
  tree.add(Buffer.from(leaf, 'hex'));
  return hex(tree.root());
}
