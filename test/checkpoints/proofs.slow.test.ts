import { describe, expect, test } from '@jest/globals';
import { nodeCodec } from '../../activities/stores/index.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { createTree, leafHash, subtreeSizes } from '../../workflows/audit/merkle.ts';
import {
  consistencyProof,
  consistencyRanges,
  createRangeHasher,
  inclusionProof,
  inclusionRanges,
  type LeafRange,
  type RangeHash,
} from '../../workflows/audit/proofs.ts';
import { provesConsistency, provesInclusion } from '../../workflows/audit/proving.ts';
import { bruteLeaf, bruteRoot, bruteSplit } from './keys.ts';

const { sha256 } = nodeCodec;
const bytes = (text: string): Buffer => Buffer.from(text, 'hex');

/** The eight leaves and the hashes of the Certificate Transparency reference tests. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const N01 = ROOTS[2] ?? '';
const N23 = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const N45 = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';
const N67 = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const N03 = ROOTS[4] ?? '';
const N47 = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const L0 = ROOTS[1] ?? '';
const L1 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const L4 = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';

const leaves = LEAVES.map((leaf) => leafHash(bytes(leaf), sha256));

function rootOf(count: number): Uint8Array {
  const tree = createTree(sha256);
  for (const leaf of leaves.slice(0, count)) tree.add(leaf);
  return tree.root();
}

/** Hashes over ranges of these leaves, through the hasher that streams. */
function streamed(over: readonly Uint8Array[], ranges: readonly LeafRange[]): RangeHash {
  const hasher = createRangeHasher(ranges, sha256);
  for (const [index, leaf] of over.entries()) hasher.add(index, leaf);
  return (range) => hasher.hashOf(range) ?? Buffer.alloc(0);
}

const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map(hex);

describe('the reference vectors', () => {
  test.each(ROOTS.map((root, size) => [size, root] as const))('T9: root over %d leaves', (size, root) => {
    expect(hex(rootOf(size))).toBe(root);
  });

  test.each([
    [0, 1, []],
    [0, 8, [L1, N23, N47]],
    [5, 8, [L4, N67, N03]],
    [2, 3, [N01]],
    [1, 5, [L0, N23, L4]],
  ])('T9: inclusion of leaf %d among %d', (index, size, expected) => {
    const proof = inclusionProof(index, size, streamed(leaves, inclusionRanges(index, size)));
    expect(hexes(proof)).toEqual(expected);
    const leaf = leaves[index] ?? Buffer.alloc(0);
    expect(provesInclusion({ index, size, leaf, proof, root: rootOf(size) }, sha256)).toBe(true);
  });

  test.each([
    [1, 1, []],
    [1, 8, [L1, N23, N47]],
    [6, 8, [N45, N67, N03]],
    [2, 5, [N23, L4]],
    [6, 7, [N45, 'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f', N03]],
  ])('T9: from %d leaves to %d', (old, size, expected) => {
    const proof = consistencyProof(old, size, streamed(leaves, consistencyRanges(old, size)));
    expect(hexes(proof)).toEqual(expected);
    const roots = { oldRoot: rootOf(old), root: rootOf(size) };
    expect(provesConsistency({ old, size, proof, ...roots }, sha256)).toBe(true);
  });
});

const MOST = 300;
const many = Array.from({ length: MOST }, (_, at) => bruteLeaf(Buffer.from(`entry ${at}`)));
const memory = new Map<string, Uint8Array>();

/** The definition, remembered by range. */
function brute({ from, to }: LeafRange): Uint8Array {
  const name = `${from}-${to}`;
  const known = memory.get(name);
  if (known !== undefined) return known;
  const made =
    to - from <= 1
      ? bruteRoot(many.slice(from, to))
      : sha256(Buffer.concat([Buffer.from([1]), ...halves(from, to).map(brute)]));
  memory.set(name, made);
  return made;
}

function halves(from: number, to: number): LeafRange[] {
  const middle = from + bruteSplit(to - from);
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}

describe('against a tree by definition', () => {
  test('T9: every leaf of every tree of up to 300 is proved, and at no other place', () => {
    let wrong = 0;
    for (let size = 1; size <= MOST; size += 1) {
      const root = brute({ from: 0, to: size });
      for (let index = 0; index < size; index += 1) {
        const leaf = many[index] ?? Buffer.alloc(0);
        const proof = inclusionProof(index, size, brute);
        if (!provesInclusion({ index, size, leaf, proof, root }, sha256)) wrong += 1;
        const elsewhere = (index + 1 + (index % 7)) % size;
        if (elsewhere !== index && provesInclusion({ index: elsewhere, size, leaf, proof, root }, sha256))
          wrong += 1;
      }
    }
    expect(wrong).toBe(0);
  });

  test('T9: every tree of up to 300 continues every smaller one, and no other', () => {
    let wrong = 0;
    for (let size = 1; size <= MOST; size += 1)
      for (let old = 0; old <= size; old += 1) {
        const proof = consistencyProof(old, size, brute);
        const claim = {
          old,
          size,
          proof,
          oldRoot: brute({ from: 0, to: old }),
          root: brute({ from: 0, to: size }),
        };
        if (!provesConsistency(claim, sha256)) wrong += 1;
        const other = { ...claim, oldRoot: brute({ from: 0, to: old === 0 ? 1 : old - 1 }) };
        if (provesConsistency(other, sha256)) wrong += 1;
      }
    expect(wrong).toBe(0);
  });

  test('proofs made from a stream of leaves are those made from the tree', () => {
    for (const size of [1, 2, 3, 7, 8, 100, 255, 256, 257, 300])
      for (const index of [0, 1, 6, 99, 254, 255, 256, 299].filter((each) => each < size)) {
        const ranges = inclusionRanges(index, size);
        expect(hexes(inclusionProof(index, size, streamed(many, ranges)))).toEqual(
          hexes(inclusionProof(index, size, brute)),
        );
        const steps = consistencyRanges(index, size);
        expect(hexes(consistencyProof(index, size, streamed(many, steps)))).toEqual(
          hexes(consistencyProof(index, size, brute)),
        );
      }
  });

  test('a tree that was left grows on from its edge alone', () => {
    for (const left of [0, 1, 2, 3, 7, 8, 255, 256, 299]) {
      const first = createTree(sha256);
      for (const leaf of many.slice(0, left)) first.add(leaf);
      expect(first.edge()).toHaveLength(subtreeSizes(left).length);
      const second = createTree(sha256, { size: left, edge: first.edge() });
      for (const leaf of many.slice(left)) second.add(leaf);
      expect(hex(second.root())).toBe(hex(bruteRoot(many)));
    }
    expect(() => createTree(sha256, { size: 3, edge: [] })).toThrow('2 complete subtrees');
  });
});

