import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openStores } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { event, temporaryFolder } from '../audit/samples.ts';
import { verdictOf } from '../contracts/place.ts';

const folder = temporaryFolder();
const path = join(folder, 'cordon.db');
/** Of SQLite's write-ahead log: its own header, and one before each page. */
const WAL_HEADER = 32;
const FRAME_HEADER = 24;
const APPENDS = 40;

/** How long the log was when an append was acknowledged. */
const acknowledgedAt: number[] = [];
let wal = Buffer.alloc(0);
let opened: Ledger | null = null;

beforeAll(async () => {
  opened = await openStores(path);
  for (let n = 0; n < APPENDS; n += 1) {
    await opened.append([event('a', n)]);
    acknowledgedAt.push(statSync(`${path}-wal`).size);
  }
  wal = readFileSync(`${path}-wal`);
  copyFileSync(path, join(folder, 'base.db'));
  await opened.close();
});

/** What an outsider finds after a crash that left so much of the log, now and then after the next worker was there. */
async function entriesAfter(length: number, name: string, last?: number): Promise<number> {
  const copy = join(folder, name);
  copyFileSync(join(folder, 'base.db'), copy);
  const left = Buffer.from(wal.subarray(0, length));
  if (last !== undefined) left.writeUInt8(last ^ 0xff, length - 1);
  writeFileSync(`${copy}-wal`, left);
  if (length % 7 === 0) await (await openStores(copy)).close();
  const verdict = await verdictOf({ source: copy });
  expect(verdict).toMatchObject({ kind: 'verified' });
  return verdict.entries;
}

const durableAt = (length: number): number => acknowledgedAt.filter((size) => size <= length).length;

describe('T28: the write-ahead log is cut by a crash', () => {
  test('at every border of a frame: a valid prefix is left, with all that was durable', async () => {
    const frame = FRAME_HEADER + wal.readUInt32BE(8);
    const first = acknowledgedAt[0] ?? 0;
    let cuts = 0;
    for (let length = WAL_HEADER; length <= wal.length; length += frame) {
      if (length < first) continue;
      expect([length, await entriesAfter(length, `frame-${cuts}.db`)]).toEqual([length, durableAt(length)]);
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(APPENDS);
  }, 120_000);

  test('at 150 other bytes, the last one of which is torn', async () => {
    const first = acknowledgedAt[0] ?? 0;
    // Spread by a step that shares no factor with a frame: every part of a frame is cut somewhere.
    const step = 2 * Math.floor((wal.length - first) / 300) + 1;
    for (let n = 1; n <= 150; n += 1) {
      const length = first + n * step;
      const torn = wal.at(length - 1);
      const found = await entriesAfter(length, `byte-${n}.db`, torn);
      expect(found).toBeGreaterThanOrEqual(durableAt(length - 1));
      expect(found).toBeLessThanOrEqual(APPENDS);
    }
  }, 120_000);

  test('control: a log that is changed before its end loses what comes after, and the count shows it', async () => {
    const copy = Buffer.from(wal);
    const at = (acknowledgedAt[20] ?? 0) + 100;
    copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
    const changed = join(folder, 'changed.db');
    copyFileSync(join(folder, 'base.db'), changed);
    writeFileSync(`${changed}-wal`, copy);
    expect((await verdictOf({ source: changed })).entries).toBe(21);
    expect(durableAt(wal.length)).toBe(APPENDS);
  });
});
