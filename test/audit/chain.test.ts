import { describe, expect, test } from '@jest/globals';
import { drawSalt } from '../../activities/stores/codec.ts';
import { createHash } from 'node:crypto';
import { createMemoryLedger, nodeCodec } from '../../activities/stores/index.ts';
import type { NewEvent } from '../../activities/stores/audit.ts';
import { verifyEntries } from '../../workflows/audit/chain.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { draftEntry, entryText, type Place } from '../../workflows/audit/draft.ts';
import { GENESIS } from '../../workflows/audit/entry.ts';
import { createTree, leafHash, nodeHash } from '../../workflows/audit/merkle.ts';
import { allBytes, event, events } from './samples.ts';

const { sha256 } = nodeCodec;

/** The definition of RFC 6962 section 2.1, word for word. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array());
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)), sha256);
}

describe('the tree over the entries', () => {
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  test.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
    [5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
    [6, '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('over %d of the well-known leaves has the well-known root', (size, root) => {
    const tree = createTree(sha256);
    for (const leaf of leaves.slice(0, size)) tree.add(leafHash(Buffer.from(leaf, 'hex'), sha256));
    expect(hex(tree.root())).toBe(root);
    expect(tree.size()).toBe(size);
  });

  test('grown leaf by leaf is at every size up to 300 the tree of the definition', () => {
    const tree = createTree(sha256);
    const grown: Uint8Array[] = [];
    for (let n = 0; n < 300; n += 1) {
      const leaf = leafHash(Uint8Array.of(n & 0xff, n >> 8), sha256);
      grown.push(leaf);
      tree.add(leaf);
      expect(hex(tree.root())).toBe(hex(rootOf(grown)));
    }
  });

  test('a leaf is hashed with 0x00 in front, so no node can pass as one', () => {
    const bytes = Buffer.from('entry');
    const expected = createHash('sha256')
      .update(Buffer.from([0]))
      .update(bytes)
      .digest('hex');
    expect(hex(leafHash(bytes, sha256))).toBe(expected);
  });
});

async function logOf(count: number): Promise<Uint8Array[]> {
  const ledger = createMemoryLedger({ log: 'test', now: () => 1_790_000_100_000 });
  await ledger.append(events('a', count - 2));
  await ledger.append([event('b', 0), event('b', 1)]);
  return allBytes(ledger);
}

describe('verifying a sequence of entries', () => {
  test('a log as written verifies, with its head and the root of its tree', async () => {
    const log = await logOf(20);
    const leaves = log.map((bytes) => leafHash(bytes, sha256));
    const head = hex(leaves.at(-1) ?? new Uint8Array());
    expect(verifyEntries(log, nodeCodec, { size: 20, leaf: head })).toEqual({
      kind: 'verified',
      entries: 20,
      head,
      root: hex(rootOf(leaves)),
    });
  });

  test('an empty log verifies', () => {
    const verdict = verifyEntries([], nodeCodec, { size: 0, leaf: GENESIS });
    expect(verdict).toMatchObject({ kind: 'verified', entries: 0, head: GENESIS });
  });

  const at = (log: readonly Uint8Array[], index: number) => log[index] ?? new Uint8Array();
  const changed = (bytes: Uint8Array, from: string, to: string) => {
    const text = Buffer.from(bytes).toString();
    expect(text).toContain(from);
    return Buffer.from(text.replace(from, to));
  };

  test.each<[string, (log: Uint8Array[]) => void, number]>([
    ['a detail changed', (log) => log.splice(7, 1, changed(at(log, 7), '"n":7', '"n":8')), 7],
    ['a space added', (log) => log.splice(7, 1, changed(at(log, 7), '"n":7', '"n": 7')), 7],
    ['a name twice', (log) => log.splice(7, 1, changed(at(log, 7), '"n":7', '"n":6,"n":7')), 7],
    ['a field added', (log) => log.splice(7, 1, changed(at(log, 7), '"v":1', '"v":1,"w":1')), 7],
    ['another version', (log) => log.splice(7, 1, changed(at(log, 7), '"v":1', '"v":2')), 7],
    ['another log', (log) => log.splice(7, 1, changed(at(log, 7), '"log":"test"', '"log":"other"')), 7],
    ['another run number', (log) => log.splice(7, 1, changed(at(log, 7), '"run_seq":7', '"run_seq":8')), 7],
    ['no UTF-8', (log) => log.splice(7, 1, Uint8Array.of(0xff, 0xfe)), 7],
    ['no JSON', (log) => log.splice(7, 1, Buffer.from('{')), 7],
    ['a deleted entry', (log) => log.splice(7, 1), 7],
    ['a first entry deleted', (log) => log.splice(0, 1), 0],
    ['two swapped', (log) => log.splice(7, 2, at(log, 8), at(log, 7)), 7],
    ['one inserted twice', (log) => log.splice(7, 0, at(log, 6)), 7],
    ['an old one replayed at the end', (log) => log.push(at(log, 3)), 20],
    ['the tail cut', (log) => log.splice(15), 15],
    ['the last one changed', (log) => log.splice(19, 1, changed(at(log, 19), '"n":1', '"n":2')), 19],
  ])('with %s it names the first bad entry', async (_, attack, firstBad) => {
    const log = await logOf(20);
    const leaf = hex(leafHash(at(log, 19), sha256));
    attack(log);
    const verdict = verifyEntries(log, nodeCodec, { size: 20, leaf });
    expect(verdict).toMatchObject({ kind: 'broken', firstBad, entries: firstBad });
  });

  test('after the first break nothing is said to fit any more', async () => {
    const log = await logOf(20);
    log.splice(7, 1);
    const first = verifyEntries(log, nodeCodec);
    log.push(...(await logOf(20)));
    expect(verifyEntries(log, nodeCodec)).toEqual(first);
  });
});

/** Entries whose every link holds, as whoever can write the whole file would leave them. */
function linked(
  places: readonly { readonly event: NewEvent; readonly place?: Partial<Place> }[],
): Uint8Array[] {
  let prev = GENESIS;
  return places.map(({ event, place }, index) => {
    const usual = { log: 'test', at: '2026-09-21T14:13:20.000Z', runSeq: index, skewMs: 0 };
    const runPrev = index === 0 ? null : prev;
    const bytes = nodeCodec.encode(
      entryText(draftEntry(event, nodeCodec, drawSalt), { ...usual, index, prev, runPrev, ...place }),
    );
    prev = hex(leafHash(bytes, sha256));
    return bytes;
  });
}

