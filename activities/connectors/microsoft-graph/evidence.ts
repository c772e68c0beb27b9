/** Keeps what was read from the provider, by hash, before or instead of changing it. */
import { EvidenceError } from '../../evidence/store.ts';
import { unavailable, type Got } from './fault.ts';
import type { At } from './performance.ts';

export interface Collected {
  readonly name: string;
  /** As the provider gave it; plain JSON. */
  readonly value: unknown;
}

export interface Kept {
  /** SHA-256 of the manifest. */
  readonly manifest: string;
  readonly items: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[];
}

/** Durable when it returns `got`. Lost storage is a failure in which the provider was not touched. */
export async function keep(at: At, collected: readonly Collected[]): Promise<Got<Kept>> {
  const { caseId, task } = at.call;
  const collectedAt = new Date().toISOString();
  const items: { name: string; sha256: string; bytes: number }[] = [];
  try {
    for (const { name, value } of collected) {
      const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
      const item = { caseId, task, name, mediaType: 'application/json', bytes, at: collectedAt };
      const stored = await at.evidence.put(item);
      items.push({ name, sha256: stored.sha256, bytes: stored.bytes });
      at.call.heartbeat();
    }
    const { sha256 } = await at.evidence.manifest(caseId, task, items);
    return { kind: 'got', value: { manifest: sha256, items } };
  } catch (error) {
    if (error instanceof EvidenceError) return unavailable(error.code, error.message);
    throw error;
  }
}
