/**
 * Evidence in a local directory, by content: `sha256/<hex>` holds the bytes, read-only; `custody/` holds one
 * chained log per case. Safe for several processes at once on one machine.
 *
 * S1 An item's own name exists only once all of its bytes are durable: staged, synced, then hard-linked.
 * S2 Nothing that stands under a hash is ever written again.
 * S3 `put` and `manifest` return only after the bytes were read back and their line of custody is durable.
 */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { openCustody, type Custody } from './custody.ts';
import { manifestBytes } from './manifest.ts';
import { EvidenceError, type EvidenceItem, type EvidenceStore } from './store.ts';

const MANIFEST_TYPE = 'application/vnd.cordon.manifest+json';

interface Place {
  readonly objects: string;
  readonly staging: string;
  readonly custody: Custody;
}

/** Creates the directory where it is missing. `actor` is who the custody log names as keeper. */
export async function openLocalEvidence(dir: string, actor = 'cordon'): Promise<EvidenceStore> {
  const place: Place = {
    objects: join(dir, 'sha256'),
    staging: join(dir, 'staging'),
    custody: openCustody(join(dir, 'custody'), actor),
  };
  await storing(async () => {
    await mkdir(place.objects, { recursive: true, mode: 0o700 });
    await mkdir(place.staging, { recursive: true, mode: 0o700 });
    await mkdir(join(dir, 'custody'), { recursive: true, mode: 0o700 });
  });
  return {
    put: (item) => put(place, item, 'stored'),
    async manifest(caseId, task, items) {
      for (const item of items) await mustHold(place, item.sha256, item.bytes);
      const bytes = manifestBytes(caseId, task, items);
      const entry = { caseId, task, name: 'manifest.json', mediaType: MANIFEST_TYPE, bytes };
      const { sha256 } = await put(place, entry, 'manifest');
      return { sha256 };
    },
    get: (sha256) => get(place, sha256),
  };
}

async function put(
  place: Place,
  item: EvidenceItem,
  action: 'stored' | 'manifest',
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const sha256 = hashOf(item.bytes);
  return storing(async () => {
    await keep(place, sha256, item.bytes);
    await mustHold(place, sha256, item.bytes.byteLength);
    const { caseId, task, name, mediaType, at } = item;
    const bytes = item.bytes.byteLength;
    place.custody.append(caseId, { action, task, name, mediaType, sha256, bytes, ...(at ? { at } : {}) });
    return { sha256, bytes };
  });
}

/** S1 and S2. An object that is already there is left alone; `mustHold` then compares it. */
async function keep(place: Place, sha256: string, bytes: Uint8Array): Promise<void> {
  const staged = join(place.staging, randomUUID());
  try {
    const file = await open(staged, 'wx', 0o400);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(staged, join(place.objects, sha256)).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await unlink(staged).catch(() => undefined);
  }
  const directory = await open(place.objects, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function mustHold(place: Place, sha256: string, length: number): Promise<void> {
  const held = await get(place, sha256);
  if (held === null)
    throw new EvidenceError(
      'evidence_missing',
      `nothing is stored under ${sha256}; collect the item again before it is listed in a manifest`,
    );
  if (held.byteLength !== length)
    throw new EvidenceError(
      'evidence_mismatch',
      `${sha256} holds ${held.byteLength} bytes, not ${length}; compare the item's record with the store`,
    );
}

async function get(place: Place, sha256: string): Promise<Uint8Array | null> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return null;
  const path = join(place.objects, sha256);
  const bytes = await storing(() =>
    readFile(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }),
  );
  if (bytes !== null && hashOf(bytes) !== sha256)
    throw new EvidenceError(
      'evidence_mismatch',
      `what is stored at ${path} no longer matches its hash; it was altered or damaged after it was stored. ` +
        'Keep the file as it is, and restore the item from a backup',
    );
  return bytes;
}

/** Turns what the file system says into one error that names the cause and the way out. */
async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    const code = codeOf(error);
    throw new EvidenceError(
      'evidence_storage',
      `the evidence directory cannot be used (${code}); check that it exists, is writable and has free space`,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown';
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