describe('a log whose links all hold', () => {
  const three = [{ event: event('a', 0) }, { event: event('a', 1) }, { event: event('a', 2) }];
  const last = (event: NewEvent, place?: Partial<Place>) => [...three, { event, ...(place && { place }) }];

  test('control: verifies when nothing else is wrong with it', () => {
    expect(verifyEntries(linked(last(event('a', 3))), nodeCodec)).toMatchObject({
      kind: 'verified',
      entries: 4,
    });
    const other = last(event('b', 0), { runSeq: 0, runPrev: null });
    expect(verifyEntries(linked(other), nodeCodec)).toMatchObject({ kind: 'verified', entries: 4 });
  });

  test.each([
    ['an event stands in it twice', last(event('a', 1)), /its id stands on an earlier entry/],
    ['time goes back', last(event('a', 3), { at: '2026-09-21T14:13:19.999Z' }), /time lies before/],
    ['a run has a hole', last(event('a', 3), { runSeq: 4 }), /does not continue its run, which has 3/],
    ['a run counts one number twice', last(event('a', 3), { runSeq: 2 }), /does not continue its run/],
    [
      'a run begins in the middle',
      last(event('b', 0), { runSeq: 3 }),
      /does not continue its run, which has 0/,
    ],
    [
      'a run points past its last entry',
      last(event('a', 3), { runPrev: GENESIS }),
      /does not continue its run/,
    ],
    ['a run forgets that it had begun', last(event('a', 3), { runPrev: null }), /does not continue its run/],
    ['another log goes on in it', last(event('a', 3), { log: 'other' }), /belongs to another log/],
  ])('is refused when %s', (_, places, reason) => {
    expect(verifyEntries(linked(places), nodeCodec)).toMatchObject({
      kind: 'broken',
      firstBad: 3,
      reason: expect.stringMatching(reason),
    });
  });

  test('is refused when its first entry names one before it', () => {
    const log = linked([{ event: event('a', 0), place: { prev: 'f'.repeat(64) } }]);
    expect(verifyEntries(log, nodeCodec)).toMatchObject({ kind: 'broken', firstBad: 0 });
  });
});
