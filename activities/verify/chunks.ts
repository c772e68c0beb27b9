/** Buffers that go round between whoever reads and whoever checks: a log of any length passes through a few of them. */
import { Buffer } from 'node:buffer';

const MOST_FREE = 8;
const free: ArrayBuffer[] = [];

/** At least `size` bytes, which hold whatever they held before. Not pooled, so that it can be handed to a thread. */
export function takeChunk(size: number): Buffer {
  const at = free.findIndex((each) => each.byteLength >= size);
  const [found] = at < 0 ? [] : free.splice(at, 1);
  return found === undefined ? Buffer.allocUnsafeSlow(size) : Buffer.from(found);
}

/** MUST NOT be used any more by whoever gives it back. */
export function giveBack(chunk: ArrayBufferLike): void {
  if (chunk instanceof ArrayBuffer && chunk.byteLength > 0 && free.length < MOST_FREE) free.push(chunk);
}
