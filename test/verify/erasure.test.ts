/** Personal values: committed to and kept beside the log, erased for good, and never missing without a word. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { drawSalt, nodeCodec } from '../../activities/stores/codec.ts';
import { openStores } from '../../activities/stores/index.ts';
import { createLedger } from '../../activities/stores/ledger-over-tables.ts';
import { openDatabase } from '../../activities/stores/sqlite/open.ts';
import { createSqliteTables } from '../../activities/stores/sqlite/tables.ts';
import { openedEntries } from '../../activities/stores/opened-entries.ts';
import type { KeptValue, ValueName } from '../../activities/stores/values.ts';
import { openDatabaseSource } from '../../activities/verify/database-source.ts';
import { verifyRecord } from '../../activities/verify/verify.ts';
import { commitment } from '../../workflows/audit/personal.ts';
import { collect, event, START, temporaryFolder } from '../audit/samples.ts';

const folder = temporaryFolder();
const SECRET = 'alice.the.analyst@corp.example';
const REASON = 'she asked for it by telephone';
let files = 0;

async function recorded() {
  files += 1;
  const path = join(folder, `${files}.db`);
  const ledger = await openStores(path, { log: 'test', now: () => START });
  for (let n = 0; n < 20; n += 1)
    await ledger.append([
      event('a', n, { n, by: n === 7 ? SECRET : 'sam', reason: n === 7 ? REASON : 'fine' }),
    ]);
  return { path, ledger };
}

const erasureOf = (index: number, path: string) => ({
  index,
  path,
  act: {
    event: 'value_erased' as const,
    details: { index, path, by: 'dpo', reason: 'request 17' },
    at: START,
    about: `${index}${path}`,
  },
});

async function verify(path: string) {
  const source = await openDatabaseSource(path);
  try {
    return await verifyRecord(source, { trust: null, outside: [], deep: true, now: START });
  } finally {
    await source.close();
  }
}

/** What an administrator of the file can do. */
function change(path: string, sql: string, ...values: readonly unknown[]): void {
  const db = new Database(path);
  const names = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const name of names) db.exec(`DROP TRIGGER ${name}`);
  db.prepare(sql).run(...values);
  db.close();
}

