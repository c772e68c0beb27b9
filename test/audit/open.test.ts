import { closeSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { verifyFile } from './verified.ts';
import Database from 'better-sqlite3';
import { openStores, sha256Hex } from '../../activities/stores/index.ts';
import { createLedger } from '../../activities/stores/ledger-over-tables.ts';
import { StoreError } from '../../activities/stores/ledger.ts';
import { isSafeVersion, openDatabase } from '../../activities/stores/sqlite/open.ts';
import { createSqliteTables } from '../../activities/stores/sqlite/tables.ts';
import { allBytes, event, events, parsed, START, temporaryFolder } from './samples.ts';

const folder = temporaryFolder();
let files = 0;
const newPath = () => join(folder, `${(files += 1)}`, 'cordon.db');

async function withEntries(count: number): Promise<string> {
  const path = newPath();
  const ledger = await openStores(path);
  await ledger.append(events('a', count));
  await ledger.close();
  return path;
}

async function errorOf(work: () => Promise<unknown>): Promise<StoreError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('T32: opening the store', () => {
  test('makes commits durable and the file its owner’s only', () => {
    const path = newPath();
    const db = openDatabase(path, 'test');
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    db.close();
  });

  test('goes on where it ended, in the log it began', async () => {
    const path = await withEntries(3);
    const ledger = await openStores(path, { log: 'another name' });
    await ledger.append([event('a', 3)]);
    const bodies = (await allBytes(ledger)).map(parsed);
    expect(bodies.map(({ body }) => body.run_seq)).toEqual([0, 1, 2, 3]);
    expect(new Set(bodies.map(({ log }) => log)).size).toBe(1);
    expect(bodies[0]?.log).toMatch(/^cordon\//);
    await ledger.close();
  });

  test.each([
    ['its last entry deleted', 'DROP TRIGGER entries_stay; DELETE FROM entries WHERE i = 2'],
    ['an entry added behind it', "INSERT INTO entries VALUES (3, 'x', 'r', 0, NULL, x'00')"],
    ['its last entry changed', "DROP TRIGGER entries_hold; UPDATE entries SET bytes = x'00' WHERE i = 2"],
    ['its head turned back', 'DROP TRIGGER head_grows; UPDATE head SET size = 2'],
  ])('refuses a log with %s', async (_, sql) => {
    const path = await withEntries(3);
    const db = new Database(path);
    db.exec(sql);
    db.close();
    const error = await errorOf(() => openStores(path));
    expect(error).toMatchObject({
      code: 'store_untrusted',
      message: expect.stringContaining('audit verify'),
    });
  });

  test.each([
    ['a database of another program', 'CREATE TABLE t (x)', /another program; name another file/],
    ['one marked as another program’s', 'PRAGMA application_id = 7; CREATE TABLE t (x)', /another program/],
    [
      'one of a later Cordon',
      'PRAGMA application_id = 1129464910; PRAGMA user_version = 9',
      /schema version 9/,
    ],
  ])('refuses %s', async (_, sql, message) => {
    const path = join(folder, `${(files += 1)}.db`);
    const db = new Database(path);
    db.exec(sql);
    db.close();
    expect(await errorOf(() => openStores(path))).toMatchObject({
      code: 'store_untrusted',
      message: expect.stringMatching(message),
    });
  });

  test('refuses a file that is no database, and says so without showing its content', async () => {
    const path = join(folder, 'secrets.txt');
    writeFileSync(path, 'password=hunter2 '.repeat(100));
    const error = await errorOf(() => openStores(path));
    expect(error.code).toBe('store_untrusted');
    expect(error.message).not.toContain('hunter2');
  });

  test('says what to do when the folder cannot be made', async () => {
    const file = join(folder, 'a-file');
    closeSync(openSync(file, 'w'));
    const error = await errorOf(() => openStores(join(file, 'cordon.db')));
    expect(error.code).toBe('store_unavailable');
    expect(error.message).toContain('opening');
  });

  test.each([
    ['3.51.2', false],
    ['3.51.3', true],
    ['3.54.1', true],
    ['3.52.0', false],
    ['3.53.0', true],
    ['3.50.6', false],
    ['3.50.7', true],
    ['3.49.2', false],
    ['3.45.1', false],
    ['3.44.6', true],
    ['3.44.5', false],
    ['4.0.0', true],
  ])('SQLite %s is safe to write with: %s', (version, safe) => {
    expect(isSafeVersion(version)).toBe(safe);
  });
});

describe('the file itself', () => {
  test.each([
    ['deletes an entry', 'DELETE FROM entries WHERE i = 0', /never deleted/],
    ['changes an entry', 'UPDATE entries SET run = 1', /never changed/],
    ['leaves a gap', "INSERT INTO entries VALUES (9, 'x', 'r', 0, NULL, x'00')", /follows the last/],
    ['repeats an index', "INSERT INTO entries VALUES (2, 'x', 'r', 0, NULL, x'00')", /follows the last/],
    [
      'repeats an id',
      "INSERT INTO entries SELECT 3, id, 'r', 0, NULL, bytes FROM entries WHERE i = 0",
      /UNIQUE/,
    ],
    [
      'gives a number of a run twice',
      "INSERT INTO entries VALUES (3, 'x', 'chain-a', 2, 2, x'00')",
      /the last one of its run/,
    ],
    [
      'leaves out a number of a run',
      "INSERT INTO entries VALUES (3, 'x', 'chain-a', 4, 2, x'00')",
      /the last one of its run/,
    ],
    ['forks a run', "INSERT INTO entries VALUES (3, 'x', 'chain-a', 3, 1, x'00')", /the last one of its run/],
    [
      'begins a run a second time',
      "INSERT INTO entries VALUES (3, 'x', 'chain-a', 0, NULL, x'00')",
      /the last one of its run/,
    ],
    ['forgets a run', 'DELETE FROM runs', /never deleted/],
    ['turns a run back', 'UPDATE runs SET last = 1, seq = 1', /only grows/],
    ['deletes the head', 'DELETE FROM head', /never deleted/],
    ['adds a second head', "INSERT INTO head VALUES (2, 'l', 0, '', 0)", /CHECK/],
    ['turns the head back', 'UPDATE head SET size = 1', /only grows/],
    ['lets a fence fall', 'UPDATE claims SET fence = 0', /never fall/],
    ['deletes a claim', 'DELETE FROM claims', /never deleted/],
  ])('refuses whoever %s', async (_, sql, message) => {
    const path = newPath();
    const ledger = await openStores(path);
    await ledger.append(events('a', 3));
    const owner = { chain: 'a', workflowId: 'w', task: 't' };
    await ledger.begin({ key: 'k', owner, inputsDigest: 'i', now: 1 });
    await ledger.close();
    const db = new Database(path);
    expect(() => db.exec(sql)).toThrow(message);
    db.close();
  });
});

describe('what cannot be trusted or stored', () => {
  test('a stored document that was changed is never handed out', async () => {
    const path = newPath();
    const text = '{"card":1}';
    const digest = sha256Hex(text);
    const ledger = await openStores(path);
    await ledger.put({ kind: 'card', digest, text });
    const db = new Database(path);
    db.exec(`DROP TRIGGER documents_hold; UPDATE documents SET text = '{"card":2}'`);
    db.close();
    await expect(ledger.get('card', digest)).rejects.toMatchObject({ code: 'store_untrusted' });
    await ledger.close();
  });

  test('T19: with no room left nothing is acknowledged, and with room again nothing is missing', async () => {
    const path = newPath();
    const db = openDatabase(path, 'test');
    const ledger = createLedger(createSqliteTables(db), Date.now);
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.pragma(`max_page_count = ${pages + 10}`);
    const fill = async (n: number): Promise<{ readonly acknowledged: number; readonly refusal: unknown }> => {
      try {
        await ledger.append([event('a', n)]);
      } catch (refusal) {
        return { acknowledged: n, refusal };
      }
      return fill(n + 1);
    };
    const { acknowledged, refusal } = await fill(0);
    expect(refusal).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('disk is full'),
    });
    expect((await ledger.head()).size).toBe(acknowledged);
    db.pragma('max_page_count = 100000');
    await ledger.append([event('a', acknowledged)]);
    await ledger.close();
    expect(await verifyFile(path)).toMatchObject({ verified: true, entries: acknowledged + 1 });
  });
});

