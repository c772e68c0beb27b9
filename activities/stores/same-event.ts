/** When two events are the same: they say the same, whenever and by whomever they were told. */
import { canonicalEntry } from '../../workflows/audit/canonical.ts';
import { type Draft } from '../../workflows/audit/draft.ts';
import { digestText, type Entry } from '../../workflows/audit/entry.ts';
import { instantText } from '../../workflows/audit/instant.ts';
import { blanked, blankedCommitments } from '../../workflows/audit/personal.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import { nodeCodec } from './codec.ts';
import { StoreError } from './ledger.ts';
import type { EntryRow } from './tables.ts';
import type { KeptValue } from './values.ts';

/** Both under one id, before either has a place. The workflow time is later when Temporal runs a step again. */
export function isSameDraft(one: Draft, other: Draft): boolean {
  return canonicalEntry(saidBy(one)) === canonicalEntry(saidBy(other));
}

function saidBy({ source: { run, fact } }: Draft): object {
  const { event, task, details, coordinate } = fact;
  return { ...run, event, task, details, coordinate };
}

/**
 * Does the entry say what the draft says? Only the log's own share may differ, and the workflow time. `values` are those
 * kept for the entry; one that was erased can no longer be compared, and counts as the same.
 */
export function isSameEvent(found: EntryRow, values: readonly KeptValue[], draft: Draft): boolean {
  const reading = readEntry(found.bytes, nodeCodec);
  if (reading.kind === 'malformed')
    throw new StoreError('store_untrusted', `audit entry ${found.index} cannot be read: ${reading.reason}`);
  const { body } = reading.entry;
  const { run, fact } = draft.source;
  const named: readonly (readonly [kept: string | null, told: string | null])[] = [
    [body.case, run.caseId],
    [body.coordinate, fact.coordinate],
    [body.event, fact.event],
    [body.playbook, run.playbook],
    [body.run, run.chain],
    [body.run_started, instantText(run.startedAt)],
    [body.task, fact.task],
    [body.workflow, run.workflowId],
  ];
  if (named.some(([kept, told]) => canonicalEntry(kept) !== canonicalEntry(told))) return false;
  if (blankOf(body) !== blankFor(body, draft)) return false;
  return draft.values.every(({ path, text }) => {
    const kept = values.find((value) => value.path === path)?.value ?? null;
    return kept === null || kept.text === text;
  });
}

/** Details too big for the entry are known by a digest of what is not personal in them. */
function blankOf({ details }: Entry['body']): string {
  const omitted = details['omitted'];
  if (typeof omitted === 'object' && omitted !== null && 'blanked' in omitted) return String(omitted.blanked);
  return blankedCommitments(details);
}

function blankFor({ details }: Entry['body'], { source, omitted }: Draft): string {
  const text = blanked(source.fact.details);
  return omitted !== null && 'omitted' in details ? digestText(text, nodeCodec) : text;
}
