/** Every entry of a source, one by one, for those who need no speed. */
import type { Buffer } from 'node:buffer';
import type { RecordSource } from '../verify/source.ts';

/** Begins at entry `from`, and stops when `see` says false, or at a line that no entry can be. */
export async function eachEntry(
  source: RecordSource,
  see: (bytes: Buffer, index: number) => boolean | Promise<boolean>,
  from = 0,
): Promise<void> {
  let index = from;
  for await (const batch of source.entries(from)) {
    if ('kind' in batch) return;
    const { bytes, spans } = batch;
    for (let at = 0; at < spans.length; at += 2) {
      if (!(await see(bytes.subarray(spans[at] ?? 0, spans[at + 1] ?? 0), index))) return;
      index += 1;
    }
  }
}
