/** What each step makes of a claim. Pure, and the same for every store; a store only reads and writes around it. */
import { canonical } from '../../workflows/audit/canonical.ts';
import type { Json } from '../../workflows/language/json.ts';
import type {
  BeginAnswer,
  BeginRequest,
  ClaimRecord,
  ClaimState,
  FinishRequest,
  Owner,
  SettleRequest,
  TakenBack,
} from './claims.ts';
import { decideReserve } from './reservation-rules.ts';
import type { ReservationRow, Reserver } from './reservations.ts';

/** The answer, and the record as it shall stand afterwards; null leaves it as it is. */
export interface Decision<Answer> {
  readonly answer: Answer;
  readonly next: ClaimRecord | null;
  readonly reservations?: readonly ReservationRow[];
  /** The task whose reservations are given back, because nothing was sent. */
  readonly returned?: Reserver;
}

/** A claim that may begin, if the limits allow; see `reservation-rules.ts`. */
export function decideBeginWithin(
  found: ClaimRecord | null,
  request: BeginRequest,
  rowsOf: (counter: string) => readonly ReservationRow[],
): Decision<BeginAnswer> {
  const decision = decideBegin(found, request);
  const { reserve, owner, now } = request;
  if (decision.answer.kind !== 'begun' || reserve === undefined || reserve === null) return decision;
  const reserved = decideReserve(reserve, owner, now, rowsOf);
  if (reserved.kind === 'reserved') return { ...decision, reservations: reserved.rows };
  const { limit, taken, asked } = reserved;
  return keep({ kind: 'over_limit', limit, taken, asked });
}

export function decideBegin(found: ClaimRecord | null, request: BeginRequest): Decision<BeginAnswer> {
  const { state, record } = stateOf(found);
  if (state === 'free') return call('begun', request, { attempts: 0, fence: found?.fence ?? 0 });
  if (record.inputsDigest !== request.inputsDigest)
    return keep({ kind: 'conflict', by: record.owner, state });
  const own = isSame(record.owner, request.owner);
  const { attempts, output } = record;
  if (state === 'done') return keep({ kind: 'done', own, output, attempts });
  if (!own) return keep({ kind: 'held', by: record.owner, state });
  switch (state) {
    case 'claimed':
      return call('begun', request, record);
    case 'calling':
      return call('interrupted', request, record);
    case 'indeterminate':
    case 'action_required':
      return keep({ kind: 'unsettled', state, output, attempts });
  }
}

export function decideFinish(found: ClaimRecord | null, request: FinishRequest): Decision<boolean> {
  if (found === null || found.fence !== request.fence) return keep(false);
  const state = stateAfter(request.result);
  const output = request.output ?? null;
  if (found.state !== 'calling') return keep(found.state === state && saysSame(found, output));
  return {
    answer: true,
    next: { ...found, state, output, effect: request.effect ?? null, updatedAt: request.now },
    ...(request.result === 'released' ? { returned: found.owner } : {}),
  };
}

export function decideSettle(found: ClaimRecord | null, request: SettleRequest): Decision<boolean> {
  const { state, record } = stateOf(found);
  const output = request.output ?? null;
  const settled: ClaimRecord = {
    key: request.key,
    inputsDigest: request.inputsDigest,
    owner: request.owner,
    state: stateAfter(request.result),
    attempts: found?.attempts ?? 0,
    fence: (found?.fence ?? 0) + 1,
    output,
    effect: request.result === 'done' ? (found?.effect ?? null) : null,
    claimedAt: found?.claimedAt ?? request.now,
    updatedAt: request.now,
  };
  // Free: the call never came as far as a claim, or was settled before. Either way the word of today stands.
  if (state === 'free') return request.result === 'done' ? { answer: true, next: settled } : keep(true);
  if (record.inputsDigest !== request.inputsDigest || !isSame(record.owner, request.owner))
    return keep(false);
  if (state === 'done') return keep(request.result === 'done' && saysSame(record, output));
  return {
    answer: true,
    next: settled,
    ...(request.result === 'released' ? { returned: request.owner } : {}),
  };
}

/**
 * The claim of an effect that was taken back: free, so that what is wanted again is done again. Null where it holds
 * something else by now.
 */
export function takenBack(
  found: ClaimRecord | null,
  { fence }: TakenBack,
  by: Owner,
  now: number,
): ClaimRecord | null {
  if (found === null || found.state !== 'done' || found.fence !== fence || found.effect === null) return null;
  return { ...found, state: 'free', effect: { ...found.effect, undone: by }, updatedAt: now };
}

function keep<Answer>(answer: Answer): Decision<Answer> {
  return { answer, next: null };
}

type Held = Exclude<ClaimState, 'free'>;

/** No record and a free one are alike: nobody holds the key. */
function stateOf(
  found: ClaimRecord | null,
):
  { readonly state: 'free'; readonly record: null } | { readonly state: Held; readonly record: ClaimRecord } {
  return found === null || found.state === 'free'
    ? { state: 'free', record: null }
    : { state: found.state, record: found };
}

function call(
  kind: 'begun' | 'interrupted',
  request: BeginRequest,
  before: { readonly attempts: number; readonly fence: number; readonly claimedAt?: number },
): Decision<BeginAnswer> {
  const attempt = before.attempts + 1;
  const fence = before.fence + 1;
  const { key, owner, inputsDigest, now } = request;
  const claimedAt = before.claimedAt ?? now;
  return {
    answer: { kind, attempt, fence },
    next: {
      key,
      inputsDigest,
      owner,
      state: 'calling',
      attempts: attempt,
      fence,
      output: null,
      effect: null,
      claimedAt,
      updatedAt: now,
    },
  };
}

function stateAfter(result: FinishRequest['result']): ClaimState {
  switch (result) {
    case 'released':
      return 'free';
    case 'retry':
      return 'claimed';
    case 'done':
    case 'indeterminate':
    case 'action_required':
      return result;
  }
}

function isSame(one: Owner, other: Owner): boolean {
  return one.chain === other.chain && one.task === other.task;
}

function saysSame({ output, erased }: ClaimRecord, other: Json): boolean {
  return erased === true || canonical(output) === canonical(other);
}
