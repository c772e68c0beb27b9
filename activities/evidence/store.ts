/**
 * The contract of an evidence store: what a collector hands over is kept by the hash of its bytes, and a
 * manifest, itself kept by hash, says which items belong together.
 */

export interface EvidenceItem {
  readonly caseId: string;
  readonly task: string;
  /** What the item is called in the manifest; never used as a path. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** When it was collected, ISO 8601; the time of storing where absent. */
  readonly at?: string;
}

/** An item as manifests list it. `sha256` in lower-case hex, `bytes` its length. */
export interface StoredItem {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Storing is done when the bytes are durable and have been read back and compared. Every method throws
 * an `EvidenceError` when that cannot be had: lost storage is never an answer.
 */
export interface EvidenceStore {
  /** The same bytes twice are stored once; each time leaves its own line of custody. */
  put(item: EvidenceItem): Promise<{ readonly sha256: string; readonly bytes: number }>;
  /** Stores the canonical manifest of the items. The same items give the same hash; all must be in the store. */
  manifest(caseId: string, task: string, items: readonly StoredItem[]): Promise<{ readonly sha256: string }>;
  /** Null when nothing is stored under that hash; throws when what is stored does not match it. */
  get(sha256: string): Promise<Uint8Array | null>;
}

/** What was said of one case's items, oldest first; see `custody.ts` for a line. */
export interface CustodyLog {
  readonly name: string;
  readonly lines: readonly Uint8Array[];
}

/** A store as people use it, with items too large to be held in memory. */
export interface EvidenceArchive extends EvidenceStore {
  /** As `put`, for bytes that come one after the other. They are read once, and hashed as they are stored. */
  putStream(
    item: Omit<EvidenceItem, 'bytes'>,
    source: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly sha256: string; readonly bytes: number }>;
  /**
   * Hands over the bytes in order; false when nothing is stored under that hash. Throws when they do not match it,
   * which is only known at the end.
   */
  stream(sha256: string, take: (chunk: Uint8Array) => void): Promise<boolean>;
  /** Of one case, or of all. */
  custody(caseId: string | null): Promise<readonly CustodyLog[]>;
}

/** Why evidence could not be kept or read. `code` is stable; the message says what to do. */
export class EvidenceError extends Error {
  readonly code: 'evidence_storage' | 'evidence_mismatch' | 'evidence_missing';

  constructor(code: EvidenceError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EvidenceError';
    this.code = code;
  }
}
