/**
 * Checkpoints in a file that only grows, one signed note after the other, on another path than the store. Whoever
 * restores or rewrites the store finds here what it had said before.
 *
 * An append that was cut off leaves the beginning of a note. The next one writes its end, so that the file stays a
 * row of notes without ever being cut: its owner may forbid that to us.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { readCheckpoint, type Checkpoint } from '../../../workflows/audit/checkpoint.ts';
import { readNote } from '../../../workflows/audit/note.ts';
import { splitNotes } from '../../../workflows/audit/note-list.ts';
import type { StoredCheckpoint } from '../../stores/checkpoints.ts';
import { nodeCodec } from '../../stores/codec.ts';
import { appendDurably, codeOfError, realDisk, type Disk } from '../disk.ts';
import type { Published, Sink } from './sink.ts';

/** More than any two notes of ours. */
const TAIL = 64 * 1024;

export interface Ended {
  readonly checkpoint: Checkpoint;
  readonly note: string;
}

export type FileEnd =
  /** `last` is null in a file that holds no whole note; `torn` is what follows the last one. */
  | { readonly kind: 'end'; readonly last: Ended | null; readonly torn: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The newest checkpoint in the file, and the beginning of another that was cut off: it was never acknowledged. */
export async function endOfFile(path: string): Promise<FileEnd> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const code = codeOfError(error);
    if (code === 'ENOENT') return { kind: 'end', last: null, torn: '' };
    return { kind: 'unreadable', reason: `cannot be read (${code})` };
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
  const notes = [...splitNotes(text)];
  const torn = isWhole(notes.at(-1)) ? '' : (notes.pop() ?? '');
  const last = checkpointOf(notes.at(-1) ?? '');
  if (last !== null) return { kind: 'end', last, torn };
  const isBegun = notes.length === 0 && !cut;
  return isBegun
    ? { kind: 'end', last, torn }
    : { kind: 'unreadable', reason: 'does not end with a checkpoint' };
}

/** Does it end with a whole line of a signature? */
function isWhole(note: string | undefined): boolean {
  return note !== undefined && /(^|\n)\u2014 [^\n]*\n$/.test(note);
}

function checkpointOf(note: string): Ended | null {
  const reading = readNote(note, nodeCodec);
  if (reading.kind === 'refused') return null;
  const read = readCheckpoint(reading.note.text, nodeCodec);
  return read.kind === 'refused' ? null : { checkpoint: read.checkpoint, note };
}

export interface FileSinkInput {
  readonly path: string;
  readonly log: string;
  /** The checkpoints of this log from a size on, that size included. */
  readonly from: (size: number) => Promise<readonly StoredCheckpoint[]>;
  readonly disk?: Disk;
}

export function createFileSink({ path, log, from, disk = realDisk }: FileSinkInput): Sink {
  return {
    name: `the file ${path}`,
    gapMs: 0,
    async publish(): Promise<Published> {
      const before = await endOfFile(path);
      if (before.kind === 'unreadable')
        return refused(
          `${path} ${before.reason}; keep it as evidence and name another as record.witness_file`,
        );
      const { last, torn } = before;
      if (last !== null && last.checkpoint.origin !== log)
        return refused(`${path} holds checkpoints of another log, ${last.checkpoint.origin}`);
      // A log that was restored has checkpoints under its former name as well; those are in a file of their own.
      const own = (await from(last?.checkpoint.size ?? 0)).filter(({ note }) => note.startsWith(`${log}\n`));
      const [known, ...later] = own;
      const missing = last === null ? [known, ...later].filter((each) => each !== undefined) : later;
      if (last !== null && (known?.size !== last.checkpoint.size || textOf(known.note) !== textOf(last.note)))
        return refused(
          `${path} holds a checkpoint over ${last.checkpoint.size} entries that this log never had; run "cordon audit verify"`,
        );
      if (missing.length === 0) return { kind: 'kept', attachment: null };
      const begun = missing.findIndex(({ note }) => note.startsWith(torn));
      if (begun < 0) return refused(`${path} ends with something that is no checkpoint of this log`);
      const text = missing
        .slice(begun)
        .map(({ note }) => note)
        .join('')
        .slice(torn.length);
      try {
        await appendDurably(path, nodeCodec.encode(text), disk);
      } catch (error) {
        return { kind: 'later', reason: `${path} cannot be written (${codeOfError(error)})` };
      }
      const after = await endOfFile(path);
      return after.kind === 'end' && after.torn === '' && after.last?.note === missing.at(-1)?.note
        ? { kind: 'kept', attachment: null }
        : { kind: 'later', reason: `${path} does not hold what was written to it` };
    },
  };
}

function textOf(note: string): string {
  return note.slice(0, note.indexOf('\n\n'));
}

function refused(reason: string): Published {
  return { kind: 'refused', reason };
}
