import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Database } from 'better-sqlite3';
import { createLedger } from '../../activities/stores/ledger-over-tables.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { createAlone, type Alone } from '../../activities/stores/sqlite/alone.ts';
import { openDatabase } from '../../activities/stores/sqlite/open.ts';
import { createSqliteTables } from '../../activities/stores/sqlite/tables.ts';
import type { HeadRow } from '../../activities/stores/tables.ts';
import { GENESIS } from '../../workflows/audit/entry.ts';
import { sound } from '../contracts/audit-store.ts';
import { event, START, temporaryFolder } from './samples.ts';

const folder = temporaryFolder();
let files = 0;
const openFile = (): Database => openDatabase(join(folder, `${(files += 1)}.db`), 'log');

const NOW = START + 1000;
const ledgerOf = (db: Database): Ledger => createLedger(createSqliteTables(db), () => NOW);

const count = (db: Database, table: string): unknown =>
  db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
const held = (db: Database) => ({
  head: db.prepare('SELECT size FROM head').pluck().get(),
  entries: count(db, 'entries'),
  values: count(db, 'personal'),
  run: db.prepare('SELECT last, seq FROM runs').raw().get(),
});
const by = 'sam@corp.example';

describe('one entry in one statement', () => {
  test('leaves the rows that entries in company leave', async () => {
    const db = openFile();
    const ledger = ledgerOf(db);
    for (let n = 0; n < 3; n += 1) await ledger.append([event('a', n, { n, by })]);
    await ledger.append([event('a', 3)]);
    await sound(ledger, 4);
    expect(held(db)).toEqual({ head: 4, entries: 4, values: 3, run: [3, 3] });
    await ledger.append([event('a', 4, { by }), event('a', 5, { by })]);
    await ledger.append([event('a', 6, { by, reason: 'two values' })]);
    await sound(ledger, 7);
    expect(held(db)).toEqual({ head: 7, entries: 7, values: 7, run: [6, 6] });
    await ledger.close();
  });

  test('is how an event is recorded whose run is known; without it that fails, and what comes in company does not', async () => {
    const db = openFile();
    const ledger = ledgerOf(db);
    await ledger.append([event('a', 0)]);
    db.exec('DROP TRIGGER temp.append_alone');
    await expect(ledger.append([event('a', 1)])).rejects.toMatchObject({ code: 'store_untrusted' });
    await ledger.append([event('a', 1), event('a', 2)]);
    await sound(ledger, 3);
    await ledger.close();
  });

  const HEAD: HeadRow = { log: 'log', size: 0, leaf: GENESIS, at: 0 };
  const FIRST: Alone = {
    head: { log: 'log', size: 1, leaf: 'a'.repeat(64), at: NOW },
    entry: { index: 0, id: 'id', run: 'run', runSeq: 0, bytes: Buffer.from('{}') },
    value: { index: 0, path: '/by', value: { salt: Buffer.alloc(32), text: '"sam"' } },
  };

  test('is stored after the head it was made for, and in no part after any other', () => {
    const db = openFile();
    const append = createAlone(db);
    for (const other of [{ log: 'x' }, { size: 1 }, { leaf: 'b'.repeat(64) }, { at: 7 }])
      expect(() => append({ ...HEAD, ...other }, FIRST)).toThrow('the head is another one');
    expect(held(db)).toEqual({ head: 0, entries: 0, values: 0, run: undefined });
    append(HEAD, FIRST);
    expect(held(db)).toEqual({ head: 1, entries: 1, values: 1, run: [0, 0] });
    db.close();
  });

  test('is refused by what the file guards, and leaves no transaction open', () => {
    const db = openFile();
    const append = createAlone(db);
    append(HEAD, FIRST);
    const second: Alone = {
      head: { ...FIRST.head, size: 2, leaf: 'b'.repeat(64) },
      entry: { ...FIRST.entry, index: 1, id: 'id-2', runSeq: 1 },
      value: null,
    };
    const refused: readonly (readonly [Alone, string])[] = [
      [{ ...second, entry: { ...second.entry, runSeq: 2 } }, 'an entry follows the last one of its run'],
      [{ ...second, entry: { ...second.entry, id: 'id' } }, 'UNIQUE constraint failed: entries.id'],
      [{ ...second, head: { ...second.head, size: 1 } }, 'the head only grows'],
    ];
    for (const [alone, complaint] of refused) expect(() => append(FIRST.head, alone)).toThrow(complaint);
    expect([held(db), db.inTransaction]).toEqual([{ head: 1, entries: 1, values: 1, run: [0, 0] }, false]);
    append(FIRST.head, second);
    expect(held(db)).toEqual({ head: 2, entries: 2, values: 1, run: [1, 1] });
    db.close();
  });
});
