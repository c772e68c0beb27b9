/** How an undo is performed: the connector that made the effect is handed what it had saved. */
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import type { Question } from '../../workflows/ports.ts';
import { Undo } from '../catalogue/undo.ts';
import type { Answer, Connector, Performance, Undone } from '../connectors/connector.ts';
import { StoreError } from '../stores/ledger.ts';
import type { World } from '../world.ts';
import { effectId } from './effect.ts';

/** Refuses where the connector is gone since it was planned, or no longer knows how: a person must then. */
export function undoPerformance(
  world: Pick<World, 'connectors' | 'ledger'>,
  { connector, inputs }: Pick<Question, 'connector' | 'inputs'>,
): Performance {
  const action = inputs['action'];
  const original =
    typeof action === 'string' ? performanceIn(world.connectors.get(connector), action) : undefined;
  const undo = original?.undo;
  if (original === undefined || undo === undefined) return gone(connector);
  return {
    reversibility: undo.class,
    // Connectors declare a repeated undo harmless.
    repeat: 'natural',
    timeoutMs: original.timeoutMs,
    scopes: original.scopes,
    async perform(input, call): Promise<Answer<JsonObject>> {
      const saved = await savedState(world, input);
      if (saved.kind !== 'saved') return saved;
      const answer = await undo.perform(saved.state, call);
      switch (answer.kind) {
        case 'done':
          return { kind: 'done', output: outputOf(answer.output) };
        case 'action_required':
          return { ...answer, onceDone: outputOf(answer.onceDone) };
        default:
          return answer;
      }
    },
  };
}

const PATIENCE_MS = 30_000;

function gone(connector: string): Performance {
  const message = `this worker has no ${connector} that can undo it any more`;
  return {
    reversibility: 'A',
    repeat: 'natural',
    timeoutMs: PATIENCE_MS,
    scopes: [],
    perform: async () => ({ kind: 'refused', fault: { code: 'undo_impossible', message } }),
  };
}

export function performanceIn(connector: Connector | undefined, type: string): Performance | undefined {
  const performs = connector?.performs ?? {};
  return Object.hasOwn(performs, type) ? performs[type] : undefined;
}

function outputOf({ changed, now }: Undone): JsonObject {
  return { changed, now };
}

type Saved =
  { readonly kind: 'saved'; readonly state: JsonObject } | Exclude<Answer<never>, { kind: 'done' }>;

async function savedState(world: Pick<World, 'ledger'>, input: JsonObject): Promise<Saved> {
  const read = Undo.input.safeParse(input);
  if (!read.success) return lost('the inputs are not those of an undo');
  try {
    const text = await world.ledger.get('saved', read.data.saved);
    if (text === null && (await isErased(world, read.data))) return ERASED;
    const state: unknown = text === null ? null : JSON.parse(text);
    return isObject(state) ? { kind: 'saved', state } : lost('what had been saved is not in the store');
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code !== 'store_unavailable') return lost('what had been saved cannot be trusted any more');
    const fault = { code: error.code, message: 'the store that holds what was saved does not answer' };
    return { kind: 'try_again', because: 'unavailable', fault };
  }
}

/** It was there when the undo was planned, and somebody had it erased since. */
async function isErased(
  { ledger }: Pick<World, 'ledger'>,
  { chain, effect }: { readonly chain: string; readonly effect: string },
): Promise<boolean> {
  const claims = await ledger.claimsOf(chain);
  return claims.some((claim) => effectId(claim) === effect && claim.effect?.erased === true);
}

const ERASED: Saved = {
  kind: 'refused',
  fault: {
    code: 'saved_state_erased',
    message: 'how it was before was erased on request since this undo was planned',
  },
};

function lost(message: string): Saved {
  return { kind: 'refused', fault: { code: 'saved_state_lost', message } };
}
