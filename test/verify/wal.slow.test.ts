/**
 * T5: a write-ahead log that was damaged or removed. SQLite itself says nothing: it goes back to an older state that is whole.
 * Only a copy of a checkpoint, kept elsewhere, shows the loss.
 */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openStores } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { openDatabaseSource } from '../../activities/verify/database-source.ts';
import { SourceError } from '../../activities/verify/source.ts';
import type { RecordVerdict } from '../../activities/verify/verdict.ts';
import { verifyRecord } from '../../activities/verify/verify.ts';
import { allBytes, event, START, temporaryFolder } from '../audit/samples.ts';
import { trusted } from '../checkpoints/keys.ts';
import { KEY, noteAt, ORIGIN } from './logs.ts';

const SIZE = 40;
const FLIPS = 200;
const folder = temporaryFolder();
const path = join(folder, 'record.db');
const copy = join(folder, 'copy.db');
const TRUST = trusted(`log ${KEY.vkey}\nquorum none\n`);
let wal = Buffer.alloc(0);
let note = '';
let ledger: Ledger | null = null;

/** The half of the record lies in the file, the other in its write-ahead log, as a worker that was killed leaves it. */
beforeAll(async () => {
  const first = await openStores(path, { log: ORIGIN, now: () => START });
  for (let n = 0; n < SIZE / 2; n += 1) await first.append([event('a', n)]);
  await first.close();
  ledger = await openStores(path, { now: () => START });
  for (let n = SIZE / 2; n < SIZE; n += 1) await ledger.append([event('a', n)]);
  copyFileSync(path, join(folder, 'base.db'));
  wal = readFileSync(`${path}-wal`);
  note = noteAt(
    (await allBytes(ledger)).map((bytes) => Buffer.from(bytes)),
    SIZE,
  );
  await ledger.close();
});

/** The verdict on the file beside this write-ahead log; null: what was found there is no database of ours. */
async function verdictWith(log: Buffer | null, outside: boolean): Promise<RecordVerdict | null> {
  for (const suffix of ['-wal', '-shm']) rmSync(copy + suffix, { force: true });
  copyFileSync(join(folder, 'base.db'), copy);
  if (log !== null) writeFileSync(`${copy}-wal`, log);
  try {
    const source = await openDatabaseSource(copy);
    try {
      const copies = outside ? [{ by: 'the copy elsewhere', notes: [note] }] : [];
      return await verifyRecord(source, { trust: TRUST, outside: copies, deep: true, now: START });
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof SourceError && error.code === 'source_foreign') return null;
    throw error;
  }
}

const flippedAt = (n: number): Buffer => {
  const bytes = Buffer.from(wal);
  const at = Math.floor((n * wal.length) / FLIPS);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (n % 8)), at);
  return bytes;
};

describe('T5: the write-ahead log of a record', () => {
  test('control: as it was left, all of it verifies', async () => {
    expect(await verdictWith(wal, true)).toMatchObject({ kind: 'verified', entries: SIZE, level: 3 });
  });

  test('deleted: without a copy of a checkpoint nobody sees it, with one the loss is told', async () => {
    expect(await verdictWith(null, false)).toMatchObject({ kind: 'verified', entries: SIZE / 2 });
    expect(await verdictWith(null, true)).toMatchObject({
      kind: 'broken',
      code: 'cut',
      firstBad: SIZE / 2,
      reason: expect.stringContaining('shorter than witnessed'),
    });
  });

  test('with one bit flipped: whole, or told; never taken for whole when it is not', async () => {
    const seen = { whole: 0, cut: 0, silent: 0, other: 0 };
    for (let n = 0; n < FLIPS; n += 1) {
      const verdict = await verdictWith(flippedAt(n), true);
      if (verdict?.kind === 'verified') {
        expect([n, verdict.entries]).toEqual([n, SIZE]);
        seen.whole += 1;
      } else if (verdict?.code === 'cut') {
        expect([n, verdict.firstBad]).toEqual([n, verdict.entries]);
        seen.cut += 1;
        const alone = await verdictWith(flippedAt(n), false);
        if (alone?.kind === 'verified') seen.silent += 1;
      } else seen.other += 1;
    }
    // Without the copy SQLite's own silence would have been believed: that is why there must be one.
    expect(seen.cut).toBeGreaterThan(FLIPS / 2);
    expect(seen.silent).toBe(seen.cut);
  }, 300_000);
});
