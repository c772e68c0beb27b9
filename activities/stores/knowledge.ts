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
  const entries = new Map<string, EntryRow>();
  const receipts = new Map<string, Receipt>();
  const ends = new Map<string, RunEnd>();
  const claims = new Map<string, ClaimRecord>();
  const changed = new Map<string, ClaimRecord>();
  const values = new Map<number, readonly KeptValue[]>();
  const isEndKnown = (run: string): boolean => remembered.has(run) || asked.runs.has(run);

  return {
    lacking(drafts) {
      const ids = unasked(asked.entries, drafts, ({ id }) => id);
      const runs = unasked(asked.runs, drafts, ({ run }) => run).filter((run) => !remembered.has(run));
      return { ...NO_NEEDS, entries: ids, runs };
    },
    isNew: ({ id, run }) => asked.entries.has(id) && !entries.has(id) && isEndKnown(run),
    learn(found) {
      for (const claim of found.claims) claims.set(claim.key, claim);
      for (const row of found.entries) entries.set(row.id, row);
      for (const { run, runSeq, bytes } of found.ends) ends.set(run, { seq: runSeq, leaf: leafOf(bytes) });
      if (found.values.length > 0)
        for (const [index, kept] of Map.groupBy(found.values, ({ index }) => index)) values.set(index, kept);
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
