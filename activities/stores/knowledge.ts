/**
 * What a group of calls knows inside its transaction: the rows that were read, and over them what the calls of the
 * group did themselves. Nobody can mistake what was never asked for what does not exist.
 */
import type { Draft } from '../../workflows/audit/draft.ts';
import type { Receipt } from './audit.ts';
import type { ClaimRecord } from './claims.ts';
import { leafOf } from './codec.ts';
import type { RunEnd } from './run-ends.ts';
import { NO_NEEDS, type EntryRow, type Found, type Needs } from './tables.ts';
import type { KeptValue } from './values.ts';

export interface Knowledge {
  /** What must be asked before these drafts can be placed, and is noted as asked from now on. */
  lacking(drafts: readonly Draft[]): Needs;
  /** Whether it is known that nothing stood under the draft's id, and where its run ends. */
  isNew(draft: Draft): boolean;
  learn(found: Found): void;
  claim(key: string): ClaimRecord | null;
  setClaim(claim: ClaimRecord): void;
  changedClaims(): readonly ClaimRecord[];
  /** As it stood before the group. */
  entry(id: string): EntryRow | null;
  /** Values kept for an entry that stood before. */
  valuesOf(index: number): readonly KeptValue[];
  /** Of an entry that stood before, or was added since. */
  receipt(id: string): Receipt | null;
  setReceipt(receipt: Receipt): void;
  endOf(run: string): RunEnd | null;
}

/** `remembered` are ends of runs that need not be read; `ahead` is what was asked already. */
export function createKnowledge(remembered: ReadonlyMap<string, RunEnd>, ahead: Needs): Knowledge {
  const keys = new Set(ahead.claims);
  const asked = { entries: new Set(ahead.entries), runs: new Set(ahead.runs) };
  const receipts = new Map<string, Receipt>();
  const changed = new Map<string, ClaimRecord>();
  // Mostly nothing is found, and then nothing is set aside for it.
  let entries: ReadonlyMap<string, EntryRow> = NONE;
  let ends: ReadonlyMap<string, RunEnd> = NONE;
  let claims: ReadonlyMap<string, ClaimRecord> = NONE;
  let values: ReadonlyMap<number, readonly KeptValue[]> = NO_VALUES;
  const isEndKnown = (run: string): boolean => remembered.has(run) || asked.runs.has(run);

  return {
    lacking(drafts) {
      const ids = unasked(asked.entries, drafts, ({ id }) => id);
      const runs = unasked(asked.runs, drafts, ({ run }) => run).filter((run) => !remembered.has(run));
      return { ...NO_NEEDS, entries: ids, runs };
    },
    isNew: ({ id, run }) => asked.entries.has(id) && !entries.has(id) && isEndKnown(run),
    learn(found) {
      claims = joined(claims, found.claims, (claim) => [claim.key, claim]);
      entries = joined(entries, found.entries, (row) => [row.id, row]);
      ends = joined(ends, found.ends, ({ run, runSeq, bytes }) => [
        run,
        { seq: runSeq, leaf: leafOf(bytes) },
      ]);
      if (found.values.length > 0)
        values = new Map([...values, ...Map.groupBy(found.values, ({ index }) => index)]);
    },
    claim(key) {
      if (!keys.has(key)) throw unaskedFor(key);
      return changed.get(key) ?? claims.get(key) ?? null;
    },
    setClaim: (claim) => changed.set(claim.key, claim),
    changedClaims: () => [...changed.values()],
    entry(id) {
      if (!asked.entries.has(id)) throw unaskedFor(id);
      return entries.get(id) ?? null;
    },
    valuesOf: (index) => values.get(index) ?? [],
    receipt(id) {
      if (!asked.entries.has(id)) throw unaskedFor(id);
      const placed = receipts.get(id);
      if (placed !== undefined) return placed;
      const row = entries.get(id);
      return row === undefined ? null : { kind: 'recorded', id, index: row.index, leaf: leafOf(row.bytes) };
    },
    setReceipt: (receipt) => receipts.set(receipt.id, receipt),
    endOf(run) {
      if (!isEndKnown(run)) throw unaskedFor(run);
      return remembered.get(run) ?? ends.get(run) ?? null;
    },
  };
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();
const NO_VALUES: ReadonlyMap<number, never> = new Map<number, never>();

function joined<Row, Value>(
  known: ReadonlyMap<string, Value>,
  rows: readonly Row[],
  named: (row: Row) => readonly [name: string, value: Value],
): ReadonlyMap<string, Value> {
  return rows.length === 0 ? known : new Map([...known, ...rows.map(named)]);
}

function unasked(
  asked: Set<string>,
  drafts: readonly Draft[],
  name: (draft: Draft) => string,
): readonly string[] {
  const names = new Set(drafts.map(name).filter((each) => !asked.has(each)));
  for (const each of names) asked.add(each);
  return [...names];
}

function unaskedFor(name: string): Error {
  return new Error(`the group decides by ${name} without having asked for it`);
}
