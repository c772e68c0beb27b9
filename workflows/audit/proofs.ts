/**
 * Proofs of RFC 6962: that an entry is in a tree, and that a tree continues an earlier one. A proof is a list of
 * hashes over ranges of leaves. Which ranges is arithmetic; whoever has the leaves, or the hashes, makes them.
 */
import type { Hash } from './codec.ts';
import { createTree } from './merkle.ts';

/** Leaves `from` … `to - 1`. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** The tree hash over a range of leaves. */
export type RangeHash = (range: LeafRange) => Uint8Array;

/** Empty for an index that is not in the tree. */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  return index < size && index >= 0 ? pathTo(index, { from: 0, to: size }) : [];
}

/** From the leaf upwards, as proofs are written. */
function pathTo(index: number, { from, to }: LeafRange): readonly LeafRange[] {
  if (to - from === 1) return [];
  const middle = from + splitOf(to - from);
  return index < middle
    ? [...pathTo(index, { from, to: middle }), { from: middle, to }]
    : [...pathTo(index, { from: middle, to }), { from, to: middle }];
}

/** Empty for equal sizes, and from nothing: everything continues nothing. */
export function consistencyRanges(old: number, size: number): readonly LeafRange[] {
  return old > 0 && old < size ? continuing(old, { from: 0, to: size }, true) : [];
}

/** SUBPROOF of the RFC; `known` while the checker has the hash over the old part already. */
function continuing(old: number, { from, to }: LeafRange, known: boolean): readonly LeafRange[] {
  if (old === to) return known ? [] : [{ from, to }];
  const middle = from + splitOf(to - from);
  return old <= middle
    ? [...continuing(old, { from, to: middle }, known), { from: middle, to }]
    : [...continuing(old, { from: middle, to }, false), { from, to: middle }];
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

export function inclusionProof(index: number, size: number, hashes: RangeHash): readonly Uint8Array[] {
  return inclusionRanges(index, size).map(hashes);
}

export function consistencyProof(old: number, size: number, hashes: RangeHash): readonly Uint8Array[] {
  return consistencyRanges(old, size).map(hashes);
}

export interface RangeHasher {
  /** The leaf hash of the entry at `index`. */
  add(index: number, leaf: Uint8Array): void;
  /** Null for a range that has not all its leaves yet, or is none of those asked for. */
  hashOf(range: LeafRange): Uint8Array | null;
}

/** Hashes over some ranges, which MUST NOT overlap, from leaves in rising order. Memory does not grow with them. */
export function createRangeHasher(ranges: readonly LeafRange[], hash: Hash): RangeHasher {
  const slots = ranges
    .map((range) => ({ range, tree: createTree(hash) }))
    .sort((one, other) => one.range.from - other.range.from);
  let at = 0;
  return {
    add(index, leaf) {
      while (slots[at] !== undefined && (slots[at]?.range.to ?? 0) <= index) at += 1;
      const slot = slots[at];
      if (slot !== undefined && index === slot.range.from + slot.tree.size()) slot.tree.add(leaf);
    },
    hashOf({ from, to }) {
      const slot = slots.find(({ range }) => range.from === from && range.to === to);
      return slot === undefined || slot.tree.size() !== to - from ? null : slot.tree.root();
    },
  };
}
