import { describe, expect, test } from '@jest/globals';
import { nodeCodec } from '../../activities/stores/index.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { entriesPath, entryBundle, readEntryBundle, tilePath, tiles } from '../../workflows/audit/tiles.ts';
import { bruteLeaf, bruteRoot } from './keys.ts';

const { sha256 } = nodeCodec;
const entry = (at: number): Buffer => Buffer.from(`entry ${at}`);
const entries = (count: number): Buffer[] => Array.from({ length: count }, (_, at) => entry(at));

describe('tiles', () => {
  test('are named as the specification names them', () => {
    expect(tilePath(0, 1_234_067)).toBe('tile/0/x001/x234/067');
    expect(tilePath(2, 0, 17)).toBe('tile/2/000.p/17');
    expect(entriesPath(273, 112)).toBe('tile/entries/273.p/112');
    expect(tilePath(1, 1000)).toBe('tile/1/x001/000');
  });

  test('of 70,000 entries are those that the specification counts', () => {
    const paths = [...tiles(entries(70_000), sha256)].map(({ path }) => path);
    const count = (pattern: RegExp): number => paths.filter((path) => pattern.test(path)).length;
    expect(count(/^tile\/0\/\d+$/)).toBe(273);
    expect(count(/^tile\/1\/\d+$/)).toBe(1);
    expect(paths.filter((path) => path.includes('.p/'))).toEqual([
      'tile/entries/273.p/112',
      'tile/0/273.p/112',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
    expect(count(/^tile\/entries\//)).toBe(274);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test('of 256 entries are one full tile and one hash above it', () => {
    const files = [...tiles(entries(256), sha256)];
    expect(files.map(({ path, bytes }) => [path, bytes.length])).toEqual([
      ['tile/entries/000', entryBundle(entries(256)).length],
      ['tile/0/000', 8192],
      ['tile/1/000.p/1', 32],
    ]);
    expect(hex(files[2]?.bytes ?? Buffer.alloc(0))).toBe(hex(bruteRoot(entries(256).map(bruteLeaf))));
  });

  test('of an empty log are none', () => expect([...tiles([], sha256)]).toEqual([]));

  test('lead, file by file, to the root and the entries of the log', () => {
    const count = 600;
    const files = new Map([...tiles(entries(count), sha256)].map(({ path, bytes }) => [path, bytes]));
    const read = ['000', '001', '002.p/88'].flatMap(
      (place) => readEntryBundle(files.get(`tile/entries/${place}`) ?? Buffer.alloc(1)) ?? [],
    );
    expect(read.map((each) => Buffer.from(each).toString())).toEqual(entries(count).map(String));
    const hashes = ['000', '001', '002.p/88'].flatMap((place) => split(files.get(`tile/0/${place}`)));
    expect(hex(bruteRoot(hashes))).toBe(hex(bruteRoot(entries(count).map(bruteLeaf))));
    expect(split(files.get('tile/1/000.p/2')).map(hex)).toEqual([
      hex(bruteRoot(hashes.slice(0, 256))),
      hex(bruteRoot(hashes.slice(256, 512))),
    ]);
  });

  function split(bytes: Uint8Array | undefined): Uint8Array[] {
    const all = bytes ?? new Uint8Array();
    return Array.from({ length: all.length / 32 }, (_, at) => all.subarray(at * 32, at * 32 + 32));
  }
});

describe('an entry bundle', () => {
  test('holds the largest entry there can be, and empty ones', () => {
    const large = Buffer.alloc(65_535, 1);
    expect(
      readEntryBundle(entryBundle([large, Buffer.alloc(0), entry(1)]))?.map(({ length }) => length),
    ).toEqual([65_535, 0, 7]);
    expect(() => entryBundle([Buffer.alloc(65_536)])).toThrow('fits no bundle');
  });

  test.each([
    ['half a length', Buffer.from([0])],
    ['an entry cut short', Buffer.from([0, 5, 1, 2])],
    ['257 entries', Buffer.alloc(257 * 2)],
  ])('with %s is refused', (_what, bytes) => expect(readEntryBundle(bytes)).toBeNull());
});
