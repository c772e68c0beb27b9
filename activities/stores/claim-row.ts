/** A claim as a row: the same columns in every database. */
import { canonical } from '../../workflows/audit/canonical.ts';
import type { Json } from '../../workflows/language/json.ts';
import type { ClaimRecord, ClaimState, Effect } from './claims.ts';

export interface ClaimRow {
  readonly key: string;
  readonly inputs: string;
  readonly chain: string;
  readonly workflow: string;
  readonly task: string;
  readonly state: ClaimState;
  readonly attempts: number;
  readonly fence: number;
  /** JSON; blank where it was erased. */
  readonly output: string;
  /** JSON. */
  readonly effect: string;
  readonly claimed_at: number;
  readonly updated_at: number;
}

/** No JSON, so no output that was kept. */
const ERASED = '';

export function fromClaimRow(row: ClaimRow): ClaimRecord {
  const { key, state, attempts, fence } = row;
  return {
    key,
    inputsDigest: row.inputs,
    owner: { chain: row.chain, workflowId: row.workflow, task: row.task },
    state,
    attempts,
    fence,
    ...(row.output === ERASED ? { output: null, erased: true } : { output: JSON.parse(row.output) as Json }),
    effect: JSON.parse(row.effect) as Effect | null,
    claimedAt: row.claimed_at,
    updatedAt: row.updated_at,
  };
}

export function toClaimRow(record: ClaimRecord): ClaimRow {
  const { key, owner, state, attempts, fence } = record;
  return {
    key,
    inputs: record.inputsDigest,
    chain: owner.chain,
    workflow: owner.workflowId,
    task: owner.task,
    state,
    attempts,
    fence,
    output: record.erased === true ? ERASED : canonical(record.output),
    effect: canonical(record.effect),
    claimed_at: record.claimedAt,
    updated_at: record.updatedAt,
  };
}
