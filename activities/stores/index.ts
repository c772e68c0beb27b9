/** Which ledger a deployment has. */
import { randomUUID } from 'node:crypto';
import { createLedger } from './ledger-over-tables.ts';
import type { Ledger } from './ledger.ts';
import { createMemoryTables } from './memory/memory.ts';
import { openSqlite } from './sqlite/sqlite.ts';

export { nodeCodec, sha256Hex } from './codec.ts';
export { verifyDatabase, type DatabaseVerdict } from './sqlite/verify.ts';

export interface StoreOptions {
  /** Name of the log when it is new; without one it gets a name that no other log has. */
  readonly log?: string;
  /** The recording clock, milliseconds since 1970. */
  readonly now?: () => number;
}

/** Opens the ledger in the SQLite file `path`, making it when there is none. Rejects with a `StoreError`. */
export async function openStores(path: string, options: StoreOptions = {}): Promise<Ledger> {
  const { log = `cordon/${randomUUID()}`, now = Date.now } = options;
  return openSqlite(path, log, now);
}

/** Keeps nothing: for rehearsals and trials. */
export function createMemoryLedger({ log = 'memory', now = Date.now }: StoreOptions = {}): Ledger {
  return createLedger(createMemoryTables(log), now);
}
