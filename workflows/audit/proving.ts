/** Do the hashes of a proof lead where it says? As RFC 9162, sections 2.1.3.2 and 2.1.4.2, has it. */
import { equalBytes, type Hash } from './codec.ts';
import { nodeHash } from './merkle.ts';

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  /** Leaf hash of the entry. */
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

const HASH_BYTES = 32;

/** Is the leaf at that index in the tree of that size and root? */
export function provesInclusion({ index, size, leaf, proof, root }: Inclusion, hash: Hash): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || ![leaf, root, ...proof].every(isHash))
    return false;
  let place = index;
  let last = size - 1;
  let reached = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      reached = nodeHash(sibling, reached, hash);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else reached = nodeHash(reached, sibling, hash);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && equalBytes(reached, root);
}

export interface Consistency {
  readonly old: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Does the tree of `size` leaves begin with the one of `old`? Every tree begins with the empty one. */
export function provesConsistency({ old, oldRoot, size, root, proof }: Consistency, hash: Hash): boolean {
  if (!isCount(old) || !isCount(size) || old > size || ![oldRoot, root, ...proof].every(isHash)) return false;
  if (old === size) return proof.length === 0 && equalBytes(oldRoot, root);
  if (old === 0) return proof.length === 0 && equalBytes(oldRoot, hash(new Uint8Array()));
  let [place, last] = [old - 1, size - 1];
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  // When the old tree is complete its root is the first hash, and is left out of the proof.
  const [first, ...rest] = place === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  let [reachedOld, reached] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      reachedOld = nodeHash(sibling, reachedOld, hash);
      reached = nodeHash(sibling, reached, hash);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else reached = nodeHash(reached, sibling, hash);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && equalBytes(reachedOld, oldRoot) && equalBytes(reached, root);
}

// Sizes exceed 32 bits, so there are no bit operators here.
const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isHash = (bytes: Uint8Array): boolean => bytes.length === HASH_BYTES;
