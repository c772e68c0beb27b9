/** The manifest: which items were collected together, as bytes that are the same for the same items. */
import { canonicalEntry } from '../../workflows/audit/canonical.ts';
import type { StoredItem } from './store.ts';

/**
 * Canonical JSON, items ordered by name and hash, no time in it.
 * Whoever holds the manifest's hash can check every item without trusting the store.
 */
export function manifestBytes(caseId: string, task: string, items: readonly StoredItem[]): Uint8Array {
  const ordered = items
    .map(({ name, sha256, bytes }) => ({ bytes, name, sha256 }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.sha256, b.sha256));
  return new TextEncoder().encode(canonicalEntry({ case: caseId, items: ordered, task, v: 1 }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
