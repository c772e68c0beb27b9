/** Where a log is read from: a database or an export. Read-only, and believed in nothing that the check does not show. */
import type { Batch } from './batch.ts';
import type { Overlong } from './lines.ts';

export interface ClaimedHead {
  readonly log: string;
  readonly size: number;
  readonly leaf: string;
}

/** A value beside the log, as it is kept; null when it was erased. */
export interface KeptValue {
  readonly index: number;
  readonly path: string;
  readonly value: { readonly salt: Uint8Array; readonly text: string } | null;
}

export interface RecordSource {
  /** For people. */
  readonly name: string;
  /** Null when there is none to be had. */
  head(): Promise<ClaimedHead | null>;
  /** From entry `from` on, or all. */
  entries(from?: number): AsyncIterable<Batch | Overlong>;
  /** Signed notes, as they are kept. */
  checkpoints(): Promise<readonly string[]>;
  /** In the order of their entries, those of entry `from` on or all; null when the source does not carry them. */
  values(from?: number): AsyncIterable<KeptValue> | null;
  /** Details too big for their entry, by digest; null when they are not carried. Not believed: the check hashes them. */
  details(digest: string): Promise<string | null>;
  allDetails(): AsyncIterable<{ readonly sha256: string; readonly text: string }>;
  /** True when reading beside hashing is worth a thread. */
  readonly isLong: boolean;
  /** What else is wrong with where it is kept, besides its entries: damage, documents that are not what they were. */
  damage(): Promise<string | null>;
  close(): Promise<void>;
}

/** What cannot even be looked at; damage within is a verdict. */
export class SourceError extends Error {
  readonly code:
    | 'source_missing'
    | 'source_unreadable'
    | 'source_foreign'
    /** It was there, and cannot be reached any more: nothing is known to be wrong with it, and nothing was shown. */
    | 'source_lost';

  constructor(code: SourceError['code'], message: string) {
    super(message);
    this.name = 'SourceError';
    this.code = code;
  }
}
