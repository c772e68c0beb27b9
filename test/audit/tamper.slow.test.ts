import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { drawSalt } from '../../activities/stores/codec.ts';
import Database from 'better-sqlite3';
import { nodeCodec, openStores, sha256Hex } from '../../activities/stores/index.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { draftEntry, entryText } from '../../workflows/audit/draft.ts';
import { leafHash } from '../../workflows/audit/merkle.ts';
import { event, parsed, temporaryFolder } from './samples.ts';
import { verifyFile } from './verified.ts';

/** Entries of the record that is attacked; two runs take turns. */
const SIZE = 24;
const folder = temporaryFolder();
const intact = join(folder, 'intact.db');
/** Without its triggers, as every attacker begins. */
const disarmed = join(folder, 'disarmed.db');
const attacked = join(folder, 'attacked.db');

beforeAll(async () => {
  const ledger = await openStores(intact, { log: 'test' });
  for (let n = 0; n < SIZE; n += 1) await ledger.append([event(n % 2 ? 'a' : 'b', n)]);
  const text = '{"card":1}';
  await ledger.put({ kind: 'card', digest: sha256Hex(text), text });
  await ledger.close();
  copyFileSync(intact, disarmed);
  const db = new Database(disarmed);
  db.pragma('journal_mode = MEMORY');
  const triggers = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all();
  for (const name of triggers) db.exec(`DROP TRIGGER ${name}`);
  db.close();
});

/** What an administrator of the file can do: anything. */
function attack(change: (db: Database.Database) => void) {
  copyFileSync(disarmed, attacked);
  const db = new Database(attacked);
  db.pragma('synchronous = OFF');
  db.transaction(() => change(db))();
  db.close();
  return verifyFile(attacked);
}

const bytesAt = (db: Database.Database, index: number) =>
  db.prepare<[number], Buffer>('SELECT bytes FROM entries WHERE i = ?').pluck().get(index) ?? Buffer.alloc(0);
const setBytes = (db: Database.Database, index: number, bytes: Uint8Array) =>
  db.prepare('UPDATE entries SET bytes = ? WHERE i = ?').run(bytes, index);
/** Moves entries from `from` on by `by`; in two steps, because each index is taken while it moves. */
const renumber = (db: Database.Database, from: number, by: number) => {
  db.prepare('UPDATE entries SET i = -i - 1 WHERE i >= ?').run(from);
  db.prepare('UPDATE entries SET i = -i - 1 + ? WHERE i < 0').run(by);
};
const leafOf = (bytes: Uint8Array) => hex(leafHash(bytes, nodeCodec.sha256));

/** An entry that fits perfectly after entry `index - 1`. */
function forged(db: Database.Database, index: number): { id: string; bytes: Uint8Array } {
  const draft = draftEntry(event('forged', 0), nodeCodec, drawSalt);
  const before = bytesAt(db, index - 1);
  const place = {
    log: 'test',
    index,
    prev: leafOf(before),
    at: parsed(before).at,
    runSeq: 0,
    runPrev: null,
    skewMs: 0,
  };
  return { id: draft.id, bytes: nodeCodec.encode(entryText(draft, place)) };
}
const insertForged = (db: Database.Database, index: number) => {
  const { id, bytes } = forged(db, index);
  db.prepare('INSERT INTO entries (i, id, run, run_seq, bytes) VALUES (?, ?, ?, 0, ?)').run(
    index,
    id,
    'chain-forged',
    bytes,
  );
};

const each = Array.from({ length: SIZE }, (_, index) => index);

