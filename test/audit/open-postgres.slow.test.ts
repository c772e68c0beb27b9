import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openStores, sha256Hex } from '../../activities/stores/index.ts';
import { createLedger } from '../../activities/stores/ledger-over-tables.ts';
import { StoreError, type Ledger } from '../../activities/stores/ledger.ts';
import type { PapersErasure } from '../../activities/stores/papers.ts';
import { createConnections, type Connections } from '../../activities/stores/postgres/connect.ts';
import { createPostgresTables } from '../../activities/stores/postgres/tables.ts';
import { openForReading } from '../../activities/stores/reading.ts';
import { verdictOf } from '../contracts/place.ts';
import { PASSWORD, postgresForTests, urlOf } from '../postgres.ts';
import { event, events, START } from './samples.ts';
import { OLD_ENTRIES, OLD_PAPERS } from './versions.ts';

const FIRST_VERSION = readFileSync(new URL('./versions/postgres-1.sql', import.meta.url), 'utf8');

const server = postgresForTests();
const database = { url: '' };
const opened: Ledger[] = [];
beforeAll(async () => {
  database.url = await server.database();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
});

async function emptied(): Promise<string> {
  await server.query(database.url, 'DROP SCHEMA IF EXISTS cordon CASCADE');
  return database.url;
}

async function open(url: string): Promise<Ledger> {
  const ledger = await openStores(url, { password: PASSWORD });
  opened.push(ledger);
  return ledger;
}

