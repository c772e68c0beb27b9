/** What the walk is told when the claim says that no call is to be made. */
import { isObject } from '../workflows/language/json.ts';
import type { Call, Result } from '../workflows/ports.ts';
import type { Fault } from '../workflows/walk/outcome.ts';
import type { Claiming } from './claiming.ts';
import type { BeginAnswer } from './stores/claims.ts';
import { TryAgain } from './try-again.ts';

/** While another run holds the key, look again this often. */
const HELD_RETRY_MS = 2_000;

/**
 * Longer than any pause between two attempts that is not the provider's wish, counted on top of a call's time
 * limit. A run that was terminated in the middle of a call never gives its key back, and nobody may wait for it
 * for ever.
 */
const LONGEST_SILENCE_MS = 15 * 60_000;

/** Throws `TryAgain` while another run is at it. */
export async function withoutCall(
  call: Call,
  claiming: Claiming,
  begun: Exclude<BeginAnswer, { readonly kind: 'begun' | 'over_limit' }>,
): Promise<Result> {
  const { question } = call;
  switch (begun.kind) {
    case 'done': {
      const output = isObject(begun.output) ? begun.output : {};
      return begun.own
        ? { kind: 'done', output, attempts: begun.attempts }
        : { kind: 'already_done', output };
    }
    case 'conflict':
      return failed(
        'key_conflict',
        `the key of ${question.task} is in use with other inputs; give this task a key of its own`,
      );
    case 'held':
      return held(call, claiming, begun);
    case 'unsettled': {
      const kept = isObject(begun.output) ? begun.output : {};
      return begun.state === 'indeterminate'
        ? { kind: 'indeterminate', fault: LOST, attempts: begun.attempts }
        : {
            kind: 'action_required',
            instructions: typeof kept['instructions'] === 'string' ? kept['instructions'] : '',
            onceDone: isObject(kept['once_done']) ? kept['once_done'] : {},
            attempts: begun.attempts,
          };
    }
    case 'interrupted':
      await claiming.finish(begun.fence, {
        result: 'indeterminate',
        fault: LOST,
        attempt: begun.attempt - 1,
        note: 'not repeated',
      });
      return { kind: 'indeterminate', fault: LOST, attempts: begun.attempt - 1 };
    default:
      return begun satisfies never;
  }
}

async function held(
  call: Call,
  claiming: Claiming,
  { by, state }: Extract<BeginAnswer, { readonly kind: 'held' }>,
): Promise<Result> {
  const holder = `task ${by.task} of ${by.workflowId} holds this key`;
  if (state !== 'calling' && state !== 'claimed')
    return failed('key_unsettled', `${holder} and waits for a person`);
  if ((await claiming.silence()) > call.timeoutMs + LONGEST_SILENCE_MS)
    return failed(
      'key_unsettled',
      `${holder} and has long been silent; look at the provider what became of it, and give this task another key`,
    );
  throw new TryAgain('KeyHeld', holder, HELD_RETRY_MS);
}

const LOST: Fault = {
  code: 'interrupted',
  message:
    'an earlier attempt ended without a word, and a repeat of this action is not safe; look at the provider and resolve',
};

function failed(code: string, message: string): Result {
  return { kind: 'failed', fault: { code, message }, attempts: 0 };
}
