/** One entry with the proof that it stands in the log, for whoever has the log's key and nothing else. */
import { readCheckpoint } from '../../workflows/audit/checkpoint.ts';
import { readNote } from '../../workflows/audit/note.ts';
import { proofText } from '../../workflows/audit/proof-file.ts';
import { createRangeHasher, inclusionProof, inclusionRanges } from '../../workflows/audit/proofs.ts';
import { leafHash } from '../../workflows/audit/merkle.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { RecordSource } from '../verify/source.ts';
import { eachEntry } from './each-entry.ts';

/** Its place in the log, or its event id. */
export type EntryName =
  { readonly kind: 'index'; readonly index: number } | { readonly kind: 'id'; readonly id: string };

export type Proved =
  | {
      readonly kind: 'proved';
      readonly index: number;
      /** The stored bytes. */
      readonly entry: Uint8Array;
      /** C2SP tlog-proof, without the entry. */
      readonly proof: string;
      /** Entries of the tree it is proved in. */
      readonly size: number;
    }
  | { readonly kind: 'absent'; readonly entries: number }
  /** No checkpoint covers it yet: there is nothing to prove it against. */
  | { readonly kind: 'unsigned'; readonly index: number; readonly signed: number };

export async function proveEntry(source: RecordSource, name: EntryName): Promise<Proved> {
  const found = await findEntry(source, name);
  if (found.entry === null) return { kind: 'absent', entries: found.entries };
  const { index, entry } = found;
  const newest = newestNote(await source.checkpoints());
  if (newest === null || newest.size <= index) return { kind: 'unsigned', index, signed: newest?.size ?? 0 };
  const { note, size } = newest;
  const hasher = createRangeHasher(inclusionRanges(index, size), nodeCodec.sha256);
  let at = 0;
  await eachEntry(source, (bytes) => {
    if (at < size && at !== index) hasher.add(at, leafHash(bytes, nodeCodec.sha256));
    at += 1;
    return at < size;
  });
  const hashes = inclusionProof(index, size, (range) => {
    const hash = hasher.hashOf(range);
    if (hash === null) throw new Error(`entries ${range.from} to ${range.to} are not all there`);
    return hash;
  });
  return {
    kind: 'proved',
    index,
    entry,
    size,
    proof: proofText({ index, hashes, note, extra: null }, nodeCodec),
  };
}

async function findEntry(
  source: RecordSource,
  name: EntryName,
): Promise<
  { readonly entry: null; readonly entries: number } | { readonly entry: Uint8Array; readonly index: number }
> {
  const mark = name.kind === 'id' ? Buffer.from(`,"id":"${name.id}","log":"`) : null;
  const found: { entry: Uint8Array | null; at: number } = { entry: null, at: 0 };
  await eachEntry(source, (bytes) => {
    const isIt =
      name.kind === 'index' ? found.at === name.index : mark !== null && bytes.lastIndexOf(mark) > 0;
    if (isIt) found.entry = Buffer.from(bytes);
    else found.at += 1;
    return !isIt;
  });
  return found.entry === null ? { entry: null, entries: found.at } : { entry: found.entry, index: found.at };
}

/** The checkpoint over most entries. What is no checkpoint is passed over: the check tells of it. */
export function newestNote(
  notes: readonly string[],
): { readonly note: string; readonly size: number } | null {
  return notes
    .map((note) => ({ note, size: sizeOf(note) }))
    .reduce<{ readonly note: string; readonly size: number } | null>(
      (newest, each) => (each.size > (newest?.size ?? 0) ? each : newest),
      null,
    );
}

function sizeOf(note: string): number {
  const reading = readNote(note, nodeCodec);
  if (reading.kind === 'refused') return 0;
  const text = readCheckpoint(reading.note.text, nodeCodec);
  return text.kind === 'refused' ? 0 : text.checkpoint.size;
}