describe('a record changed in its file is found out, and the first bad entry is named', () => {
  test('the record as written verifies', async () => {
    expect(await verifyFile(intact)).toMatchObject({
      verified: true,
      entries: SIZE,
      firstBad: null,
      reason: null,
    });
  });

  test('control: an attack that changes nothing is none', async () => {
    expect(await attack(() => {})).toEqual(await verifyFile(intact));
  });

  test.each(each)('entry %d edited', async (index) => {
    const verdict = await attack((db) => {
      const text = bytesAt(db, index).toString();
      setBytes(db, index, Buffer.from(text.replace(`"n":${index}`, '"n":99')));
    });
    expect(verdict).toMatchObject({ verified: false, firstBad: index, entries: index });
  });

  test.each(each)('entry %d deleted', async (index) => {
    const verdict = await attack((db) => db.prepare('DELETE FROM entries WHERE i = ?').run(index));
    expect(verdict).toMatchObject({ verified: false, firstBad: index });
  });

  test.each(each)('entry %d deleted and the gap closed', async (index) => {
    const verdict = await attack((db) => {
      db.prepare('DELETE FROM entries WHERE i = ?').run(index);
      renumber(db, index, -1);
    });
    expect(verdict).toMatchObject({ verified: false, firstBad: index });
  });

  test.each(each.slice(0, -1))('entry %d swapped with the next', async (index) => {
    const verdict = await attack((db) => {
      const [one, other] = [bytesAt(db, index), bytesAt(db, index + 1)];
      setBytes(db, index, other);
      setBytes(db, index + 1, one);
    });
    expect(verdict).toMatchObject({ verified: false, firstBad: index });
  });

  test.each(each.slice(1))('a forged entry that fits inserted at %d', async (index) => {
    const verdict = await attack((db) => {
      renumber(db, index, 1);
      insertForged(db, index);
    });
    expect(verdict).toMatchObject({ verified: false, firstBad: index });
  });

  test('a forged entry that fits appended behind the head', async () => {
    expect(await attack((db) => insertForged(db, SIZE))).toMatchObject({ verified: false, firstBad: SIZE });
  });

  test.each(each)('the tail cut at %d while the head stays', async (index) => {
    const verdict = await attack((db) => db.prepare('DELETE FROM entries WHERE i >= ?').run(index));
    expect(verdict).toMatchObject({ verified: false, firstBad: index });
  });

  test.each([
    ['id', "'0'"],
    ['run', "'chain-c'"],
    ['run_seq', '99'],
  ])('the column %s disagreeing with the bytes', async (column, value) => {
    const verdict = await attack((db) => db.exec(`UPDATE entries SET ${column} = ${value} WHERE i = 7`));
    expect(verdict).toMatchObject({ verified: false, firstBad: 7, reason: expect.stringContaining(column) });
  });

  test.each([
    ['counts one more', 'UPDATE head SET size = size + 1', SIZE],
    ['counts one less', 'UPDATE head SET size = size - 1', SIZE - 1],
    ['counts less than none', 'UPDATE head SET size = -size', 0],
    ['confirms another entry', `UPDATE head SET leaf = '${'0'.repeat(64)}'`, SIZE - 1],
    ['is of another log', "UPDATE head SET log = 'other'", null],
    ['is gone', 'DELETE FROM head', null],
  ])('a head that %s', async (_, sql, firstBad) => {
    expect(await attack((db) => db.exec(sql))).toMatchObject({ verified: false, firstBad });
  });

  test.each([
    ['a run forgotten', "DELETE FROM runs WHERE run = 'chain-a'"],
    ['a run that ends too early', "UPDATE runs SET last = last - 2, seq = seq - 1 WHERE run = 'chain-a'"],
    ['a run that ends in another', "UPDATE runs SET last = last - 1 WHERE run = 'chain-a'"],
    ['a run invented', "INSERT INTO runs VALUES ('chain-c', 3, 1)"],
    ['an entry passed over', 'UPDATE entries SET prior = prior - 2 WHERE i = 9'],
    ['a run that leads into another', 'UPDATE entries SET prior = prior - 1 WHERE i = 9'],
    ['a run that begins anew', 'UPDATE entries SET prior = NULL WHERE i = 9'],
    ['a run in a circle', 'UPDATE entries SET prior = i WHERE i = 9'],
  ])('by which entries would be read past: %s', async (_, sql) => {
    expect(await attack((db) => db.exec(sql))).toMatchObject({
      verified: false,
      firstBad: null,
      reason: expect.stringContaining('does not lead to every entry'),
    });
  });

  test('a stored card changed', async () => {
    const verdict = await attack((db) => db.exec("UPDATE documents SET text = '{}'"));
    expect(verdict).toMatchObject({
      verified: false,
      firstBad: null,
      reason: expect.stringContaining('the card'),
    });
  });

  test('a tail cut together with its head is seen only from a head kept elsewhere', async () => {
    const whole = await verifyFile(intact);
    const cut = await attack((db) => {
      db.prepare('DELETE FROM entries WHERE i >= 20').run();
      db.prepare('UPDATE head SET size = 20, leaf = ?').run(leafOf(bytesAt(db, 19)));
      db.exec(
        'UPDATE runs SET (last, seq) = (SELECT max(i), max(run_seq) FROM entries WHERE run = runs.run)',
      );
    });
    expect(cut).toMatchObject({ verified: true, entries: 20 });
    expect(cut.head).not.toBe(whole.head);
  });
});

