/** Entries from a file with one on each line, as an export holds them. */
import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import { MAX_ENTRY_BYTES } from '../../workflows/audit/entry.ts';
import type { Batch } from './batch.ts';
import { giveBack, takeChunk } from './chunks.ts';

const CHUNK = 1 << 20;
const NEWLINE = 0x0a;

/** A line that no entry can be. It is a finding about the file and not an error. */
export interface Overlong {
  readonly kind: 'overlong';
}

/**
 * A last line without its end is given like the others: that it is whole, its hash has to show. Ends with `overlong`
 * where a line is longer than an entry may be.
 */
export async function* readLines(path: string): AsyncGenerator<Batch | Overlong, void, undefined> {
  const file = await open(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const bytes = takeChunk(1 + MAX_ENTRY_BYTES + CHUNK);
      rest.copy(bytes, 1);
      const { bytesRead } = await file.read(bytes, 1 + rest.length, CHUNK, null);
      const end = 1 + rest.length + bytesRead;
      const { spans, next } = split(bytes, end, bytesRead === 0);
      rest = Buffer.from(bytes.subarray(next, end));
      // Whoever takes the batch owns its bytes: they are not looked at again.
      if (spans.length > 0) yield { bytes, spans };
      else giveBack(bytes.buffer);
      if (bytesRead === 0) return;
      if (rest.length > MAX_ENTRY_BYTES) {
        yield { kind: 'overlong' };
        return;
      }
    }
  } finally {
    await file.close();
  }
}

function split(
  bytes: Buffer,
  end: number,
  isLast: boolean,
): { readonly spans: Uint32Array; readonly next: number } {
  const spans: number[] = [];
  let from = 1;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0 || newline >= end) break;
    spans.push(from, newline);
    from = newline + 1;
  }
  if (isLast && from < end) spans.push(from, end);
  return { spans: Uint32Array.from(spans), next: from };
}
