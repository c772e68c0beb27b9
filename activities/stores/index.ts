/** Which ledger a deployment has. */
import { randomUUID } from 'node:crypto';
import { createLedger } from './ledger-over-tables.ts';
import type { Ledger } from './ledger.ts';
import { createMemoryTables } from './memory/memory.ts';
import { openPostgres } from './postgres/postgres.ts';
import { isPostgresUrl } from './source.ts';
import { openSqlite } from './sqlite/sqlite.ts';

export { nodeCodec, sha256Hex } from './codec.ts';

export interface StoreOptions {
  /** Name of the log when it is new; without one it gets a name that no other log has. */
  readonly log?: string;
  /** The recording clock, milliseconds since 1970. */
  readonly now?: () => number;
  /** Of a Postgres URL, which must not hold it. */
  readonly password?: string | undefined;
}

/**
 * Opens the ledger that `source` names: a SQLite file by its path, or a Postgres database by its URL. What is not
 * there yet is made. Rejects with a `StoreError`.
 */
export async function openStores(source: string, options: StoreOptions = {}): Promise<Ledger> {
  const { log = `cordon/${randomUUID()}`, password, now = Date.now } = options;
  if (isPostgresUrl(source)) return openPostgres({ url: source, password }, log, now);
  return openSqlite(source, log, now);
}

/** Keeps nothing: for rehearsals and trials. */
export function createMemoryLedger({ log = 'memory', now = Date.now }: StoreOptions = {}): Ledger {
  return createLedger(createMemoryTables(log), now);
}
