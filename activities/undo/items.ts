/** Task by task: can what it did be taken back, and if not, why not. */
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import type { PlannedTask, UndoItem } from '../../workflows/language/plan.ts';
import type { ClaimRecord, Effect } from '../stores/claims.ts';
import type { World } from '../world.ts';
import type { RunHistory } from './history.ts';
import { performanceIn } from './performance.ts';

/** An effect that stands, and that its connector can take back. */
export interface Standing {
  readonly task: PlannedTask;
  readonly claim: ClaimRecord;
  readonly effect: Effect & { readonly saved: string };
  readonly what: string;
  readonly timeoutMs: number;
}

export type Looked =
  | { readonly kind: 'standing'; readonly standing: Standing }
  | { readonly kind: 'item'; readonly item: UndoItem };

type Says = Pick<UndoItem, 'state' | 'says'>;

export async function lookAt(
  world: Pick<World, 'connectors' | 'elsewhere' | 'ledger'>,
  { claims }: RunHistory,
  task: PlannedTask,
): Promise<Looked> {
  const claim = claims.get(task.name);
  const effect = claim?.effect ?? null;
  const told = claim === undefined ? NOT_DONE : withoutEffect(task, claim);
  if (told !== null || claim === undefined || effect === null) return itemOf(task, told ?? UNCHANGED);
  const { saved } = effect;
  if (saved === null) return itemOf(task, effect.erased === true ? ERASED : UNSAVED);
  const connector = world.connectors.get(effect.connector) ?? world.elsewhere?.get(effect.connector);
  const performance = performanceIn(connector, effect.type);
  if (performance?.undo === undefined) return itemOf(task, gone(effect));
  const state = await stateOf(world, saved);
  if (state === null) return itemOf(task, LOST);
  const what = performance.undo.describe(state);
  const { timeoutMs } = performance;
  return { kind: 'standing', standing: { task, claim, effect: { ...effect, saved }, what, timeoutMs } };
}

/** Null where there is an effect that stands. */
function withoutEffect({ reversibility }: PlannedTask, { state, effect }: ClaimRecord): Says | null {
  if (effect?.undone) return { state: 'undone', says: `it was taken back by ${effect.undone.workflowId}` };
  if (state === 'free' || state === 'claimed') return NOT_DONE;
  if (state !== 'done') return OPEN;
  if (reversibility === 'none') return { state: 'nothing', says: 'it changes nothing' };
  if (effect !== null) return null;
  return reversibility === 'C' ? NEVER : UNCHANGED;
}

/** Null where it is not in the store. */
async function stateOf(world: Pick<World, 'ledger'>, saved: string): Promise<JsonObject | null> {
  const text = await world.ledger.get('saved', saved);
  const state: unknown = text === null ? null : JSON.parse(text);
  return isObject(state) ? state : null;
}

function itemOf({ name, type, connector, reversibility }: PlannedTask, says: Says): Looked {
  return { kind: 'item', item: { task: name, type, connector, reversibility, ...says } };
}

const NOT_DONE: Says = { state: 'nothing', says: 'this run did not do it' };
const NEVER: Says = { state: 'cannot', says: 'it cannot be undone' };
const UNSAVED: Says = {
  state: 'cannot',
  says: 'how it was before held a secret, or was too large to be kept',
};
const ERASED: Says = {
  state: 'cannot',
  says: 'how it was before was erased on request, as the record says; whoever wants it back must do it by hand',
};
const LOST: Says = { state: 'cannot', says: 'what was saved of it is not in the store' };
const UNCHANGED: Says = {
  state: 'cannot',
  says: 'nothing was saved: either it had changed nothing, or its connector cannot take it back',
};
const OPEN: Says = {
  state: 'open',
  says: 'nobody knows yet what became of it; see to that before anything is undone',
};

function gone({ connector, type }: Effect): Says {
  return { state: 'cannot', says: `there is no ${connector} that can undo ${type}` };
}
