/** A check whose server goes away: nothing was shown, and nothing was found wrong. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { openStores, sha256Hex } from '../../activities/stores/index.ts';
import { openDatabaseSource } from '../../activities/verify/database-source.ts';
import { verifyRecord } from '../../activities/verify/verify.ts';
import { event } from '../audit/samples.ts';
import { PASSWORD, postgresForTests, withPassword } from '../postgres.ts';

const server = postgresForTests();
const database = { url: '' };
const text = '{"card":1}';
beforeAll(async () => {
  database.url = await server.database();
  const ledger = await openStores(database.url, { password: PASSWORD });
  for (let n = 0; n < 5; n += 1) await ledger.append([event('a', n, { by: 'sam@corp.example' })]);
  await ledger.put({ kind: 'card', digest: sha256Hex(text), text });
  await ledger.close();
});

const held: Client[] = [];
afterEach(() => Promise.all(held.splice(0).map((client) => client.end())));

/** Whoever reads the table waits from now on. */
async function hold(table: string): Promise<Client> {
  const client = new Client({ connectionString: withPassword(database.url) });
  held.push(client);
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE cordon.${table} IN ACCESS EXCLUSIVE MODE`);
  return client;
}

const WAITS = `FROM pg_stat_activity WHERE application_name = 'cordon' AND wait_event_type = 'Lock'`;

async function untilItWaits(): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const [row] = await server.query(database.url, `SELECT count(*)::int AS n ${WAITS}`);
    if (row?.['n'] === 1) return;
    await new Promise((again) => setTimeout(again, 10));
  }
  throw new Error('nobody waits for the table');
}

const endIt = () => server.query(database.url, `SELECT pg_terminate_backend(pid) ${WAITS}`);

async function verified() {
  const source = await openDatabaseSource(database.url, { password: PASSWORD });
  try {
    return await verifyRecord(source, { trust: null, outside: [], deep: true, now: 0 });
  } finally {
    await source.close();
  }
}

/** Whatever it reads last of all: each of these is read at another point of the check. */
const TABLES = ['entries', 'personal', 'checkpoints', 'documents'] as const;

describe('a connection that is lost while a record in Postgres is checked', () => {
  test.each(TABLES)('when it reads the %s: it is no verdict, neither damage nor soundness', async (table) => {
    await hold(table);
    const outcome = verified().then(
      (verdict) => verdict,
      (error: unknown) => error,
    );
    await untilItWaits();
    await endIt();
    expect(await outcome).toMatchObject({
      code: 'source_lost',
      message: expect.stringMatching(/failed \(57P01\).*can be repeated/),
    });
  });

  test.each(TABLES)('control: a wait for the %s that ends well ends in the verdict', async (table) => {
    const holder = await hold(table);
    const outcome = verified();
    await untilItWaits();
    await holder.query('ROLLBACK');
    expect(await outcome).toMatchObject({ kind: 'verified', entries: 5 });
  });

  test('the command says so, with exit code 1 and without a verdict', async () => {
    await hold('documents');
    const child = spawn(
      process.execPath,
      [
        join(resolve(import.meta.dirname, '../..'), 'client/main.ts'),
        'audit',
        'verify',
        database.url,
        '--json',
      ],
      { env: { ...process.env, PGPASSWORD: PASSWORD } },
    );
    const told = { out: '', err: '' };
    child.stdout.on('data', (part: Buffer) => (told.out += part.toString()));
    child.stderr.on('data', (part: Buffer) => (told.err += part.toString()));
    const ended = new Promise<number | null>((end) => child.on('close', end));
    await untilItWaits();
    await endIt();
    expect(await ended).toBe(1);
    expect(told.out).toBe('');
    expect(told.err).toContain('source_lost: reading postgres://postgres@127.0.0.1');
  });

  test('control: tables that cannot be read because they are others are damage, and a verdict', async () => {
    await server.query(database.url, 'ALTER TABLE cordon.documents RENAME COLUMN digest TO gone');
    try {
      expect(await verified()).toMatchObject({ kind: 'broken', code: 'damaged' });
    } finally {
      await server.query(database.url, 'ALTER TABLE cordon.documents RENAME COLUMN gone TO digest');
    }
  });
});
