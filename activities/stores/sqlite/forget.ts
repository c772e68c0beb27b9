/**
 * Makes what was erased unrecoverable from the file. SQLite wipes the place of a row that is deleted or overwritten
 * (`secure_delete`), but not the places that rows had before a page was split: copies of them lie in free space, measured in
 * one row of some hundred. So the file is written anew from what it still holds, and then the write-ahead log is emptied,
 * whose older frames have everything.
 */
import type { Database } from 'better-sqlite3';
import { StoreError } from '../ledger.ts';

/** Takes as long as copying the file, and as much room again; writers wait meanwhile. */
export function forget(db: Database): void {
  db.exec('VACUUM');
  const [{ busy } = { busy: 1 }] = db.pragma('wal_checkpoint(TRUNCATE)') as readonly {
    readonly busy: number;
  }[];
  if (busy === 0) return;
  throw new StoreError(
    'store_unavailable',
    'it is erased, but a reader keeps older pages of the write-ahead log in use; end it and repeat the erasure',
  );
}
