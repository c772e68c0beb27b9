/** Hashes and lengths: what every store must do alike. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { EvidenceError } from './store.ts';

export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Writes the bytes and says what was written; whatever they come from is read once. */
export async function spool(
  file: FileHandle,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    await file.appendFile(chunk);
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** `held` is null when nothing is there. */
export function mustBe(sha256: string, held: number | null, length: number): void {
  if (held === null)
    throw new EvidenceError(
      'evidence_missing',
      `nothing is stored under ${sha256}; collect the item again before it is listed in a manifest`,
    );
  if (held !== length)
    throw new EvidenceError(
      'evidence_mismatch',
      `${sha256} holds ${held} bytes, not ${length}; compare the item's record with the store`,
    );
}

export function altered(place: string): EvidenceError {
  return new EvidenceError(
    'evidence_mismatch',
    `what is stored at ${place} no longer matches its hash; it was altered or damaged after it was stored. ` +
      'Keep it as it is, and restore the item from a backup',
  );
}
