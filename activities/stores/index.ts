/** Which ledger a path names. */
import { randomUUID } from 'node:crypto';
import { createLedger } from './ledger-over-tables.ts';
import type { Ledger } from './ledger.ts';
import { createMemoryTables } from './memory/memory.ts';
import { openSqlite } from './sqlite/sqlite.ts';

export { nodeCodec, sha256Hex } from './codec.ts';
export { verifyDatabase, type DatabaseVerdict } from './sqlite/verify.ts';

/** Nothing is kept: for rehearsals and trials. */
export const IN_MEMORY = ':memory:';

export interface StoreOptions {
  /** Name of the log when it is new; without one it gets a name that no other log has. */
  readonly log?: string;
  /** The recording clock, milliseconds since 1970. */
  readonly now?: () => number;
}

/** Opens the ledger in the SQLite file `path`, making it when there is none. Throws a `StoreError`. */
export function openStores(path: string, options: StoreOptions = {}): Ledger {
  const { log = `cordon/${randomUUID()}`, now = Date.now } = options;
  if (path === IN_MEMORY) return createLedger(createMemoryTables(log), now);
  return openSqlite(path, log, now);
}