async function refusalOf(url: string): Promise<StoreError> {
  try {
    await (await openStores(url, { password: PASSWORD })).close();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('tables that the first version wrote are brought up to date, with what they hold', async () => {
  const url = await emptied();
  await server.query(url, FIRST_VERSION);
  const ledger = await open(url);
  expect((await ledger.head()).size).toBe(OLD_ENTRIES);
  expect(await ledger.claimsOf('chain-c')).toMatchObject([
    { key: 'key-2', state: 'calling', effect: null },
    { key: 'key-1', state: 'done', effect: null },
  ]);
  await ledger.append([event('a', 8)]);
  expect((await ledger.head()).size).toBe(OLD_ENTRIES + 1);
  expect(await ledger.erasePapers([OLD_PAPERS])).toMatchObject([{ kind: 'erased', outputs: 1, cards: 1 }]);
});

describe('T32: a server that cannot keep the promises is refused', () => {
  test.each([
    ['fsync', 'off', /fsync = off and can lose/],
    ['full_page_writes', 'off', /full_page_writes = off/],
    ['synchronous_commit', 'off', /early \(synchronous_commit = off\)/],
    ['synchronous_commit', 'local', /early \(synchronous_commit = local\)/],
    ['synchronous_commit', 'remote_write', /early/],
  ])('with %s = %s', async (name, value, message) => {
    const url = await emptied();
    await server.setting(name, value);
    try {
      expect(await refusalOf(url)).toMatchObject({
        code: 'store_untrusted',
        message: expect.stringMatching(message),
      });
    } finally {
      await server.setting(name, null);
    }
    expect(await server.query(url, `SELECT to_regclass('cordon.store') AS made`)).toEqual([{ made: null }]);
    expect((await (await open(url)).head()).size).toBe(0);
  });

  test('with an encoding that cannot hold every text', async () => {
    await server.query(database.url, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    expect((await refusalOf(urlOf(server.port, 'latin'))).message).toMatch(/LATIN1/);
  });

  test.each([
    [
      'its last entry deleted',
      'ALTER TABLE cordon.entries DISABLE TRIGGER USER; DELETE FROM cordon.entries WHERE i = 2',
    ],
    [
      'an entry added behind it',
      `ALTER TABLE cordon.entries DISABLE TRIGGER USER; INSERT INTO cordon.entries VALUES (3, 'x', 'r', 0, '\\x00')`,
    ],
    [
      'its last entry changed',
      `ALTER TABLE cordon.entries DISABLE TRIGGER USER; UPDATE cordon.entries SET bytes = '\\x00' WHERE i = 2`,
    ],
    ['its head turned back', 'ALTER TABLE cordon.head DISABLE TRIGGER USER; UPDATE cordon.head SET size = 2'],
  ])('with a log that has %s', async (_, sql) => {
    const url = await emptied();
    await (await open(url)).append(events('a', 3));
    await server.query(url, sql);
    expect(await refusalOf(url)).toMatchObject({
      code: 'store_untrusted',
      message: expect.stringContaining('does not end where its head says'),
    });
  });

  test.each([
    ['of another version', 'UPDATE cordon.store SET version = 7', /schema version 7/],
    ['that a crash would empty', 'ALTER TABLE cordon.documents SET UNLOGGED', /cordon.documents in a crash/],
    [
      'without a head',
      'ALTER TABLE cordon.head DISABLE TRIGGER USER; DELETE FROM cordon.head',
      /lost its head/,
    ],
  ])('with tables %s', async (_, sql, message) => {
    const url = await emptied();
    await open(url);
    await server.query(url, sql);
    expect(await refusalOf(url)).toMatchObject({
      code: 'store_untrusted',
      message: expect.stringMatching(message),
    });
  });

  test('or a schema of the same name that is not ours', async () => {
    const url = await emptied();
    await server.query(url, 'CREATE SCHEMA cordon; CREATE TABLE cordon.head (x int)');
    expect((await refusalOf(url)).message).toMatch(/42P07/);
  });
});

describe('the tables themselves', () => {
  test.each([
    ['deletes an entry', 'DELETE FROM cordon.entries WHERE i = 0', /never deleted/],
    ['empties the log', 'TRUNCATE cordon.entries', /never deleted/],
    ['changes an entry', 'UPDATE cordon.entries SET run = 1', /never changed/],
    ['leaves a gap', `INSERT INTO cordon.entries VALUES (9, 'x', 'r', 0, '\\x00')`, /follows the last/],
    ['repeats an index', `INSERT INTO cordon.entries VALUES (2, 'x', 'r', 0, '\\x00')`, /entries_pkey/],
    [
      'repeats an id',
      `INSERT INTO cordon.entries SELECT 3, id, 'r', 0, bytes FROM cordon.entries WHERE i = 0`,
      /id_key/,
    ],
    ['deletes the head', 'DELETE FROM cordon.head', /never deleted/],
    ['adds a second head', `INSERT INTO cordon.head VALUES (true, 'l', 0, '', 0)`, /head_pkey/],
    ['turns the head back', 'UPDATE cordon.head SET size = 1', /only grows/],
    ['lets a fence fall', 'UPDATE cordon.claims SET fence = 0', /never fall/],
    ['deletes a claim', 'DELETE FROM cordon.claims', /never deleted/],
    ['empties the documents', 'TRUNCATE cordon.documents', /never deleted/],
  ])('refuse whoever %s', async (_, sql, message) => {
    const url = await emptied();
    const ledger = await open(url);
    await ledger.append(events('a', 3));
    const owner = { chain: 'a', workflowId: 'w', task: 't' };
    await ledger.begin({ key: 'k', owner, inputsDigest: 'i', now: 1 });
    await expect(server.query(url, sql)).rejects.toThrow(message);
  });
});

describe('who may do what', () => {
  test('the writer’s role of the manual is enough to work and for nothing else, the reader’s to verify', async () => {
    const url = await emptied();
    await open(url);
    const manual = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, sql = ''] = /```sql\n([^`]+)```/.exec(manual) ?? [];
    await server.query(url, sql);
    for (const role of ['cordon_writer', 'cordon_eraser', 'cordon_reader'])
      await server.query(url, `ALTER ROLE ${role} PASSWORD '${PASSWORD}'`);
    const as = (role: string) => urlOf(server.port, new URL(url).pathname.slice(1), role);
    const ledger = await open(as('cordon_writer'));
    const owner = { chain: 'a', workflowId: 'w', task: 't' };
    await ledger.begin({ key: 'k', owner, inputsDigest: 'i', now: 1 }, { events: [event('a', 0)] });
    await ledger.finish({ key: 'k', fence: 1, result: 'done', now: 2 });
    expect(await verdictOf({ source: as('cordon_reader'), password: PASSWORD })).toMatchObject({
      entries: 1,
    });
    const checkpoint = { size: 1, note: 'note', edge: [], timestamp: null };
    expect(await ledger.checkpoints.put([checkpoint])).toEqual({ kind: 'stored' });
    await ledger.checkpoints.attach(1, { kind: 'timestamp', token: Buffer.of(1) });
    for (const sql of [
      `INSERT INTO cordon.personal (i, path, salt, text) VALUES (0, '/x', 's', 't')`,
      `UPDATE cordon.personal SET salt = '', text = '', erased = true`,
      `INSERT INTO cordon.reservations VALUES ('c', 'a', 't', 'x', 1, 1)`,
      'DELETE FROM cordon.reservations',
    ])
      await server.query(as('cordon_writer'), sql);

    const text = '{"card":1}';
    const card = { kind: 'card', digest: sha256Hex(text), text } as const;
    await ledger.put(card);
    const erasure: PapersErasure = {
      chain: 'a',
      keys: ['k'],
      documents: [card],
      loseUndo: true,
      act: () => ({ event: 'papers_erased', details: {}, at: START, about: 'a' }),
    };
    await expect(ledger.erasePapers([erasure])).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('the role lacks a privilege'),
    });
    const eraser = await open(as('cordon_eraser'));
    expect(await eraser.erasePapers([erasure])).toMatchObject([{ kind: 'erased', cards: 1 }]);
    expect(await eraser.get('card', card.digest)).toBeNull();
    const details = '{"details":1}';
    await eraser.put({ kind: 'details', digest: sha256Hex(details), text: details });
    await eraser.put(card);

    const forbidden: readonly (readonly [role: string, sql: string])[] = [
      ['cordon_writer', 'UPDATE cordon.entries SET run = 1'],
      ['cordon_writer', 'DELETE FROM cordon.claims'],
      ['cordon_writer', 'TRUNCATE cordon.documents'],
      ['cordon_writer', `UPDATE cordon.documents SET text = ''`],
      ['cordon_writer', 'DELETE FROM cordon.documents'],
      ['cordon_eraser', `UPDATE cordon.documents SET text = 'another'`],
      ['cordon_eraser', `UPDATE cordon.documents SET text = '' WHERE kind = 'details'`],
      ['cordon_eraser', `DELETE FROM cordon.documents WHERE kind = 'card'`],
      ['cordon_eraser', `UPDATE cordon.documents SET kind = 'plan'`],
      ['cordon_writer', `UPDATE cordon.head SET log = 'other'`],
      ['cordon_writer', 'DELETE FROM cordon.checkpoints'],
      ['cordon_writer', `UPDATE cordon.checkpoints SET note = 'another'`],
      ['cordon_writer', `UPDATE cordon.personal SET text = 'another'`],
      ['cordon_writer', 'UPDATE cordon.personal SET i = 1'],
      ['cordon_writer', 'UPDATE cordon.store SET version = 2'],
      ['cordon_writer', 'ALTER TABLE cordon.entries DISABLE TRIGGER USER'],
      ['cordon_writer', 'CREATE TABLE cordon.mine (x int)'],
      ['cordon_reader', 'INSERT INTO cordon.documents VALUES (1, 2, 3)'],
      ['cordon_reader', 'UPDATE cordon.head SET size = 9'],
    ];
    for (const [role, sql] of forbidden)
      await expect(server.query(as(role), sql)).rejects.toThrow(
        /permission denied|must be owner|only grows|only gains|never changed|emptied before/,
      );
    expect((await refusalOf(as('cordon_reader'))).code).toBe('store_unavailable');
  });

  test('a URL that holds a password is refused, and the password is not repeated', async () => {
    for (const url of [`postgres://me:hunter22@127.0.0.1/x`, `postgres://127.0.0.1/x?password=hunter22`]) {
      const error = await refusalOf(url);
      expect(error).toMatchObject({
        code: 'store_refused',
        message: expect.stringContaining('state_password'),
      });
      expect(error.message).not.toContain('hunter22');
      await expect(openForReading(url)).rejects.toMatchObject({ code: 'store_refused' });
    }
  });

  test('a wrong password is told as such', async () => {
    const error = await openStores(database.url, { password: 'another one' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('check state and state_password'),
    });
  });
});

