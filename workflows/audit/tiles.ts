/**
 * A log as static files (C2SP tlog-tiles): hashes in tiles of 256, each level over the full tiles below it, and
 * entries in bundles of 256. Whoever has the files can check the log with any tool that knows the format.
 */
import type { Hash } from './codec.ts';
import { createTree, leafHash } from './merkle.ts';

export const TILE_WIDTH = 256;
const HASH_BYTES = 32;
const MAX_ENTRY = 65_535;

export interface TileFile {
  /** Relative to the log's prefix. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** `width` below 256 names a partial tile. */
export function tilePath(level: number, index: number, width = TILE_WIDTH): string {
  return `tile/${level}/${placePath(index, width)}`;
}

export function entriesPath(index: number, width = TILE_WIDTH): string {
  return `tile/entries/${placePath(index, width)}`;
}

/** 1234067 is x001/x234/067: no folder is too large, and none is also a file. */
function placePath(index: number, width: number): string {
  const groups = [pad(index % 1000)];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${pad(rest % 1000)}`);
  return `${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

function pad(value: number): string {
  return String(value).padStart(3, '0');
}

/** Each entry after its length in two bytes. Throws for entries that no bundle can hold: those are not ours. */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY) throw new RangeError(`an entry of ${entry.length} bytes fits no bundle`);
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** Null when the bytes are not exactly whole entries, or more than a bundle holds. */
export function readEntryBundle(bytes: Uint8Array): readonly Uint8Array[] | null {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    if (high === undefined || low === undefined || entries.length === TILE_WIDTH) return null;
    const end = at + 2 + high * 256 + low;
    if (end > bytes.length) return null;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

export interface Tiler {
  /** Takes the next entry and hands out what became complete with it. */
  add(entry: Uint8Array): readonly TileFile[];
  /** The partial tiles and the partial bundle at the end; then no more may be added. */
  end(): readonly TileFile[];
}

/** All files of a log but the checkpoint, from its entries in order. Holds one tile a level in memory. */
export function createTiler(hash: Hash): Tiler {
  const levels: { index: number; hashes: Uint8Array[] }[] = [];
  let entries: Uint8Array[] = [];
  let bundle = 0;

  const addHash = (level: number, each: Uint8Array): readonly TileFile[] => {
    const tile = (levels[level] ??= { index: 0, hashes: [] });
    tile.hashes.push(each);
    if (tile.hashes.length < TILE_WIDTH) return [];
    const full = { path: tilePath(level, tile.index), bytes: joined(tile.hashes) };
    const tree = createTree(hash);
    for (const one of tile.hashes) tree.add(one);
    levels[level] = { index: tile.index + 1, hashes: [] };
    return [full, ...addHash(level + 1, tree.root())];
  };

  return {
    add(entry) {
      entries.push(entry);
      const tiles = addHash(0, leafHash(entry, hash));
      if (entries.length < TILE_WIDTH) return tiles;
      const full = { path: entriesPath(bundle), bytes: entryBundle(entries) };
      bundle += 1;
      entries = [];
      return [full, ...tiles];
    },
    end() {
      const partial = levels.flatMap(({ index, hashes }, level) =>
        hashes.length === 0 ? [] : [{ path: tilePath(level, index, hashes.length), bytes: joined(hashes) }],
      );
      if (entries.length === 0) return partial;
      return [{ path: entriesPath(bundle, entries.length), bytes: entryBundle(entries) }, ...partial];
    },
  };
}

/** All files at once, for logs that are at hand. */
export function* tiles(entries: Iterable<Uint8Array>, hash: Hash): Generator<TileFile> {
  const tiler = createTiler(hash);
  for (const entry of entries) yield* tiler.add(entry);
  yield* tiler.end();
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [at, each] of hashes.entries()) bytes.set(each, at * HASH_BYTES);
  return bytes;
}
