/** The ledger in one SQLite file: the default. */
import { hex } from '../../../workflows/audit/codec.ts';
import { GENESIS } from '../../../workflows/audit/entry.ts';
import { leafHash } from '../../../workflows/audit/merkle.ts';
import { nodeCodec } from '../codec.ts';
import { createLedger } from '../ledger-over-tables.ts';
import { StoreError, type Ledger } from '../ledger.ts';
import type { Tables } from '../tables.ts';
import { openDatabase } from './open.ts';
import { createSqliteTables } from './tables.ts';

/** Throws a `StoreError` when the file is not ours, cannot be made durable, or disagrees with itself at its end. */
export function openSqlite(path: string, log: string, now: () => number): Ledger {
  const tables = createSqliteTables(openDatabase(path, log));
  try {
    refuseBrokenEnd(tables, path);
  } catch (error) {
    tables.close();
    throw error;
  }
  return createLedger(tables, now);
}

/** Writing after an end that does not fit would bury the break under good entries. */
function refuseBrokenEnd(tables: Tables, path: string): void {
  tables.transaction(() => {
    const { size, leaf } = tables.head();
    const [last, beyond] = tables.entries(Math.max(size - 1, 0), 2);
    const ends = size === 0 ? last === undefined : last?.index === size - 1 && beyond === undefined;
    const found = last === undefined ? GENESIS : hex(leafHash(last.bytes, nodeCodec.sha256));
    if (ends && found === leaf) return;
    throw new StoreError(
      'store_untrusted',
      `the audit log in ${path} does not end where its head says (${size} entries): it was changed from outside or ` +
        'restored from a copy; run "cordon audit verify" and keep the file as evidence',
    );
  });
}
