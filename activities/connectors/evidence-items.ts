/** Keeps what a connector collected, item by item, and the manifest that lists them. */
import { EvidenceError, type EvidenceStore, type StoredItem } from '../evidence/store.ts';
import type { Answer, CallContext } from './connector.ts';

export interface Collected {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export type Kept =
  | { readonly kind: 'kept'; readonly manifest: string; readonly items: readonly StoredItem[] }
  | Extract<Answer<never>, { readonly kind: 'try_again' }>;

/** Durable when it answers `kept`. Lost storage can be tried again: the provider was only read. */
export async function keepItems(
  evidence: EvidenceStore,
  { caseId, task, heartbeat }: CallContext,
  collected: readonly Collected[],
): Promise<Kept> {
  const at = new Date().toISOString();
  const items: StoredItem[] = [];
  try {
    for (const { name, mediaType, bytes } of collected) {
      const { sha256 } = await evidence.put({ caseId, task, name, mediaType, bytes, at });
      items.push({ name, sha256, bytes: bytes.byteLength });
      heartbeat();
    }
    const { sha256 } = await evidence.manifest(caseId, task, items);
    return { kind: 'kept', manifest: sha256, items };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { kind: 'try_again', because: 'unavailable', fault: { code: error.code, message: error.message } };
  }
}
