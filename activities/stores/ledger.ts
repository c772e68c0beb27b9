/**
 * What a deployment remembers: record, claims and documents in one store, so that a claim and its intent, or a
 * result and its settlement, are one commit. There is no moment at which one of the two is true alone.
 */
import type { AuditStore } from './audit.ts';
import type { CheckpointStore } from './checkpoints.ts';
import type { ClaimStore } from './claims.ts';
import type { DocumentStore } from './documents.ts';
import type { PaperStore } from './papers.ts';
import type { ValueStore } from './values.ts';

export interface Ledger extends AuditStore, ClaimStore, DocumentStore, PaperStore, ValueStore {
  /** What the log has said of itself. */
  readonly checkpoints: CheckpointStore;
}

/** Why a store could not serve. `code` is stable; the message says what to do and never repeats what was stored. */
export class StoreError extends Error {
  readonly code:
    /** The file cannot be written or read just now; nothing of the call may be taken for stored. Repeat it. */
    | 'store_unavailable'
    /** The file is not what it was, or not ours, or cannot keep its promises: nothing may run on it. */
    | 'store_untrusted'
    /** The caller handed over what cannot be stored. A fault of ours; a repeat will not help. */
    | 'store_refused'
    | 'store_closed';

  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
