/**
 * The contract of reading a store from outside: for verification, export and proofs. A reader never writes, never
 * makes anything, and may run beside a writer, under a role or on a file that it may only read.
 */
import type { DocumentKind, StoredDocument } from './documents.ts';
import { openPostgresForReading } from './postgres/reading.ts';
import { isPostgresUrl } from './source.ts';
import { openSqliteForReading } from './sqlite/reading.ts';
import type { EntryRow, HeadRow } from './tables.ts';
import type { KeptValue } from './values.ts';

/**
 * One state of the store: head, entries and documents as one commit left them, whatever is written meanwhile.
 * Everything is as stored and nothing is checked: columns may disagree with bytes, entries may be missing, stand
 * twice or go on beyond the head. Every method rejects with a `StoreError`: `store_untrusted` when the store is
 * damaged, `store_unavailable` when it cannot be reached.
 */
export interface StoreReading {
  /** Null when there is no head row. */
  head(): Promise<HeadRow | null>;
  /** Entries by index, from `from` on or all, in bounded memory: MUST NOT hold more than a page of them. */
  entries(from?: number): AsyncIterable<EntryRow>;
  /** All documents by kind and digest, in bounded memory. */
  documents(): AsyncIterable<StoredDocument>;
  /** Personal values by entry and path, of entry `from` on or all, in bounded memory; null where a store of this age has none. */
  values(from?: number): AsyncIterable<KeptValue> | null;
  /** Notes of checkpoints, by size. */
  checkpoints(): Promise<readonly string[]>;
  /** Null when it is not there. */
  document(kind: DocumentKind, digest: string): Promise<string | null>;
  /** For people: what is damaged beside the entries, as far as the store itself can tell; null when nothing. */
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
 * of ours. Reads may take turns; each answer is awaited before the next is asked for.
 */
export async function openForReading(source: string, options: ReadingOptions = {}): Promise<StoreReading> {
  if (isPostgresUrl(source)) return openPostgresForReading({ url: source, password: options.password });
  return openSqliteForReading(source);
}
