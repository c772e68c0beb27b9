/**
 * The second look at two neighbours of which the later one does not name the earlier one's hash: which of them was
 * changed? Others know. If the entry after them confirms the later one as that would be with the name it should have, or if
 * the next entry of its run names the earlier one by the very hash that it has, then the earlier one is what it was.
 */
import { Buffer } from 'node:buffer';
import { leafOf } from '../stores/codec.ts';
import type { Fault } from './check.ts';
import { prevOffset } from './frame.ts';
import { SourceError, type RecordSource } from './source.ts';

/** The fault at the entry where it belongs. Anything that cannot be read leaves it where it was found. */
export async function blamed(source: RecordSource, fault: Fault): Promise<Fault> {
  if (fault.between !== true) return fault;
  const [earlier, later, after] = await threeFrom(source, fault.index);
  if (earlier === undefined || later === undefined) return fault;
  const leaf = leafOf(earlier);
  const named = after === undefined ? (await source.head())?.leaf : nameIn(after);
  const isConfirmed =
    named === leafOf(renamed(later, leaf)) || (await isNamedInRun(source, fault.index, leaf));
  if (!isConfirmed) return fault;
  const { code, noticed } = fault;
  return {
    code,
    index: noticed,
    noticed,
    reason: `it names another entry ${fault.index} before it than there is, and than others confirm`,
  };
}

async function isNamedInRun(source: RecordSource, index: number, leaf: string): Promise<boolean> {
  const mark = Buffer.from(`,"run_prev":"${leaf}",`);
  try {
    for await (const batch of source.entries(index + 1)) {
      if ('kind' in batch) return false;
      const { bytes, spans } = batch;
      for (let at = 0; at < spans.length; at += 2)
        if (bytes.subarray(spans[at] ?? 0, spans[at + 1] ?? 0).includes(mark)) return true;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  return false;
}

async function threeFrom(source: RecordSource, index: number): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  try {
    for await (const batch of source.entries(index)) {
      if ('kind' in batch) break;
      const { bytes, spans } = batch;
      for (let at = 0; at < spans.length && found.length < 3; at += 2)
        found.push(Buffer.from(bytes.subarray(spans[at] ?? 0, spans[at + 1] ?? 0)));
      if (found.length === 3) break;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  return found;
}

/** Hexadecimal digits of a hash. */
const DIGITS = 64;

function nameIn(entry: Buffer): string | undefined {
  const at = prevOffset(0, entry.length);
  return at === null ? undefined : entry.toString('latin1', at, at + DIGITS);
}

function renamed(entry: Buffer, name: string): Buffer {
  const at = prevOffset(0, entry.length);
  const bytes = Buffer.from(entry);
  if (at !== null) bytes.write(name, at, 'latin1');
  return bytes;
}