describe('T19: a file that cannot be written just now', () => {
  test.each([
    [
      'is locked by another process',
      /another process holds the file/,
      (path: string) => {
        const other = new Database(path);
        other.exec('BEGIN IMMEDIATE');
        return () => other.close();
      },
    ],
    [
      'has become read-only',
      /check that the file and its folder are writable/,
      (_: string, db: Database.Database) => {
        db.pragma('query_only = ON');
        return () => db.pragma('query_only = OFF');
      },
    ],
  ])('because it %s: nothing is stored, and afterwards nothing is missing', async (_, message, obstruct) => {
    const path = newPath();
    const db = openDatabase(path, 'test');
    db.pragma('busy_timeout = 100');
    const ledger = createLedger(createSqliteTables(db), Date.now);
    await ledger.append([event('a', 0)]);
    const letGo = obstruct(path, db);
    const owner = { chain: 'a', workflowId: 'w', task: 't' };
    const request = { key: 'k', owner, inputsDigest: 'i', now: 1 };
    for (const attempt of [ledger.append([event('a', 1)]), ledger.begin(request)])
      await expect(attempt).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringMatching(message),
      });
    expect([(await ledger.head()).size, await ledger.lookup('k')]).toEqual([1, null]);
    letGo();
    expect(await ledger.append([event('a', 1)])).toMatchObject([{ kind: 'recorded', index: 1 }]);
    expect((await ledger.begin(request)).answer.kind).toBe('begun');
    await ledger.close();
    expect(await verifyFile(path)).toMatchObject({ verified: true, entries: 2 });
  });
});

