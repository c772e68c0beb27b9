/** From entries to signed checkpoints: the tree over the log as it grows, and its root at exact sizes. */
import { bytesOfHex, checkpointText } from '../../workflows/audit/checkpoint.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { createTree, leafHash, type Tree } from '../../workflows/audit/merkle.ts';
import { noteText } from '../../workflows/audit/note.ts';
import type { AuditStore, StoredEntry } from '../stores/audit.ts';
import type { StoredCheckpoint } from '../stores/checkpoints.ts';
import { nodeCodec } from '../stores/codec.ts';
import { StoreError } from '../stores/ledger.ts';
import type { Keyring } from './keyring.ts';

/** The tree as it was at a checkpoint. */
export function treeAt(checkpoint: Pick<StoredCheckpoint, 'size' | 'edge'> | null): Tree {
  if (checkpoint === null) return createTree(nodeCodec.sha256);
  const { size, edge } = checkpoint;
  return createTree(nodeCodec.sha256, { size, edge: edge.map(bytesOfHex) });
}

/** Adds the log's entries up to `size`, calling `at` after each. Throws a `StoreError` when they are not there. */
export async function grow(
  tree: Tree,
  ledger: Pick<AuditStore, 'read'>,
  size: number,
  at: (size: number) => void = () => {},
): Promise<void> {
  for await (const entry of ledger.read(tree.size(), size)) {
    if (entry.index !== tree.size()) throw missing(tree.size());
    tree.add(leafOf(entry));
    at(tree.size());
  }
  if (tree.size() !== size) throw missing(tree.size());
}

export function leafOf({ bytes }: StoredEntry): Uint8Array {
  return leafHash(bytes, nodeCodec.sha256);
}

function missing(index: number): StoreError {
  return new StoreError(
    'store_untrusted',
    `audit entry ${index} is missing; run "cordon audit verify" and keep the store as evidence`,
  );
}

/** The checkpoint over the tree as it is, signed by every key in force. */
export function sealed(tree: Tree, keyring: Keyring): StoredCheckpoint {
  const size = tree.size();
  const text = checkpointText({ origin: keyring.log, size, root: hex(tree.root()) }, nodeCodec);
  const note = noteText({ text, signatures: keyring.sign(text, size) }, nodeCodec);
  return { size, note, edge: tree.edge().map(hex), timestamp: null };
}
