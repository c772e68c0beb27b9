/**
 * Checkpoints in a file that only grows, one JSON text a line, on another path than the store. Whoever restores
 * or rewrites the store finds here what it had said before.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { readCheckpoint, type Checkpoint } from '../../../workflows/audit/checkpoint.ts';
import { readNote } from '../../../workflows/audit/note.ts';
import type { StoredCheckpoint } from '../../stores/checkpoints.ts';
import { nodeCodec } from '../../stores/codec.ts';
import { appendDurably, codeOfError, realDisk, type Disk } from '../disk.ts';
import type { Published, Sink } from './sink.ts';

/** Longer than any two lines of ours. */
const TAIL = 64 * 1024;
const line = z.object({ note: z.string() });

export type FileEnd =
  | { readonly kind: 'empty' }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint; readonly note: string; readonly torn: boolean }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The newest checkpoint in the file. A last line that was cut off is passed over: it was never acknowledged. */
export async function endOfFile(path: string): Promise<FileEnd> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const code = codeOfError(error);
    return code === 'ENOENT' ? { kind: 'empty' } : { kind: 'unreadable', reason: `cannot be read (${code})` };
  }
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return endOf(buffer.subarray(0, bytesRead).toString('utf8'), from > 0);
  } catch (error) {
    return { kind: 'unreadable', reason: `cannot be read (${codeOfError(error)})` };
  } finally {
    await file.close();
  }
}

function endOf(text: string, cut: boolean): FileEnd {
  const lines = text.split('\n');
  const torn = lines.pop() !== '';
  if (cut) lines.shift();
  // An append that failed half way may have left part of a line; the next one began a line of its own.
  for (const each of lines.reverse()) {
    const read = checkpointOf(each);
    if (read !== null) return { kind: 'checkpoint', ...read, torn };
  }
  if (lines.length === 0 && !cut) return torn ? { kind: 'unreadable', reason: 'holds no whole line' } : { kind: 'empty' };
  return { kind: 'unreadable', reason: 'holds no checkpoint' };
}

function checkpointOf(text: string): { readonly checkpoint: Checkpoint; readonly note: string } | null {
  try {
    const { note } = line.parse(JSON.parse(text));
    const reading = readNote(note, nodeCodec);
    if (reading.kind === 'refused') return null;
    const read = readCheckpoint(reading.note.text, nodeCodec);
    return read.kind === 'refused' ? null : { checkpoint: read.checkpoint, note };
  } catch {
    return null;
  }
}

export interface FileSinkInput {
  readonly path: string;
  readonly log: string;
  /** The root that this log has at a size, when it has a checkpoint there. */
  readonly rootAt: (size: number) => Promise<string | null>;
  readonly disk?: Disk;
}

export function createFileSink({ path, log, rootAt, disk = realDisk }: FileSinkInput): Sink {
  const objection = async ({ origin, size, root }: Checkpoint): Promise<string | null> => {
    if (origin !== log) return `${path} holds checkpoints of another log, ${origin}`;
    return (await rootAt(size)) === root
      ? null
      : `${path} holds a checkpoint over ${size} entries that this log never had; run "cordon audit verify"`;
  };
  return {
    name: `the file ${path}`,
    wants: 'all',
    gapMs: 0,
    async publish(checkpoints): Promise<Published> {
      const before = await endOfFile(path);
      // A torn first line alone: the file was begun and never finished.
      const begun = before.kind === 'unreadable' && before.reason === 'holds no whole line';
      if (before.kind === 'unreadable' && !begun)
        return { kind: 'refused', reason: `${path} ${before.reason}; keep it as evidence and name another` };
      if (before.kind === 'checkpoint') {
        const reason = await objection(before.checkpoint);
        if (reason !== null) return { kind: 'refused', reason };
      }
      const size = before.kind === 'checkpoint' ? before.checkpoint.size : -1;
      const missing = checkpoints.filter((each) => each.size > size);
      if (missing.length === 0) return { kind: 'kept', attachment: null };
      const torn = begun || (before.kind === 'checkpoint' && before.torn);
      const text = `${torn ? '\n' : ''}${missing.map(lineOf).join('')}`;
      try {
        await appendDurably(path, nodeCodec.encode(text), disk);
      } catch (error) {
        return { kind: 'later', reason: `${path} cannot be written (${codeOfError(error)})` };
      }
      const after = await endOfFile(path);
      return after.kind === 'checkpoint' && after.note === missing.at(-1)?.note
        ? { kind: 'kept', attachment: null }
        : { kind: 'later', reason: `${path} does not hold what was written to it` };
    },
  };
}

function lineOf({ note }: StoredCheckpoint): string {
  return `${JSON.stringify({ note })}\n`;
}