describe('personal values', () => {
  test('stand in no entry, and can be read by those who have the store', async () => {
    const { path, ledger } = await recorded();
    const bytes = await collect(ledger.read(0, Infinity));
    expect(bytes.some((entry) => Buffer.from(entry.bytes).includes(SECRET))).toBe(false);
    const opened = [];
    for await (const { body } of openedEntries(ledger, 'chain-a')) opened.push(body.details);
    expect(opened[7]).toEqual({ n: 7, by: SECRET, reason: REASON });
    await ledger.close();
    expect(await verify(path)).toMatchObject({
      kind: 'verified',
      values: { present: 40, erased: 0, notCarried: 0 },
    });
  });

  test('recorded again by a step that runs again are the same event, though their salt would be another', async () => {
    const { ledger } = await recorded();
    const again = { ...event('a', 7, { n: 7, by: SECRET, reason: REASON }) };
    const [receipt] = await ledger.append([again]);
    expect(receipt).toMatchObject({ kind: 'recorded', index: 7 });
    expect((await ledger.head()).size).toBe(20);
    await ledger.close();
  });

  test('that differ under one name are refused, and that is recorded; a step that may vary keeps both', async () => {
    const { ledger } = await recorded();
    const other = event('a', 7, { n: 7, by: 'mallory', reason: REASON });
    expect(await ledger.append([other])).toMatchObject([{ kind: 'conflict' }]);
    const [first] = await ledger.append([{ ...other, mayVary: true }]);
    const [again] = await ledger.append([{ ...other, mayVary: true }]);
    expect(first).toMatchObject({ kind: 'recorded', index: 21 });
    expect(again).toEqual(first);
    await ledger.close();
  });

  test('T36: erased, are in no file any more, and the log still verifies', async () => {
    const { path, ledger } = await recorded();
    await ledger.erase([erasureOf(7, '/by'), erasureOf(7, '/reason')]);
    const seen = (): readonly boolean[] =>
      [path, `${path}-wal`].map((file) => {
        const bytes = readFileSync(file);
        return bytes.includes(SECRET) || bytes.includes(REASON);
      });
    expect(seen()).toEqual([false, false]);
    await ledger.close();
    expect(readFileSync(path).includes(SECRET)).toBe(false);
    expect(await verify(path)).toMatchObject({
      kind: 'verified',
      values: { present: 42, erased: 2, notCarried: 0 },
    });
  });

  describe('T36: where rows had moved within the file before they were erased', () => {
    /** Values of every length, so that pages split and rows move. */
    async function moved() {
      files += 1;
      const path = join(folder, `${files}.db`);
      const db = openDatabase(path, 'test');
      const tables = createSqliteTables(db);
      let seed = 1;
      const chance = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
      const ledger = createLedger(tables, () => START);
      for (let n = 0; n < 2_000; n += 20)
        await ledger.append(
          Array.from({ length: 20 }, (_, k) =>
            event(`r${k % 5}`, n + k, { by: SECRET, reason: 'x'.repeat(chance() * chance() * 1500) }),
          ),
        );
      const names: ValueName[] = [];
      for await (const { index, path: at } of ledger.values(0, Infinity)) names.push({ index, path: at });
      return { path, ledger, tables, erasures: names.map(({ index, path: at }) => erasureOf(index, at)) };
    }
    const copies = (path: string): number => readFileSync(path).toString('latin1').split(SECRET).length - 1;

    test('control: overwriting the rows alone leaves copies in free space', async () => {
      const { path, ledger, tables, erasures } = await moved();
      const careless = createLedger({ ...tables, forget: async () => {} }, () => START);
      await careless.erase(erasures);
      await ledger.close();
      expect(copies(path)).toBeGreaterThan(0);
    }, 60_000);

    test('no copy is left, also not where they had stood', async () => {
      const { path, ledger, erasures } = await moved();
      await ledger.erase(erasures);
      await ledger.close();
      expect(copies(path)).toBe(0);
      expect(await verify(path)).toMatchObject({ kind: 'verified', values: { erased: erasures.length } });
    }, 60_000);
  });

  test('T36: what a reader still holds is not called forgotten; the repeat, when nobody reads, is', async () => {
    const { path, ledger } = await recorded();
    const source = await openDatabaseSource(path);
    const erasures = [erasureOf(7, '/by'), erasureOf(7, '/reason')];
    await expect(ledger.erase(erasures)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/it is erased, but a reader keeps older pages/),
    });
    await source.close();
    await ledger.erase([]);
    expect([path, `${path}-wal`].map((file) => readFileSync(file).includes(SECRET))).toEqual([false, false]);
    await ledger.close();
  }, 30_000);

  test('T36: a step that runs again after the erasure records nothing anew', async () => {
    const { ledger } = await recorded();
    await ledger.erase([erasureOf(7, '/by'), erasureOf(7, '/reason')]);
    const [receipt] = await ledger.append([event('a', 7, { n: 7, by: SECRET, reason: REASON })]);
    expect(receipt).toMatchObject({ kind: 'recorded', index: 7 });
    await ledger.close();
  });

  test('T37: gone without an entry that says so is a fault', async () => {
    const { path, ledger } = await recorded();
    await ledger.close();
    change(path, "DELETE FROM personal WHERE i = 7 AND path = '/by'");
    expect(await verify(path)).toMatchObject({ kind: 'broken', code: 'value_missing', firstBad: 7 });
    const second = await recorded();
    await second.ledger.close();
    change(second.path, "UPDATE personal SET erased = 1, salt = zeroblob(32) WHERE i = 9 AND path = '/by'");
    expect(await verify(second.path)).toMatchObject({ kind: 'broken', code: 'value_missing', firstBad: 9 });
  });

  test.each([
    ['value', 'UPDATE personal SET text = ? WHERE i = 7', Buffer.from('"mallory"')],
    ['salt', 'UPDATE personal SET salt = ? WHERE i = 7', drawSalt()],
  ])('T38: a wrong %s is a fault', async (_, sql, bytes) => {
    const { path, ledger } = await recorded();
    await ledger.close();
    change(path, sql, bytes);
    expect(await verify(path)).toMatchObject({ kind: 'broken', code: 'value_changed', firstBad: 7 });
  });

  test('a value that no entry commits to is a fault', async () => {
    const { path, ledger } = await recorded();
    await ledger.close();
    change(path, "INSERT INTO personal VALUES (7, '/zz', ?, ?, 0)", drawSalt(), Buffer.from('"x"'));
    expect(await verify(path)).toMatchObject({ kind: 'broken', code: 'value_changed', firstBad: 7 });
  });

  test('T39: an erased commitment says nothing, not even to somebody who guesses right', async () => {
    const { ledger } = await recorded();
    const [entry] = await collect(ledger.read(7, 8));
    const { body } = JSON.parse(Buffer.from(entry?.bytes ?? []).toString()) as {
      readonly body: { readonly details: { readonly by: { readonly commit: string } } };
    };
    const { commit } = body.details.by;
    const values: KeptValue[] = [];
    for await (const value of ledger.values(7, 8)) values.push(value);
    const salt = values.find(({ path }) => path === '/by')?.value?.salt ?? new Uint8Array();
    // Control: with its salt the right guess is known at once.
    expect(commitment(salt, `"${SECRET}"`, nodeCodec)).toBe(commit);
    // Without it, whatever salt a guesser could think of: none, all zeros, a hash of what is public, a fresh one.
    const salts = [
      new Uint8Array(0),
      new Uint8Array(32),
      nodeCodec.sha256(nodeCodec.encode(commit)),
      drawSalt(),
    ];
    const words = [SECRET, ...Array.from({ length: 2_000 }, (_, n) => `user${n}@corp.example`)];
    for (const guess of salts)
      for (const word of words) expect(commitment(guess, `"${word}"`, nodeCodec) === commit).toBe(false);
    await ledger.close();
  });
});
