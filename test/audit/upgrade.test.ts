import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { openStores } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '../../activities/stores/sqlite/schema.ts';
import { openLogFile } from '../../activities/stores/sqlite/reader.ts';
import { allBytes, collect, event, parsed, temporaryFolder } from './samples.ts';
import { verifyFile } from './verified.ts';
import { OLD_END, OLD_ENTRIES, OLD_PAPERS, writeOldFile } from './versions.ts';

const folder = temporaryFolder();
let files = 0;
function oldFile(version: 1 | 3 = 3): string {
  const path = join(folder, `old-${(files += 1)}.db`);
  writeOldFile(path, version);
  return path;
}

async function contentOf(ledger: Ledger) {
  const values = [];
  for await (const value of ledger.values(0, Infinity)) values.push(value);
  const runs = [];
  for (const run of ['@log', 'chain-a', 'chain-b', 'chain-c'])
    runs.push(
      (await collect(ledger.byRun(run))).map(({ index, bytes }) => [index, parsed(bytes).body.run_seq]),
    );
  return {
    head: await ledger.head(),
    bytes: (await allBytes(ledger)).map((bytes) => Buffer.from(bytes).toString()),
    runs,
    values,
    claims: [await ledger.lookup('key-1'), await ledger.lookup('key-2')],
    checkpoint: await ledger.checkpoints.newest(),
  };
}

const rowsOf = (path: string, sql: string): readonly unknown[] => {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
};
/** Every table of the older version but its version and its indexes; of claims without what is newer. */
const CLAIM = 'key, inputs, chain, workflow, task, state, attempts, fence, output, claimed_at, updated_at';
const HELD = ['head', 'documents', 'personal', 'reservations', 'checkpoints']
  .map((table) => `SELECT * FROM ${table}`)
  .concat(`SELECT ${CLAIM} FROM claims`);

describe('a store of an older version', () => {
  test('is carried over whole: entries, runs, values, claims, limits, documents and checkpoints', async () => {
    const path = oldFile();
    const before = HELD.map((sql) => rowsOf(path, sql));
    const entries = rowsOf(path, 'SELECT i, id, run, run_seq, bytes FROM entries ORDER BY i');
    const ledger = await openStores(path);
    const content = await contentOf(ledger);
    await ledger.close();
    expect(HELD.map((sql) => rowsOf(path, sql))).toEqual(before);
    expect(rowsOf(path, 'SELECT i, id, run, run_seq, bytes FROM entries ORDER BY i')).toEqual(entries);
    expect(rowsOf(path, 'PRAGMA user_version')).toEqual([[SCHEMA_VERSION]]);
    expect(content).toMatchObject({
      head: { size: OLD_ENTRIES },
      claims: [{ state: 'done', output: { ok: true } }, { state: 'calling' }],
      checkpoint: { size: OLD_ENTRIES },
    });
    expect(content.values.filter(({ value }) => value === null)).toHaveLength(1);
    expect(content.runs.map((run) => run.map(([, seq]) => seq))).toEqual(
      content.runs.map((run) => run.map((_, n) => n)),
    );
    expect(content.runs.flat().length).toBe(OLD_ENTRIES);
  });

  test('verifies as it is, once it is carried over, and when the log went on in it', async () => {
    const path = oldFile();
    const before = await verifyFile(path);
    expect(before).toMatchObject({ verified: true, entries: OLD_ENTRIES });
    const ledger = await openStores(path, { now: () => OLD_END + 1000 });
    expect(await verifyFile(path)).toEqual(before);
    // One that is on record already, and one that is not.
    const receipts = await ledger.append([event('a', 7, { n: 7, reason: 'reason 7' }), event('a', 8)]);
    expect(receipts.map(({ kind, index }) => [kind, index < OLD_ENTRIES])).toEqual([
      ['recorded', true],
      ['recorded', false],
    ]);
    await ledger.close();
    expect(await verifyFile(path)).toMatchObject({ verified: true, entries: OLD_ENTRIES + 1 });
  });

  test('lets its working papers be erased once it is carried over, and verifies', async () => {
    const path = oldFile();
    const ledger = await openStores(path, { now: () => OLD_END + 1000 });
    expect(await ledger.erasePapers([OLD_PAPERS])).toMatchObject([{ kind: 'erased', outputs: 1, cards: 1 }]);
    expect(await ledger.lookup('key-1')).toMatchObject({ state: 'done', output: null, erased: true });
    await ledger.close();
    expect(await verifyFile(path)).toMatchObject({ verified: true, entries: OLD_ENTRIES + 1 });
  });

  test('can be read run by run before it is carried over, and reads the same afterwards', async () => {
    const path = oldFile();
    const read = async () => {
      const log = openLogFile(path);
      const run = await collect(log.byRun('chain-a'));
      log.close();
      return run;
    };
    const before = await read();
    expect(before).toHaveLength(8);
    await (await openStores(path)).close();
    expect(await read()).toEqual(before);
  });

  test('is carried over from the first version as well', async () => {
    const path = oldFile(1);
    const ledger = await openStores(path);
    await ledger.append([event('a', 8)]);
    expect(await ledger.checkpoints.newest()).toBeNull();
    expect((await ledger.head()).size).toBe(OLD_ENTRIES + 1);
    await ledger.close();
  });

  test('is as it was when the change is broken off at any of its statements, and is carried over the next time', async () => {
    const step = MIGRATIONS.get(3) ?? '';
    const statements = statementsOf(step);
    expect(statements.length).toBeGreaterThan(8);
    const original = oldFile();
    const before = await verifyFile(original);
    for (let done = 1; done <= statements.length; done += 1) {
      const path = join(folder, 'broken-off.db');
      copyFileSync(original, path);
      const worker = new Database(path);
      worker.exec(`BEGIN IMMEDIATE; ${statements.slice(0, done).join(';\n')}`);
      // As a process that dies: what it wrote is never committed.
      copyFileSync(path, join(folder, 'left-behind.db'));
      worker.close();
      for (const left of [path, join(folder, 'left-behind.db')]) {
        expect(await verifyFile(left)).toEqual(before);
        await (await openStores(left)).close();
        expect(await verifyFile(left)).toEqual(before);
      }
    }
  });

  test('an older Cordon that still has the file open can add nothing to it', async () => {
    const path = oldFile();
    const older = new Database(path);
    const add = older.prepare('INSERT INTO entries (i, id, run, run_seq, bytes) VALUES (?, ?, ?, ?, ?)');
    await (await openStores(path)).close();
    expect(() => add.run(OLD_ENTRIES, 'x', 'chain-a', 8, Buffer.of(0))).toThrow(/the last one of its run/);
    older.close();
  });
});

/** A trigger holds semicolons of its own. */
function statementsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let held = '';
  for (const part of text.split(';')) {
    held = held === '' ? part : `${held};${part}`;
    const isTrigger = /CREATE TRIGGER/.test(held);
    if (isTrigger && !/END\s*$/.test(held)) continue;
    if (held.trim() !== '') parts.push(held);
    held = '';
  }
  return parts;
}
