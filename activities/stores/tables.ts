/**
 * What a store of any make must be able to read and write, one row at a time. `ledger-over-tables.ts` holds the
 * rules; an implementation holds none. All calls are made inside `transaction`.
 */
import type { LogHead, StoredEntry } from './audit.ts';
import type { ClaimRecord } from './claims.ts';
import type { DocumentKind, StoredDocument } from './documents.ts';

/** The log's end. `at` is the time of its last entry, milliseconds since 1970. */
export interface HeadRow extends LogHead {
  readonly at: number;
}

/** An entry with the columns it can be found by; each repeats what its bytes say. */
export interface EntryRow extends StoredEntry {
  readonly id: string;
  readonly run: string;
  readonly runSeq: number;
}

export interface Tables {
  /**
   * Runs `work` alone: no other writer, in this process or another, between its first read and its last write.
   * MUST be durable when it returns. When it throws, nothing of `work` is stored, or nobody can tell.
   */
  transaction<T>(work: () => T): T;
  head(): HeadRow;
  setHead(head: HeadRow): void;
  entryById(id: string): EntryRow | null;
  lastOfRun(run: string): EntryRow | null;
  /** MUST refuse an entry at any other index than the next, and one whose id is there. */
  addEntry(row: EntryRow): void;
  /** Up to `limit` entries from index `from`. */
  entries(from: number, limit: number): readonly StoredEntry[];
  /** Up to `limit` entries of the run from its number `fromSeq`. */
  entriesOfRun(run: string, fromSeq: number, limit: number): readonly EntryRow[];
  claim(key: string): ClaimRecord | null;
  setClaim(record: ClaimRecord): void;
  document(kind: DocumentKind, digest: string): string | null;
  /** Changes nothing when it is there already. */
  addDocument(document: StoredDocument): void;
  close(): void;
}
