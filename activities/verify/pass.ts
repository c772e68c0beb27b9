/** One pass over the entries: every part of the check sees each of them once, in order. */
import { instantOf } from '../../workflows/audit/instant.ts';
import { addAll, type Batch } from './batch.ts';
import { inThread, inline } from './beside.ts';
import { earliest, type Check, type Fault } from './check.ts';
import { createClaimCheck, type RootClaim } from './claims.ts';
import { createColumnCheck } from './columns.ts';
import { createDeepCheck } from './deep.ts';
import type { ReadAct } from './order.ts';
import { narrowed } from './last-entry.ts';
import { blamed } from './neighbours.ts';
import { createSeals } from './seals.ts';
import { findTwice } from './twice.ts';
import { SourceError, type RecordSource } from './source.ts';
import { createValueCheck } from './values.ts';
import type { ValueCounts } from './verdict.ts';

export interface PassOptions {
  readonly claims: readonly RootClaim[];
  readonly deep: boolean;
  /** Entries that a signed checkpoint covers. */
  readonly covered: number;
  readonly onProgress: (entries: number) => void;
}

export interface Passed {
  readonly kind: 'passed';
  readonly size: number;
  readonly leaf: string;
  readonly root: string;
  readonly log: string | null;
  readonly acts: readonly ReadAct[];
  readonly values: ValueCounts;
  /** When the first entry beyond `covered` was recorded; null when there is none. */
  readonly uncoveredSince: number | null;
}

export type PassResult = Passed | { readonly kind: 'fault'; readonly fault: Fault };

/** Offset of the time in an entry: `{"at":"`. */
const AT = 7;

export async function passOver(source: RecordSource, options: PassOptions): Promise<PassResult> {
  const seals = createSeals();
  const claims = createClaimCheck(options.claims);
  const sealed: Check = {
    add(bytes, from, to) {
      if (seals.size() === options.covered) uncoveredSince = timeIn(bytes, from);
      return seals.add(bytes, from, to) ?? claims.after(seals.size(), seals.root);
    },
  };
  const columns = createColumnCheck();
  const deep = options.deep ? createDeepCheck() : null;
  const values = createValueCheck(source);
  const expected = (await source.head())?.size ?? 0;
  const order = source.isLong ? inThread(expected) : inline(expected);
  let uncoveredSince: number | null = null;

  /** Of several parts that notice something at one entry, the one that reads order knows best what it is. */
  const look = async (batch: Batch): Promise<Fault | null> => {
    const here = [
      columns.add(batch),
      addAll(sealed, batch),
      deep === null ? null : addAll(deep, batch),
      await values.add(batch),
    ];
    return earliest([await order.add(batch), ...here]);
  };

  try {
    let fault: Fault | null = null;
    try {
      for await (const batch of source.entries()) {
        fault = 'kind' in batch ? overlong(seals.size()) : await look(batch);
        if (fault !== null) break;
        options.onProgress(seals.size());
      }
    } catch (error) {
      if (!(error instanceof SourceError) || error.code === 'source_lost') throw error;
      fault = unreadable(seals.size(), error.message);
    }
    const ordered = await order.end();
    const { acts, log, suspects } = ordered.told;
    const valued = fault === null ? await values.end(acts) : null;
    const first =
      earliest([ordered.fault, fault]) ??
      claims.end(seals.size()) ??
      (await findTwice(source, suspects)) ??
      valued?.fault ??
      null;
    if (first !== null) return { kind: 'fault', fault: await placed(source, first, options.claims) };
    const counts = valued?.counts ?? { present: 0, erased: 0, notCarried: 0 };
    const { size, leaf, root } = seals;
    return {
      kind: 'passed',
      size: size(),
      leaf: leaf(),
      root: root(),
      log,
      acts,
      values: counts,
      uncoveredSince,
    };
  } finally {
    await order.close();
    await values.close();
  }
}

/** What was noticed at one entry may have been done to another. Looked at again only where something is wrong. */
async function placed(source: RecordSource, fault: Fault, claims: readonly RootClaim[]): Promise<Fault> {
  return narrowed(source, await blamed(source, fault), claims);
}

function timeIn(bytes: Buffer, from: number): number | null {
  return instantOf(bytes.toString('latin1', from + AT, from + AT + 24));
}

function unreadable(index: number, reason: string): Fault {
  return { code: 'damaged', index, noticed: index, reason };
}

function overlong(index: number): Fault {
  return {
    code: 'entry_broken',
    index,
    noticed: index,
    reason: 'its line is longer than an entry may be',
  };
}
