/**
 * The contract of reading a store from outside: for verification, export and proofs. A reader never writes, never
 * makes anything, and may run beside a writer, under a role or on a file that it may only read.
 */
import type { StoredDocument } from './documents.ts';
import { openPostgresForReading } from './postgres/reading.ts';
import { isPostgresUrl } from './source.ts';
import { openSqliteForReading } from './sqlite/reading.ts';
import type { EntryRow, HeadRow } from './tables.ts';

/**
 * One state of the store: head, entries and documents as one commit left them, whatever is written meanwhile.
 * Everything is as stored and nothing is checked: columns may disagree with bytes, entries may be missing, stand
 * twice or go on beyond the head. Every method rejects with a `StoreError`: `store_untrusted` when the store is
 * damaged, `store_unavailable` when it cannot be reached.
 */
export interface StoreReading {
  /** Null when there is no head row. */
  head(): Promise<HeadRow | null>;
  /** All entries by index, in bounded memory: MUST NOT hold more than a page of them. */
  entries(): AsyncIterable<EntryRow>;
  /** All documents by kind and digest, in bounded memory. */
  documents(): AsyncIterable<StoredDocument>;
  /** What the store's own check of its file says against it; null when nothing, or when it has none. */
  ownComplaint(): Promise<string | null>;
  close(): Promise<void>;
}

export interface ReadingOptions {
  /** Of a Postgres URL, which must not hold it. */
  readonly password?: string | undefined;
}

/**
 * Opens the store that `source` names, by the path of its SQLite file or its Postgres URL. Rejects with a
 * `StoreError`: `store_unavailable` when there is none or it cannot be reached, `store_untrusted` when it is none
 * of ours. One read at a time: an iteration ends, or is left, before the next begins.
 */
export async function openForReading(source: string, options: ReadingOptions = {}): Promise<StoreReading> {
  if (isPostgresUrl(source)) return openPostgresForReading({ url: source, password: options.password });
  return openSqliteForReading(source);
}