describe('a log that is changed under a running process', () => {
  test.each([
    [
      'cut together with its head',
      `DELETE FROM cordon.entries WHERE i = 2; UPDATE cordon.head SET size = 2, leaf =
         (SELECT substring(convert_from(bytes, 'UTF8') FROM '"prev":"([0-9a-f]{64})"') FROM cordon.entries WHERE i = 1)`,
    ],
    ['replaced by another', `DROP SCHEMA cordon CASCADE`],
  ])('is refused once it was %s', async (_, sql) => {
    const url = await emptied();
    const ledger = await open(url);
    await ledger.append(events('a', 3));
    await server.query(url, sql.startsWith('DROP') ? sql : `SET session_replication_role = replica; ${sql}`);
    await (await openStores(url, { password: PASSWORD }).catch(() => null))?.append([event('b', 0)]);
    await expect(ledger.append([event('a', 3)])).rejects.toMatchObject({
      code: 'store_untrusted',
      message: expect.stringContaining('this process wrote'),
    });
  });
});

describe('T19: a server that is down', () => {
  test('stores nothing and is told as unavailable; when it is back the same store goes on without loss', async () => {
    const url = await emptied();
    const ledger = await open(url);
    await ledger.append([event('a', 0)]);
    await server.crash();
    const failed = await Promise.allSettled([1, 2, 3].map((n) => ledger.append([event('a', n)])));
    for (const outcome of failed)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
    await expect(ledger.head()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await refusalOf(url)).message).toContain('check that the server runs');
    await server.start();
    const receipts = [];
    for (const n of [0, 1, 2, 3]) receipts.push(...(await ledger.append([event('a', n)])));
    expect(receipts.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(await verdictOf({ source: url, password: PASSWORD })).toMatchObject({
      kind: 'verified',
      entries: 4,
    });
  }, 60_000);

  test('whose connections are ended by its administrator is reached again by the next call', async () => {
    const url = await emptied();
    const ledger = await open(url);
    await ledger.append([event('a', 0)]);
    await server.query(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cordon'`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ledger.append([event('a', 1)])).toMatchObject([{ index: 1 }]);
    expect((await ledger.head()).size).toBe(2);
  });
});

describe('a pooler that hands out another connection for each transaction', () => {
  const pools: Connections[] = [];
  afterEach(async () => void (await Promise.all(pools.splice(0).map((each) => each.close()))));

  test.each([
    ['that does not know the statements', 'DEALLOCATE ALL'],
    ['that knows them already', null],
  ])('one %s: nothing is lost, and no more is left to a connection’s memory', async (_, sql) => {
    const url = await emptied();
    await open(url);
    const connections = createConnections({ url, password: PASSWORD });
    pools.push(connections);
    const ledger = createLedger(createPostgresTables(connections, { synchronousCommit: 'on' }), Date.now);
    const known = () =>
      connections.commit(async (client) => {
        const { rows } = await client.query<{ readonly name: string; readonly statement: string }>(
          'SELECT name, statement FROM pg_prepared_statements',
        );
        return rows;
      });
    // The first looks and the second flies: each in statements of its own.
    for (const n of [0, 1]) expect(await ledger.append([event('a', n)])).toMatchObject([{ index: n }]);
    const statements = await known();
    expect(statements.length).toBeGreaterThan(4);
    if (sql === null) {
      // As another client of the pooler left it: on the server, and unknown to this driver.
      await server.query(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cordon'",
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      await connections.commit(async (client) => {
        for (const { name, statement } of statements) await client.query(`PREPARE ${name} AS ${statement}`);
      });
    } else await connections.commit((client) => client.query(sql));
    expect(await ledger.append([event('a', 2)])).toMatchObject([{ kind: 'recorded', index: 2 }]);
    expect(await known()).toEqual([]);
    expect(await ledger.append([event('a', 2), event('a', 3)])).toMatchObject([{ index: 2 }, { index: 3 }]);
    expect(await verdictOf({ source: url, password: PASSWORD })).toMatchObject({
      kind: 'verified',
      entries: 4,
    });
  });
});

describe('T30: what is acknowledged is on disk', () => {
  const flushes = async (url: string): Promise<number> => {
    const [row] = await server.query(
      url,
      `SELECT sum(fsyncs)::int AS n FROM pg_stat_io WHERE object = 'wal'`,
    );
    return Number(row?.['n']);
  };
  /** A session tells its statistics when it ends. */
  const flushesOf = async (url: string, work: () => Promise<void>): Promise<number> => {
    const before = await flushes(url);
    await work();
    return (await flushes(url)) - before;
  };

  test('each commit of the store flushes the server’s log, also when the server’s default has become another', async () => {
    const url = await emptied();
    const ledger = await open(url);
    await server.setting('synchronous_commit', 'off');
    await server.setting('wal_writer_delay', '10s');
    try {
      const flushed = await flushesOf(url, async () => {
        for (let n = 0; n < 30; n += 1) await ledger.append([event('a', n)]);
        await ledger.close();
      });
      expect(flushed).toBeGreaterThanOrEqual(30);
      const control = await flushesOf(url, async () => {
        for (let n = 0; n < 30; n += 1)
          await server.query(url, `CREATE TABLE IF NOT EXISTS t (x int); INSERT INTO t VALUES (1)`);
      });
      expect(control).toBeLessThan(30);
    } finally {
      await server.setting('synchronous_commit', null);
      await server.setting('wal_writer_delay', null);
    }
  }, 60_000);
});