describe('a log that is changed under a running process', () => {
  const UNGUARDED = 'DROP TRIGGER entries_stay; DROP TRIGGER entries_hold; DROP TRIGGER head_grows;';
  const PREVIOUS = `(SELECT substr(text, instr(text, '"prev":"') + 8, 64) FROM (SELECT CAST(bytes AS TEXT) AS text FROM entries WHERE i = 2))`;

  test.each([
    [
      'cut together with its head',
      `UPDATE head SET size = 2, leaf = ${PREVIOUS}; DELETE FROM entries WHERE i = 2;`,
    ],
    ['emptied', `DELETE FROM entries; UPDATE head SET size = 0, leaf = '${'0'.repeat(64)}', at = 0;`],
    ['given another end of the same length', `UPDATE head SET leaf = '${'a'.repeat(64)}';`],
    ['given another name', "UPDATE head SET log = 'other';"],
  ])('is refused once it was %s', async (_, sql) => {
    const path = newPath();
    const ledger = await openStores(path);
    await ledger.append(events('a', 3));
    const db = new Database(path);
    db.exec(`${UNGUARDED} ${sql}`);
    db.close();
    await expect(ledger.append([event('a', 3)])).rejects.toMatchObject({
      code: 'store_untrusted',
      message: expect.stringContaining('this process wrote'),
    });
    await ledger.close();
  });

  test('is refused when it was cut and grew beyond its old length', async () => {
    const path = newPath();
    const ledger = await openStores(path);
    await ledger.append(events('a', 3));
    const db = new Database(path);
    db.exec(`${UNGUARDED} UPDATE head SET size = 2, leaf = ${PREVIOUS}; DELETE FROM entries WHERE i = 2;`);
    db.close();
    const other = await openStores(path);
    await other.append(events('b', 5));
    await other.close();
    await expect(ledger.append([event('a', 3)])).rejects.toMatchObject({ code: 'store_untrusted' });
    await ledger.close();
  });

  test('control: another process that only appends is no reason to refuse', async () => {
    const path = newPath();
    const ledger = await openStores(path);
    await ledger.append(events('a', 3));
    const other = await openStores(path);
    await other.append(events('b', 5));
    await other.close();
    expect(await ledger.append([event('a', 3)])).toMatchObject([{ index: 8 }]);
    await ledger.close();
    expect(await verifyFile(path)).toMatchObject({ verified: true, entries: 9 });
  });
});

describe('the recorded time', () => {
  test('never decreases when the clock does, and the entry says by how much it lagged', async () => {
    const clock = [START, START - 3_600_000, START - 3_600_000, START + 1];
    const ledger = await openStores(newPath(), { now: () => clock.shift() ?? START + 1 });
    for (let n = 0; n < 4; n += 1) await ledger.append([event('a', n)]);
    const entries = (await allBytes(ledger)).map(parsed);
    expect(entries.map(({ at, body }) => [at, body.skew_ms])).toEqual([
      ['2026-09-21T14:13:20.000Z', undefined],
      ['2026-09-21T14:13:20.000Z', 3_600_000],
      ['2026-09-21T14:13:20.000Z', 3_600_000],
      ['2026-09-21T14:13:20.001Z', undefined],
    ]);
    await ledger.close();
  });
});
