/** The tree of RFC 6962 over the entries, kept as its right edge: at most one subtree per bit of the size. */
import type { Hash } from './codec.ts';

const LEAF = 0x00;
const NODE = 0x01;

/** SHA-256(0x00 ‖ bytes). The prefix keeps a node from ever passing as a leaf. */
export function leafHash(bytes: Uint8Array, hash: Hash): Uint8Array {
  const prefixed = new Uint8Array(bytes.length + 1);
  prefixed[0] = LEAF;
  prefixed.set(bytes, 1);
  return hash(prefixed);
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Hash): Uint8Array {
  const prefixed = new Uint8Array(1 + left.length + right.length);
  prefixed[0] = NODE;
  prefixed.set(left, 1);
  prefixed.set(right, 1 + left.length);
  return hash(prefixed);
}

export interface Tree {
  add(leaf: Uint8Array): void;
  size(): number;
  /** The root over all leaves so far; over none, the hash of nothing. */
  root(): Uint8Array;
  /** Roots of the complete subtrees from left to right: all that the tree must know to grow. */
  edge(): readonly Uint8Array[];
}

/** Where a tree was left. `edge` MUST be what it said then: its root says whether it was. */
export interface TreeEdge {
  readonly size: number;
  readonly edge: readonly Uint8Array[];
}

/** Sizes of the complete subtrees, largest first: the binary digits of the tree's size. */
export function subtreeSizes(size: number): readonly number[] {
  const sizes: number[] = [];
  for (let power = 1, rest = size; rest > 0; power *= 2, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) sizes.unshift(power);
  return sizes;
}

export function createTree(hash: Hash, from: TreeEdge = { size: 0, edge: [] }): Tree {
  const sizes = subtreeSizes(from.size);
  if (sizes.length !== from.edge.length)
    throw new RangeError(`a tree of ${from.size} leaves has ${sizes.length} complete subtrees`);
  /** Each smaller than the one before. */
  const edge = from.edge.map((each, at) => ({ hash: each, size: sizes[at] ?? 0 }));
  let { size } = from;
  return {
    add(leaf) {
      let subtree = { hash: leaf, size: 1 };
      for (let left = edge.at(-1); left?.size === subtree.size; left = edge.at(-1)) {
        edge.pop();
        subtree = { hash: nodeHash(left.hash, subtree.hash, hash), size: left.size * 2 };
      }
      edge.push(subtree);
      size += 1;
    },
    size: () => size,
    edge: () => edge.map((subtree) => subtree.hash),
    root() {
      const last = edge.at(-1);
      if (last === undefined) return hash(new Uint8Array());
      return edge.slice(0, -1).reduceRight((right, left) => nodeHash(left.hash, right, hash), last.hash);
    },
  };
}