describe('T9: a proof with', () => {
  const size = 11;
  const index = 6;
  const root = brute({ from: 0, to: size });
  const leaf = many[index] ?? Buffer.alloc(0);
  const proof = inclusionProof(index, size, brute);
  const good = { index, size, leaf, proof, root };
  const [first = Buffer.alloc(0), second = Buffer.alloc(0), ...rest] = proof;

  test('nothing wrong holds (control)', () => expect(provesInclusion(good, sha256)).toBe(true));

  test.each([
    ['the index before', { ...good, index: 5 }],
    ['the index after', { ...good, index: 7 }],
    ['an index beyond the tree', { ...good, index: 11 }],
    ['a negative index', { ...good, index: -1 }],
    ['half an index', { ...good, index: 6.5 }],
    ['another leaf', { ...good, leaf: many[5] ?? leaf }],
    ['an empty leaf hash', { ...good, leaf: Buffer.alloc(0) }],
    ['twice the size', { ...good, size: 22 }],
    ['half the size', { ...good, size: 5 }],
    ['size 0', { ...good, index: 0, size: 0, proof: [] }],
    ['size 1', { ...good, index: 0, size: 1 }],
    ['size 1 and no hashes', { ...good, index: 0, size: 1, proof: [] }],
    ['a hash too many', { ...good, proof: [...proof, first] }],
    ['the root as a hash too many', { ...good, proof: [...proof, root] }],
    ['a hash before', { ...good, proof: [first, ...proof] }],
    ['a hash missing at its end', { ...good, proof: proof.slice(0, -1) }],
    ['a hash missing at its start', { ...good, proof: proof.slice(1) }],
    ['two hashes swapped', { ...good, proof: [second, first, ...rest] }],
    ['an empty hash', { ...good, proof: [Buffer.alloc(0), ...proof.slice(1)] }],
    ['the root of the empty tree', { ...good, root: bytes(ROOTS[0] ?? '') }],
    [
      'a node offered as the leaf',
      { ...good, index: 3, leaf: brute({ from: 6, to: 8 }), proof: proof.slice(1) },
    ],
  ])('%s is refused', (_what, claim) => expect(provesInclusion(claim, sha256)).toBe(false));

  test('T10: an inner node whose two children are offered as an entry is no leaf', () => {
    const node = Buffer.concat([many[0] ?? leaf, many[1] ?? leaf]);
    const root2 = brute({ from: 0, to: 2 });
    expect(
      provesInclusion({ index: 0, size: 1, leaf: leafHash(node, sha256), proof: [], root: root2 }, sha256),
    ).toBe(false);
  });

  const steps = consistencyProof(5, size, brute);
  const claim = { old: 5, size, proof: steps, oldRoot: brute({ from: 0, to: 5 }), root };

  test('nothing wrong continues (control)', () => expect(provesConsistency(claim, sha256)).toBe(true));

  test.each([
    ['an old size too small', { ...claim, old: 4 }],
    ['an old size too large', { ...claim, old: 6 }],
    ['an old size beyond the new', { ...claim, old: 12 }],
    ['sizes exchanged', { ...claim, old: 11, size: 5 }],
    ['equal sizes and other roots', { ...claim, old: 11, proof: [] }],
    ['equal sizes and hashes', { ...claim, old: 11, oldRoot: root }],
    ['an old size of 0 and hashes', { ...claim, old: 0, oldRoot: bytes(ROOTS[0] ?? '') }],
    ['an old size of 0 and a root', { ...claim, old: 0, proof: [] }],
    ['no hashes', { ...claim, proof: [] }],
    ['a hash too many', { ...claim, proof: [...steps, root] }],
    ['a hash missing', { ...claim, proof: steps.slice(0, -1) }],
    ['its roots exchanged', { ...claim, oldRoot: root, root: claim.oldRoot }],
  ])('%s does not continue', (_what, wrong) => expect(provesConsistency(wrong, sha256)).toBe(false));

  test('one bit changed anywhere in any hash is refused', () => {
    for (let at = 0; at < proof.length; at += 1)
      for (let byte = 0; byte < 32; byte += 1) {
        const wrong = proof.map((each) => Uint8Array.from(each));
        const hash = wrong[at] ?? new Uint8Array();
        hash[byte] = (hash[byte] ?? 0) ^ 1;
        expect(provesInclusion({ ...good, proof: wrong }, sha256)).toBe(false);
      }
  });
});
