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
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { openCustody, type Custody } from './custody.ts';
import { manifestBytes } from './manifest.ts';
import { altered, isHash, mustBe, spool } from './bytes.ts';
import { EvidenceError, type EvidenceArchive, type EvidenceItem } from './store.ts';

const MANIFEST_TYPE = 'application/vnd.cordon.manifest+json';

interface Place {
  readonly objects: string;
  readonly staging: string;
  readonly custody: Custody;
}

/** Creates the directory where it is missing. `actor` is who the custody log names as keeper. */
export async function openLocalEvidence(dir: string, actor = 'cordon'): Promise<EvidenceArchive> {
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
    putStream: (item, source) => put(place, { ...item, bytes: source }, 'stored'),
    stream: (sha256, take) => storing(() => handOver(place, sha256, take)),
    custody: (caseId) => storing(async () => place.custody.read(caseId)),
  };
}

type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

async function put(
  place: Place,
  item: Omit<EvidenceItem, 'bytes'> & { readonly bytes: Bytes },
  action: 'stored' | 'manifest',
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  return storing(async () => {
    const { sha256, bytes } = await keep(place, item.bytes);
    await mustHold(place, sha256, bytes);
    const { caseId, task, name, mediaType, at } = item;
    place.custody.append(caseId, { action, task, name, mediaType, sha256, bytes, ...(at ? { at } : {}) });
    return { sha256, bytes };
  });
}

/** S1 and S2. An object that is already there is left alone; `mustHold` then compares it. */
async function keep(
  place: Place,
  content: Bytes,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const staged = join(place.staging, randomUUID());
  let kept: { readonly sha256: string; readonly bytes: number };
  try {
    const file = await open(staged, 'wx', 0o400);
    try {
      kept = await spool(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(staged, join(place.objects, kept.sha256)).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await unlink(staged).catch(() => undefined);
  }
  await syncFolder(place.objects);
  return kept;
}

async function syncFolder(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Read back from the disk, not from what was written. */
async function mustHold(place: Place, sha256: string, length: number): Promise<void> {
  let held = 0;
  const there = await handOver(place, sha256, (chunk) => void (held += chunk.byteLength));
  mustBe(sha256, there ? held : null, length);
}

/** False when nothing is there. Throws after the last byte when they do not match the hash. */
async function handOver(place: Place, sha256: string, take: (chunk: Uint8Array) => void): Promise<boolean> {
  if (!isHash(sha256)) return false;
  const path = join(place.objects, sha256);
  const file = await open(path, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return false;
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    take(chunk);
  }
  if (hash.digest('hex') !== sha256) throw altered(path);
  return true;
}

async function get(place: Place, sha256: string): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  const there = await storing(() => handOver(place, sha256, (chunk) => void parts.push(chunk)));
  return there ? Buffer.concat(parts) : null;
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
