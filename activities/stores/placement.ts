/**
 * Gives drafts their place in the log, inside one transaction.
 *
 * P1 The head is read inside the transaction that writes after it: two writers cannot follow one entry.
 * P2 An id is placed once. The same event again gets its old receipt; another one under its id is refused,
 *    and the refusal is itself an entry.
 * P3 The head is written last, once, with the last entry's leaf.
 * P4 What is remembered of runs between transactions holds only while the head is the one that was left behind.
 * P5 Recorded time never decreases; an entry recorded by a clock that lags says by how much.
 */
import { hex } from '../../workflows/audit/codec.ts';
import { draftConflict, entryText, type Draft, type Place } from '../../workflows/audit/entry.ts';
import { instantOf, instantText } from '../../workflows/audit/instant.ts';
import { leafHash } from '../../workflows/audit/merkle.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import type { Receipt } from './audit.ts';
import { nodeCodec } from './codec.ts';
import { StoreError } from './ledger.ts';
import type { EntryRow, HeadRow, Tables } from './tables.ts';

export interface Placement {
  place(draft: Draft): Receipt;
  /** Writes the head when anything was placed. */
  finish(): void;
}

interface RunEnd {
  readonly seq: number;
  readonly leaf: string | null;
}

/** Ends of runs, so that each need not be read again for each commit. One per store object. */
export interface RunMemory {
  /** Leaf of the head they belong to; null while nothing may be believed. */
  head: string | null;
  readonly ends: Map<string, RunEnd>;
}

/** Beyond this many runs the memory starts anew. */
const MAX_RUNS = 10_000;

export function createPlacement(tables: Tables, memory: RunMemory, now: number): Placement {
  const before: HeadRow = tables.head();
  if (memory.head !== before.leaf || memory.ends.size > MAX_RUNS) memory.ends.clear();
  // Until `finish` comes to its end, what is learnt below may never be committed.
  memory.head = null;
  const at = Math.max(before.at, now);
  const atText = instantText(at);
  let { size, leaf } = before;

  const endOf = (run: string): RunEnd => {
    const known = memory.ends.get(run);
    if (known !== undefined) return known;
    const last = tables.lastOfRun(run);
    return last === null ? { seq: -1, leaf: null } : { seq: last.runSeq, leaf: leafOf(last.bytes) };
  };

  const add = (draft: Draft): Receipt => {
    const run = endOf(draft.run);
    const place: Place = {
      log: before.log,
      index: size,
      prev: leaf,
      at: atText,
      runSeq: run.seq + 1,
      runPrev: run.leaf,
      skewMs: at - now,
    };
    const bytes = nodeCodec.encode(entryText(draft, place));
    const { index, runSeq } = place;
    tables.addEntry({ index, id: draft.id, run: draft.run, runSeq, bytes });
    if (draft.omitted !== null) tables.addDocument({ kind: 'details', ...draft.omitted });
    leaf = leafOf(bytes);
    size += 1;
    memory.ends.set(draft.run, { seq: runSeq, leaf });
    return { kind: 'recorded', id: draft.id, index, leaf };
  };

  return {
    place(draft) {
      const found = tables.entryById(draft.id);
      if (found === null) return add(draft);
      if (isSameEvent(found, draft)) return receiptOf(found, 'recorded');
      const conflict = draftConflict(draft, found.index, nodeCodec);
      const told = tables.entryById(conflict.id);
      return told === null ? { ...add(conflict), kind: 'conflict' } : receiptOf(told, 'conflict');
    },
    finish() {
      if (size > before.size) tables.setHead({ log: before.log, size, leaf, at });
      memory.head = leaf;
    },
  };
}

function leafOf(bytes: Uint8Array): string {
  return hex(leafHash(bytes, nodeCodec.sha256));
}

function receiptOf(row: EntryRow, kind: Receipt['kind']): Receipt {
  return { kind, id: row.id, index: row.index, leaf: leafOf(row.bytes) };
}

/**
 * In the old entry's place, would this draft have given the same text? Only the log's own share may differ,
 * and the workflow time, which is later when Temporal runs a step again.
 */
function isSameEvent(found: EntryRow, draft: Draft): boolean {
  const reading = readEntry(found.bytes, nodeCodec);
  if (reading.kind === 'malformed')
    throw new StoreError('store_untrusted', `audit entry ${found.index} cannot be read: ${reading.reason}`);
  const { entry } = reading;
  const place: Place = {
    log: entry.log,
    index: entry.i,
    prev: entry.prev,
    at: entry.at,
    runSeq: entry.body.run_seq,
    runPrev: entry.body.run_prev,
    skewMs: entry.body.skew_ms ?? 0,
  };
  return (
    instantOf(entry.at) !== null &&
    entryText({ ...draft, workflowTime: entry.body.workflow_time }, place) === nodeCodec.decode(found.bytes)
  );
}
