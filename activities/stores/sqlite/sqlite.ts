/** The ledger in one SQLite file: the default. */
import { refuseBrokenEnd } from '../end-check.ts';
import { createLedger } from '../ledger-over-tables.ts';
import type { Ledger } from '../ledger.ts';
import { openDatabase } from './open.ts';
import { createSqliteTables } from './tables.ts';

/** Throws a `StoreError` when the file is not ours, cannot be made durable, or disagrees with itself at its end. */
export async function openSqlite(path: string, log: string, now: () => number): Promise<Ledger> {
  const tables = createSqliteTables(openDatabase(path, log));
  try {
    await refuseBrokenEnd(tables, path);
  } catch (error) {
    await tables.close();
    throw error;
  }
  return createLedger(tables, now);
}
