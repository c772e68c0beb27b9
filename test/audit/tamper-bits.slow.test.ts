/**
 * T2: every bit of a database file. The long run flips all of them; the ordinary one a sample, and beside it another
 * sample every day.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { openStores, sha256Hex } from '../../activities/stores/index.ts';
import { noteAt, KEY, ORIGIN } from '../verify/logs.ts';
import { checkFile, flipAll, flipInProcesses, type Campaign, type Span } from './flips.ts';
import { allBytes, event, parsed, START, temporaryFolder } from './samples.ts';

const SIZE = 24;
const LONG = process.env['CORDON_LONG'] !== undefined;
const file = join(temporaryFolder(), 'record.db');
const POLICY = `log ${KEY.vkey}\nquorum none\n`;
/** A prime, so that every bit of a byte and every place within a page is met. */
const STRIDE = 1699;
const TODAY = Math.floor(Date.now() / 86_400_000);
const campaign = (part: Partial<Campaign> = {}): Campaign => ({
  file,
  policy: POLICY,
  now: START + 1_000,
  spans: [],
  first: 0,
  step: 1,
  end: readFileSync(file).length * 8,
  ...part,
});

/** Everything that a record has: entries of two runs, personal values, a card, a signed checkpoint. */
beforeAll(async () => {
  const ledger = await openStores(file, { log: ORIGIN, now: () => START + 500 });
  for (let n = 0; n < SIZE; n += 1)
    await ledger.append([event(n % 2 ? 'a' : 'b', n, n % 5 === 0 ? { n, by: `analyst ${n}` } : { n })]);
  const text = '{"card":1}';
  await ledger.put({ kind: 'card', digest: sha256Hex(text), text });
  const entries = (await allBytes(ledger)).map((bytes) => Buffer.from(bytes));
  await ledger.checkpoints.put([{ size: SIZE, note: noteAt(entries, SIZE), edge: [], timestamp: null }]);
  await ledger.close();
  // The smallest pages that an entry fits into: less free space, in which nothing happens, and trees of more than a root.
  const db = new Database(file);
  db.pragma('journal_mode = DELETE');
  db.pragma('page_size = 1024');
  db.exec('VACUUM');
  db.pragma('journal_mode = WAL');
  db.close();
});

/** Where each entry lies in the file: its bytes, and the name and run it is found by. */
function spansOfEntries(): readonly Span[] {
  const whole = readFileSync(file);
  const db = new Database(file, { readonly: true });
  const rows = db.prepare<[], { readonly bytes: Buffer }>('SELECT bytes FROM entries ORDER BY i').all();
  db.close();
  return rows.flatMap(({ bytes }, index) => {
    const from = whole.indexOf(bytes);
    const { id, body } = parsed(bytes);
    const named = whole.lastIndexOf(id, from);
    return [
      { index, from, to: from + bytes.length },
      { index, from: named, to: named + id.length + body.run.length },
    ];
  });
}

describe('T2: a record of which one bit was flipped', () => {
  test('control: as it was written it verifies, signed', async () => {
    expect(await checkFile(campaign())).toMatchObject({
      kind: 'verified',
      level: 2,
      signed: SIZE,
      deep: true,
    });
  });

  test('control: the harness tells a flip that was passed over', async () => {
    const spans = [{ index: 3, from: 0, to: readFileSync(file).length }];
    const { wrong } = await flipAll(campaign({ spans, step: 8 * 4096 }));
    expect(wrong).toContainEqual(expect.stringContaining('entry 3 was changed, and'));
  });

  test(
    LONG
      ? 'in any place, is found out or every entry is as it was; inside an entry, that entry is named'
      : 'in a sample of places, is found out or every entry is as it was',
    async () => {
      const spans = spansOfEntries();
      expect(spans.every(({ from }) => from >= 0)).toBe(true);
      const steps = LONG
        ? [{ first: 0, step: 1 }]
        : [0, TODAY % STRIDE].map((first) => ({ first, step: STRIDE }));
      for (const part of steps) {
        const outcome = await flipInProcesses(campaign({ spans, ...part }), 2);
        expect(outcome.wrong).toEqual([]);
        expect(outcome.detected).toBeGreaterThan(50);
        expect(outcome.harmless).toBeGreaterThan(0);
        expect(outcome.inEntries).toBeGreaterThan(20);
        expect(outcome.flips).toBe(Math.ceil((readFileSync(file).length * 8 - part.first) / part.step));
      }
    },
    3_600_000,
  );
});
