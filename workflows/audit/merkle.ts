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

/** `Node` is bytes, or their text where that is faster. */
export interface Tree<Node = Uint8Array> {
  add(leaf: Node): void;
  size(): number;
  /** The root over all leaves so far; over none, the hash of nothing. */
  root(): Node;
  /** Roots of the complete subtrees from left to right: all that the tree must know to grow. */
  edge(): readonly Node[];
}

/** Where a tree was left. `edge` MUST be what it said then: its root says whether it was. */
export interface TreeEdge<Node = Uint8Array> {
  readonly size: number;
  readonly edge: readonly Node[];
}

/** Sizes of the complete subtrees, largest first: the binary digits of the tree's size. */
export function subtreeSizes(size: number): readonly number[] {
  const sizes: number[] = [];
  for (let power = 1, rest = size; rest > 0; power *= 2, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) sizes.unshift(power);
  return sizes;
}

export function createTree(hash: Hash, from: TreeEdge = { size: 0, edge: [] }): Tree {
  return createTreeOf((left, right) => nodeHash(left, right, hash), hash(new Uint8Array()), from);
}

/** `join` makes the node over two others; `none` is the root over no leaf. */
export function createTreeOf<Node>(
  join: (left: Node, right: Node) => Node,
  none: Node,
  from: TreeEdge<Node> = { size: 0, edge: [] },
): Tree<Node> {
  const sizes = subtreeSizes(from.size);
  if (sizes.length !== from.edge.length)
    throw new RangeError(`a tree of ${from.size} leaves has ${sizes.length} complete subtrees`);
  /** Each smaller than the one before. */
  const edge = from.edge.map((node, at) => ({ node, size: sizes[at] ?? 0 }));
  let { size } = from;
  return {
    add(leaf) {
      let subtree = { node: leaf, size: 1 };
      for (let left = edge.at(-1); left?.size === subtree.size; left = edge.at(-1)) {
        edge.pop();
        subtree = { node: join(left.node, subtree.node), size: left.size * 2 };
      }
      edge.push(subtree);
      size += 1;
    },
    size: () => size,
    edge: () => edge.map((subtree) => subtree.node),
    root() {
      const last = edge.at(-1);
      if (last === undefined) return none;
      return edge.slice(0, -1).reduceRight((right, left) => join(left.node, right), last.node);
    },
  };
}
