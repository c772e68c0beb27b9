/** What was removed, read back from the evidence that was kept of it. An undo carries hashes, never mail rules. */
import type { z } from 'zod';
import type { Json } from '../../workflows/language/json.ts';
import { EvidenceError, type EvidenceStore } from '../evidence/store.ts';
import type { Got } from './found.ts';
import { cannotUndo, NOTHING } from './setting.ts';

/** All items of all the saved lists, each once by its id. Whatever cannot be had ends as a failure: nothing was changed. */
export async function savedItems<T extends { readonly id?: string | null | undefined }>(
  evidence: EvidenceStore,
  hashes: Json | undefined,
  list: z.ZodType<readonly T[]>,
): Promise<Got<readonly T[]>> {
  if (!Array.isArray(hashes) || hashes.length === 0) return cannotUndo(NOTHING);
  const items = new Map<string, T>();
  for (const sha256 of hashes) {
    if (typeof sha256 !== 'string') return cannotUndo(NOTHING);
    const bytes = await bytesOf(evidence, sha256);
    if (bytes.kind !== 'got') return bytes;
    const parsed = list.safeParse(parse(bytes.value));
    if (!parsed.success) return cannotUndo(`the evidence ${sha256} is not what this action keeps`);
    for (const item of parsed.data) items.set(item.id ?? JSON.stringify(item), item);
  }
  return { kind: 'got', value: [...items.values()] };
}

async function bytesOf(evidence: EvidenceStore, sha256: string): Promise<Got<Uint8Array>> {
  try {
    const bytes = await evidence.get(sha256);
    if (bytes !== null) return { kind: 'got', value: bytes };
    return cannotUndo(`the evidence ${sha256}, which says what was removed, is not in the store`);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const { code, message } = error;
    return { kind: 'try_again', because: 'unavailable', fault: { code, message } };
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return null;
  }
}
