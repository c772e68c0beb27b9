/** An export as a source for the check. Whatever is in it came from outside. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { splitNotes } from '../../workflows/audit/note-list.ts';
import { nodeCodec } from '../stores/codec.ts';
import { countOf, type Batch } from '../verify/batch.ts';
import { readLines, type Overlong } from '../verify/lines.ts';
import { SourceError, type KeptValue, type RecordSource } from '../verify/source.ts';
import { EXPORT_FILES } from './files.ts';

/** More bytes than this are worth a thread beside. */
const LONG_BYTES = 32 * 1024 * 1024;
/** Notes of a log of a hundred million entries. */
const MOST_NOTES_BYTES = 256 * 1024 * 1024;

const count = z.int().min(0);
const head = z.strictObject({ log: z.string(), size: count, leaf: z.string().regex(/^[0-9a-f]{64}$/) });
const valueLine = z.union([
  z.strictObject({ index: count, path: z.string(), salt: z.string(), value: z.string() }),
  z.strictObject({ index: count, path: z.string() }),
]);
const detailsLine = z.strictObject({ sha256: z.string(), text: z.string() });

/** Throws a `SourceError` when the folder is no export. */
export async function openExport(folder: string): Promise<RecordSource> {
  const entries = join(folder, EXPORT_FILES.entries);
  const bytes = await sizeOf(entries);
  if (bytes === null)
    throw new SourceError(
      'source_missing',
      `${folder} holds no ${EXPORT_FILES.entries}; name a folder that "cordon audit export" made`,
    );
  const values = join(folder, EXPORT_FILES.values);
  const hasValues = (await sizeOf(values)) !== null;
  const kept = await readDetails(join(folder, EXPORT_FILES.details)).catch(orUnreadable);
  const details = (): ReadonlyMap<string, string> => {
    if (kept instanceof SourceError) throw kept;
    return kept;
  };
  return {
    name: folder,
    isLong: bytes > LONG_BYTES,
    entries: (from = 0) => without(from, readLines(entries)),
    async head() {
      const text = await readOptional(join(folder, EXPORT_FILES.head), 64 * 1024);
      if (text === null) return null;
      const parsed = head.safeParse(jsonOf(text));
      if (!parsed.success) throw noExport(folder, EXPORT_FILES.head);
      return parsed.data;
    },
    async checkpoints() {
      const text = await readOptional(join(folder, EXPORT_FILES.checkpoints), MOST_NOTES_BYTES);
      return text === null ? [] : splitNotes(text);
    },
    values: () => (hasValues ? readValues(values, folder) : null),
    details: async (digest) => details().get(digest) ?? null,
    async *allDetails() {
      for (const [sha256, text] of details()) yield { sha256, text };
    },
    damage: async () => (kept instanceof SourceError ? kept.message : null),
    close: async () => {},
  };
}

/** Lines have no index to begin at, so the first are read and let go. */
async function* without(
  first: number,
  batches: AsyncIterable<Batch | Overlong>,
): AsyncGenerator<Batch | Overlong, void, undefined> {
  let left = first;
  for await (const batch of batches) {
    if (left === 0 || 'kind' in batch) yield batch;
    else if (countOf(batch) <= left) left -= countOf(batch);
    else {
      yield { bytes: batch.bytes, spans: batch.spans.slice(left * 2) };
      left = 0;
    }
  }
}

async function* readValues(path: string, folder: string): AsyncGenerator<KeptValue, void, undefined> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const parsed = valueLine.safeParse(jsonOf(line));
    if (!parsed.success) throw noExport(folder, EXPORT_FILES.values);
    const row = parsed.data;
    if (!('salt' in row)) yield { index: row.index, path: row.path, value: null };
    else {
      const salt = nodeCodec.fromBase64(row.salt);
      if (salt === null) throw noExport(folder, EXPORT_FILES.values);
      yield { index: row.index, path: row.path, value: { salt, text: row.value } };
    }
  }
}

async function readDetails(path: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if ((await sizeOf(path)) === null) return found;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const parsed = detailsLine.safeParse(jsonOf(line));
    if (!parsed.success) throw noExport(path, EXPORT_FILES.details);
    found.set(parsed.data.sha256, parsed.data.text);
  }
  return found;
}

/** What is wrong within an export is a finding of whoever reads there. */
function orUnreadable(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  throw error;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}

async function readOptional(path: string, most: number): Promise<string | null> {
  const size = await sizeOf(path);
  if (size === null) return null;
  if (size > most) throw new SourceError('source_unreadable', `${path} is larger than ${most} bytes`);
  return readFile(path, 'utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function noExport(folder: string, file: string): SourceError {
  return new SourceError(
    'source_unreadable',
    `${file} of ${folder} is not what an export holds there; export it anew`,
  );
}
