/**
 * Evidence in a bucket, by content: `sha256/<hex>` holds the bytes, `custody/<case>/<n>.json` the lines of custody,
 * one object each. Nothing is ever replaced; with object lock nothing can be deleted either. Safe for several
 * workers at once: of two that write one object, the service lets one win.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEgress, type EgressSettings } from '../../egress/egress.ts';
import { altered, isHash, mustBe, spool } from '../bytes.ts';
import { custodyLine, custodyName, type Handling } from '../handling.ts';
import { manifestBytes } from '../manifest.ts';
import { EvidenceError, type CustodyLog, type EvidenceArchive, type EvidenceItem } from '../store.ts';
import { createClients } from './client.ts';
import { originsOf, type S3Config } from './config.ts';
import { createObjects, hashing, type NewObject, type Objects } from './objects.ts';

const MANIFEST_TYPE = 'application/vnd.cordon.manifest+json';

interface Place {
  readonly objects: Objects;
  readonly actor: string;
}

/** Nothing is contacted before the first use. Throws for an endpoint that is no origin. */
export function createS3Evidence(
  config: S3Config,
  settings?: EgressSettings,
  actor = 'cordon',
): EvidenceArchive {
  const egress = createEgress(originsOf(config), settings);
  const place: Place = { objects: createObjects(config, createClients(config, egress)), actor };
  return {
    put: (item) => put(place, item, item.bytes, 'stored'),
    async manifest(caseId, task, items) {
      for (const item of items) await mustHold(place, item.sha256, item.bytes);
      const bytes = manifestBytes(caseId, task, items);
      const entry = { caseId, task, name: 'manifest.json', mediaType: MANIFEST_TYPE };
      const { sha256 } = await put(place, entry, bytes, 'manifest');
      return { sha256 };
    },
    async get(sha256) {
      const parts: Uint8Array[] = [];
      return (await handOver(place, sha256, (chunk) => void parts.push(chunk))) ? Buffer.concat(parts) : null;
    },
    putStream: (item, source) => putStream(place, item, source),
    stream: (sha256, take) => handOver(place, sha256, take),
    custody: (caseId) => readCustody(place, caseId),
  };
}

type Described = Omit<EvidenceItem, 'bytes'>;

async function put(
  place: Place,
  item: Described,
  content: Uint8Array,
  action: Handling['action'],
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const bytes = content.byteLength;
  await keep(place, item, { sha256, bytes, content }, action);
  return { sha256, bytes };
}

/** The signature needs the hash before the first byte, so the bytes wait in a file of ours, read once. */
async function putStream(
  place: Place,
  item: Described,
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-evidence-'));
  try {
    const path = join(folder, 'item');
    const file = await open(path, 'wx', 0o600);
    const spooled = await spoolInto(file, source);
    await keep(place, item, { ...spooled, content: { file: path } }, 'stored');
    return spooled;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function spoolInto(file: FileHandle, source: AsyncIterable<Uint8Array>): ReturnType<typeof spool> {
  try {
    return await spool(file, source);
  } finally {
    await file.close();
  }
}

/** Stored, read back from the service and compared, and only then in the custody log. */
async function keep(
  place: Place,
  item: Described,
  what: Pick<NewObject, 'sha256' | 'bytes' | 'content'>,
  action: Handling['action'],
): Promise<void> {
  const { caseId, task, name, mediaType, at } = item;
  const { sha256, bytes } = what;
  const metadata = { case: encodeURIComponent(caseId), task: encodeURIComponent(task) };
  await place.objects.create({ ...what, key: `sha256/${sha256}`, mediaType, metadata });
  await mustHold(place, sha256, bytes);
  await append(place, caseId, { action, task, name, mediaType, sha256, bytes, ...(at ? { at } : {}) });
}

async function mustHold(place: Place, sha256: string, length: number): Promise<void> {
  let held = 0;
  const there = await handOver(place, sha256, (chunk) => void (held += chunk.byteLength));
  mustBe(sha256, there ? held : null, length);
}

async function handOver(place: Place, sha256: string, take: (chunk: Uint8Array) => void): Promise<boolean> {
  if (!isHash(sha256)) return false;
  const seen = hashing();
  const there = await place.objects.read(`sha256/${sha256}`, (chunk) => {
    seen.take(chunk);
    take(chunk);
  });
  if (there && seen.sha256() !== sha256) throw altered(`sha256/${sha256}`);
  return there;
}

const MOST_WRITERS = 50;

/** A line that somebody else wrote first is read, and ours follows it. */
async function append(place: Place, caseId: string, handling: Handling): Promise<void> {
  const folder = `custody/${custodyName(caseId)}/`;
  for (let tries = 0; tries < MOST_WRITERS; tries += 1) {
    const last = (await place.objects.list(folder)).at(-1);
    const before = last === undefined ? null : await whole(place, last);
    const number = last === undefined ? 0 : numberOf(last) + 1;
    const content = Buffer.from(custodyLine(before, place.actor, caseId, handling));
    const made = await place.objects.create({
      key: `${folder}${String(number).padStart(10, '0')}.json`,
      mediaType: 'application/json',
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: content.byteLength,
      content,
      metadata: {},
    });
    if (made) return;
  }
  throw new EvidenceError(
    'evidence_storage',
    `too many others write to the custody of case ${caseId}; try again`,
  );
}

function numberOf(key: string): number {
  return Number(/(\d{10})\.json$/.exec(key)?.[1] ?? '0');
}

async function readCustody(place: Place, caseId: string | null): Promise<readonly CustodyLog[]> {
  const folder = caseId === null ? 'custody/' : `custody/${custodyName(caseId)}/`;
  const logs = new Map<string, Uint8Array[]>();
  for (const key of await place.objects.list(folder)) {
    const name = key.split('/')[1] ?? '';
    logs.set(name, [...(logs.get(name) ?? []), await whole(place, key)]);
  }
  return [...logs].map(([name, lines]) => ({ name, lines }));
}

async function whole(place: Place, key: string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  await place.objects.read(key, (chunk) => void parts.push(chunk));
  return Buffer.concat(parts);
}
