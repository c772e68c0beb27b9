/**
 * Gives drafts their place in the log. Pure: works on rows read inside the transaction that will write.
 *
 * P1 The head is read under the lock of the transaction that writes after it: two writers cannot follow one entry.
 * P2 An id is placed once. The same event again gets its old receipt; another one under its id is refused,
 *    and the refusal is itself an entry.
 * P3 The head is written once, in the same transaction, with the last entry's leaf.
 * P4 What is remembered of runs between transactions holds only while the head is the one that was left behind.
 * P5 Recorded time never decreases; an entry recorded by a clock that lags says by how much.
 * P6 The log holds what this store object left behind: a head that lies behind it, or another entry in that place, is
 *    refused. Somebody cut or replaced the log under a running process.
 */
import { entryText, type Draft, type Place } from '../../workflows/audit/draft.ts';
import { instantText } from '../../workflows/audit/instant.ts';
import type { Receipt, StoredEntry } from './audit.ts';
import { leafOf, sealed } from './codec.ts';
import type { StoredDocument } from './documents.ts';
import { StoreError } from './ledger.ts';
import type { RunEnd } from './run-ends.ts';
import type { EntryRow, HeadRow } from './tables.ts';
import type { KeptValue } from './values.ts';

export interface Placement {
  /** Appends; whether the event stands in the log already is decided before (P2). */
  add(draft: Draft): Receipt;
  /** As it is now, with the head to be written. */
  readonly entries: readonly EntryRow[];
  /** Details that were too big for their entries. */
  readonly documents: readonly StoredDocument[];
  /** What the entries commit to. */
  readonly values: readonly KeptValue[];
  /** Runs as they end now, those that grew. */
  readonly ends: ReadonlyMap<string, RunEnd>;
  head(): HeadRow;
}

/** `endOf` tells where a run ended before the transaction; null when it has no entry. */
export function createPlacement(
  before: HeadRow,
  now: number,
  endOf: (run: string) => RunEnd | null,
): Placement {
  const entries: EntryRow[] = [];
  const documents: StoredDocument[] = [];
  const values: KeptValue[] = [];
  const ends = new Map<string, RunEnd>();
  const at = Math.max(before.at, now);
  const atText = instantText(at);
  let { log, size, leaf } = before;

  return {
    entries,
    documents,
    values,
    ends,
    add(draft) {
      const end = ends.get(draft.run) ?? endOf(draft.run);
      log = draft.renames ?? log;
      const place: Place = {
        log,
        index: size,
        prev: leaf,
        at: atText,
        runSeq: end === null ? 0 : end.seq + 1,
        runPrev: end === null ? null : end.leaf,
        skewMs: at - now,
      };
      const entry = sealed(entryText(draft, place));
      const { index, runSeq } = place;
      entries.push({ index, id: draft.id, run: draft.run, runSeq, bytes: entry.bytes });
      if (draft.omitted !== null) documents.push({ kind: 'details', ...draft.omitted });
      for (const { path, salt, text } of draft.values) values.push({ index, path, value: { salt, text } });
      leaf = entry.leaf;
      size += 1;
      ends.set(draft.run, { seq: runSeq, leaf });
      return { kind: 'recorded', id: draft.id, index, leaf };
    },
    head: () => (size === before.size ? before : { log, size, leaf, at }),
  };
}

/** Where nobody else wrote since. */
export function isSameLog(left: HeadRow, head: HeadRow): boolean {
  return left.leaf === head.leaf && left.size === head.size && left.log === head.log;
}

/** P6, first half: from where the log must be looked at before anything is added after `head`; null for nowhere. */
export function placeToCheck(left: HeadRow, head: HeadRow): number | null {
  if (left.size === 0 || left.leaf === head.leaf) return null;
  return left.size - 1;
}

/** P6, second half: `tail` begins at the place to check. */
export function refuseReplacedLog(left: HeadRow, head: HeadRow, tail: readonly StoredEntry[]): void {
  const place = placeToCheck(left, head);
  const [entry] = tail;
  const holds = place === null || (entry?.index === place && leafOf(entry.bytes) === left.leaf);
  const grows = head.size > left.size || (head.size === left.size && head.leaf === left.leaf);
  if (holds && grows && head.log === left.log) return;
  throw new StoreError(
    'store_untrusted',
    `the audit log no longer holds what this process wrote: it left ${left.size} entries behind and finds ` +
      `${head.size}, or others in their place; the store was cut, restored or replaced under a running worker; stop ` +
      'all workers, keep the store as evidence and run "cordon audit verify"',
  );
}
