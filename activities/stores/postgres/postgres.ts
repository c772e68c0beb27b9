/** The ledger in a Postgres database: for several workers, and for servers that are looked after already. */
import type { ClientBase } from 'pg';
import { GENESIS } from '../../../workflows/audit/entry.ts';
import { refuseBrokenEnd } from '../end-check.ts';
import { createLedger } from '../ledger-over-tables.ts';
import { StoreError, type Ledger } from '../ledger.ts';
import { shownSource } from '../source.ts';
import { createConnections, type Server } from './connect.ts';
import { translated } from './failure.ts';
import { MIGRATIONS, SCHEMA, SCHEMA_LOCK, SCHEMA_VERSION, versionOf } from './schema.ts';
import { refuseUnloggedTables, refuseUnsafeServer, type Durability } from './self-check.ts';
import { createPostgresTables } from './tables.ts';

/**
 * Makes the tables where there are none. Rejects with a `StoreError` when the server cannot be reached or cannot keep
 * the store's promises, when the tables are of another version, or disagree with themselves at the log's end.
 */
export async function openPostgres(server: Server, log: string, now: () => number): Promise<Ledger> {
  const where = shownSource(server.url);
  const connections = createConnections(server);
  try {
    const durability = await connections.read((client) =>
      translated(`opening ${where}`, () => prepare(client, log, where)),
    );
    const tables = createPostgresTables(connections, durability);
    await refuseBrokenEnd(tables, where);
    return createLedger(tables, now);
  } catch (error) {
    await connections.close();
    throw error;
  }
}

async function prepare(client: ClientBase, log: string, where: string): Promise<Durability> {
  const durability = await refuseUnsafeServer(client, where);
  if ((await versionOf(client)) === null) await createTables(client, log);
  await migrate(client);
  const version = await versionOf(client);
  if (version !== SCHEMA_VERSION)
    throw new StoreError(
      'store_untrusted',
      `${where} has schema version ${version ?? 'unknown'}, this Cordon knows ${SCHEMA_VERSION}; use the Cordon that wrote it`,
    );
  await refuseUnloggedTables(client, where);
  return durability;
}

/** Several processes may get here at once: those that come second find the work done. */
async function createTables(client: ClientBase, log: string): Promise<void> {
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
  if ((await versionOf(client)) === null) {
    await client.query(SCHEMA);
    await client.query('INSERT INTO cordon.store (version) VALUES ($1)', [SCHEMA_VERSION]);
    await client.query('INSERT INTO cordon.head (log, size, leaf, at) VALUES ($1, 0, $2, 0)', [log, GENESIS]);
  }
  await client.query('COMMIT');
}

/** Adds what an older version lacked. What it recorded is not touched. */
async function migrate(client: ClientBase): Promise<void> {
  if (!MIGRATIONS.has((await versionOf(client)) ?? SCHEMA_VERSION)) return;
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
  for (;;) {
    const version = await versionOf(client);
    const step = version === null ? undefined : MIGRATIONS.get(version);
    if (version === null || step === undefined) break;
    await client.query(step);
    await client.query('UPDATE cordon.store SET version = $1', [version + 1]);
  }
  await client.query('COMMIT');
}
