/** Entries as they travel through the check: many in one buffer, so that a million of them are a thousand objects. */
import { Buffer } from 'node:buffer';
import type { Check, Fault } from './check.ts';

export interface Batch {
  /** Before every entry there is a byte that a check may overwrite. */
  readonly bytes: Buffer;
  /** From and to of each entry, one after the other. */
  readonly spans: Uint32Array;
  /** Columns of the entries where they come from tables. */
  readonly columns?: readonly Columns[];
}

/** What a table says of an entry beside its bytes. */
export interface Columns {
  readonly index: number;
  readonly id: string;
  readonly run: string;
  readonly runSeq: number;
}

export function countOf({ spans }: Batch): number {
  return spans.length / 2;
}

/** Gives every entry to `check`; stops at the first fault. `seen` is called after each. */
export function addAll(check: Check, { bytes, spans }: Batch, seen?: () => Fault | null): Fault | null {
  for (let at = 0; at < spans.length; at += 2) {
    const fault = check.add(bytes, spans[at] ?? 0, spans[at + 1] ?? 0) ?? seen?.() ?? null;
    if (fault !== null) return fault;
  }
  return null;
}

/** How many bytes of entries a batch of rows holds; one entry always fits. */
const BATCH_BYTES = 1 << 20;

export interface Packer {
  /** A full batch, when this row did not fit into it any more. Rows have columns all of them, or none. */
  add(bytes: Uint8Array, columns: Columns | null): Batch | null;
  rest(): Batch | null;
}

/** Packs rows of a table into batches. */
export function createPacker(): Packer {
  let rows: { readonly bytes: Uint8Array; readonly columns: Columns | null }[] = [];
  let held = 0;
  const pack = (): Batch | null => {
    if (rows.length === 0) return null;
    const bytes = Buffer.allocUnsafe(held + rows.length);
    const spans = new Uint32Array(rows.length * 2);
    let at = 0;
    rows.forEach((row, n) => {
      bytes.set(row.bytes, at + 1);
      spans[n * 2] = at + 1;
      at += 1 + row.bytes.length;
      spans[n * 2 + 1] = at;
    });
    const columns = rows.flatMap((row) => row.columns ?? []);
    const isTable = columns.length === rows.length;
    rows = [];
    held = 0;
    return isTable ? { bytes, spans, columns } : { bytes, spans };
  };
  return {
    add(bytes, columns) {
      const full = held + bytes.length > BATCH_BYTES ? pack() : null;
      rows.push({ bytes, columns });
      held += bytes.length;
      return full;
    },
    rest: pack,
  };
}
