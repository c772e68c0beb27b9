/** The contract of a document store: texts kept under the SHA-256 of their UTF-8 bytes. */
import type { NewEvent, Receipt } from './audit.ts';

/**
 * card: what an approver saw. plan: what a run was given. details: a fact's details too big for an entry.
 * policy: a set as it was enforced. saved: how something was before an action changed it.
 */
export const DOCUMENT_KINDS = ['card', 'plan', 'details', 'policy', 'saved'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

export interface StoredDocument {
  readonly kind: DocumentKind;
  /** Lower-case hex. */
  readonly digest: string;
  readonly text: string;
}

/** Every method throws a `StoreError` when the store cannot be reached or trusted. */
export interface DocumentStore {
  /**
   * Durable when it resolves, together with the events handed along. MUST refuse a text that does not hash to
   * its digest. Storing the same again changes nothing.
   */
  put(document: StoredDocument, events?: readonly NewEvent[]): Promise<readonly Receipt[]>;
  /** Null when it was never stored. MUST hash what it read and throw when that is not what was asked for. */
  get(kind: DocumentKind, digest: string): Promise<string | null>;
}