describe('a record that was damaged', () => {
  test('a run that JSON cannot spell is damage, and no error of ours', async () => {
    const verdict = await attack((db) => {
      const bytes = Buffer.from(bytesAt(db, 7));
      bytes[bytes.indexOf('"run":"') + 9] = 0x01;
      setBytes(db, 7, bytes);
    });
    expect(verdict).toMatchObject({ verified: false, firstBad: 7 });
  });

  test('so is a column that became nothing, as a flipped bit of its header makes it', async () => {
    copyFileSync(disarmed, attacked);
    const db = new Database(attacked);
    db.unsafeMode();
    db.pragma('writable_schema = ON');
    db.exec("UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'entries'");
    db.exec("UPDATE sqlite_schema SET sql = replace(sql, 'BLOB    NOT NULL', 'BLOB') WHERE name = 'entries'");
    db.close();
    const loose = new Database(attacked);
    loose.prepare('UPDATE entries SET bytes = NULL WHERE i = 7').run();
    loose.close();
    expect(await verifyFile(attacked)).toMatchObject({
      verified: false,
      reason: expect.stringContaining('bytes of a row is not what it was stored as'),
    });
  });

  test.each(['personal', 'checkpoints', 'runs'])(
    'a table %s that is gone is damage, and not taken for a file of an older version',
    async (table) => {
      expect(await attack((db) => db.exec(`DROP TABLE ${table}`))).toMatchObject({ verified: false });
    },
  );

  test('a table whose last row leads back to its first ones is damage, and is not read round and round', async () => {
    const path = join(folder, 'circle.db');
    const ledger = await openStores(path, { log: 'test' });
    for (const n of [0, 5, 10, 15, 20])
      await ledger.append(
        Array.from({ length: 5 }, (_, k) => event('a', n + k, k === 0 ? { by: 'alice' } : {})),
      );
    await ledger.close();
    const file = readFileSync(path);
    // The value of entry 20 becomes one of entry 4.
    const row = Buffer.from([20, ...Buffer.from('/by')]);
    const at = file.indexOf(row);
    expect([at > 0, file.indexOf(row, at + 1)]).toEqual([true, -1]);
    file.writeUInt8(4, at);
    writeFileSync(path, file);
    expect(await verifyFile(path)).toMatchObject({
      verified: false,
      reason: expect.stringContaining('do not stand in their order'),
    });
  });

  test('an id changed in the table, in the bytes or in the index over it is detected, wherever it stands', async () => {
    const file = readFileSync(intact);
    const db = new Database(intact, { readonly: true });
    const id = parsed(bytesAt(db, 7)).id;
    db.close();
    const reasons: string[] = [];
    for (let at = file.indexOf(id); at >= 0; at = file.indexOf(id, at + 1)) {
      const damaged = Buffer.from(file);
      damaged.write(id.startsWith('f') ? 'e' : 'f', at);
      writeFileSync(attacked, damaged);
      const verdict = await verifyFile(attacked);
      expect(verdict.verified).toBe(false);
      reasons.push(verdict.reason ?? '');
    }
    expect(reasons).toHaveLength(3);
    expect(reasons.filter((reason) => reason.startsWith("SQLite's own check"))).toHaveLength(1);
  });

  test.each([
    ['a text', Buffer.from('not a database, but long enough to be looked at\n'.repeat(20))],
    ['nothing', Buffer.alloc(0)],
  ])('%s instead of a database is not verified', async (_, content) => {
    writeFileSync(attacked, content);
    expect(await verifyFile(attacked)).toMatchObject({ verified: false, entries: 0, head: null });
  });

  test('a file that is not there is an error, not a verdict', async () => {
    await expect(verifyFile(join(folder, 'missing.db'))).rejects.toThrow(/there is no file/);
  });
});
