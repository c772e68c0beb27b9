/** When two events are the same: they say the same, whenever and by whomever they were told. */
import { entryText, type Draft, type Place } from '../../workflows/audit/entry.ts';
import { instantOf } from '../../workflows/audit/instant.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import { nodeCodec } from './codec.ts';
import { StoreError } from './ledger.ts';
import type { EntryRow } from './tables.ts';

/** Both under one id, before either has a place. The workflow time is later when Temporal runs a step again. */
export function isSameDraft(one: Draft, other: Draft): boolean {
  return one.before === other.before && one.after === other.after && one.runStarted === other.runStarted;
}

/**
 * In the old entry's place, would this draft have given the same text? Only the log's own share may differ,
 * and the workflow time.
 */
export function isSameEvent(found: EntryRow, draft: Draft): boolean {
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
