/**
 * The invariants of act.ts, on both ledgers. The bug these would catch: a call that nobody intended, a call
 * made twice, or a call other than the one that was approved.
 */
import { describe, expect, test } from '@jest/globals';
import { createAct } from '../../activities/act.ts';
import { claimKey, inputsDigest } from '../../activities/keys.ts';
import type { Owner } from '../../activities/stores/claims.ts';
import { StoreError, type Ledger } from '../../activities/stores/ledger.ts';
import { withoutReceipts } from '../../workflows/audit/receipt.ts';
import type { Call, Result, RunRef } from '../../workflows/ports.ts';
import {
  callFor,
  done,
  entriesOf,
  eventsIn,
  ledgers,
  noted,
  OTHER_RUN,
  putCard,
  question,
  RUN,
  START,
  worldOf,
  type Given,
} from './samples.ts';

const stores = ledgers();
const KINDS = ['memory', 'SQLite'] as const;
const KEY = claimKey(question(), RUN);

async function act(ledger: Ledger, given: Given = {}, call: Call = callFor(), run: RunRef = RUN) {
  const { world, calls } = worldOf(ledger, given);
  const answer = await createAct(world)({ run, facts: [noted()], call, at: START }).then(
    (told) => ({ result: withoutReceipts<Result>(told), error: null }),
    (error: unknown) => ({ result: null, error }),
  );
  return { ...answer, calls };
}

const owner = (run: RunRef, task = 'clean'): Owner => ({
  workflowId: run.workflowId,
  chain: run.chain,
  task,
});

/** The claim of somebody who has begun and not reported. */
async function beginAs(ledger: Ledger, run: RunRef, digest = callFor().inputsDigest): Promise<number> {
  const { answer } = await ledger.begin({ key: KEY, owner: owner(run), inputsDigest: digest, now: START });
  if (answer.kind !== 'begun') throw new Error(answer.kind);
  return answer.fence;
}

/** A ledger whose next calls of one method fail, before anything is stored or after. */
function failing(
  ledger: Ledger,
  method: 'begin' | 'finish',
  times: number,
  code: StoreError['code'] = 'store_unavailable',
  stored = false,
): Ledger {
  let left = times;
  const fail = async (work: () => Promise<unknown>): Promise<never> => {
    left -= 1;
    if (stored) await work();
    throw new StoreError(code, 'the disk is full');
  };
  return {
    ...ledger,
    begin: (request, alongside) => {
      const work = () => ledger.begin(request, alongside);
      return method === 'begin' && left > 0 ? fail(work) : work();
    },
    finish: (request, alongside) => {
      const work = () => ledger.finish(request, alongside);
      return method === 'finish' && left > 0 ? fail(work) : work();
    },
  };
}

describe.each(KINDS)('A1: no call before its intent is durable (%s)', (kind) => {
  test('when the connector is called, another process finds its intent and its claim', async () => {
    const { ledger, again } = await stores[kind]();
    let found: unknown = null;
    const { result } = await act(ledger, {
      async perform(input, call) {
        const view = await again();
        found = { entries: await entriesOf(view), claim: await view.lookup(KEY) };
        return done(input, call);
      },
    });
    expect(result).toEqual({ kind: 'done', output: { removed: ['f1'] }, attempts: 1 });
    expect(found).toMatchObject({
      entries: [
        { event: 'task_started' },
        {
          event: 'connector_intent',
          details: {
            attempt: 1,
            card: null,
            inputs: callFor().inputsDigest,
            rules: ['sample.allow'],
            targets: 2,
            type: 'RemoveFilters',
          },
        },
      ],
      claim: { state: 'calling', owner: owner(RUN), fence: 1 },
    });
    expect(await eventsIn(ledger)).toEqual(['task_started', 'connector_intent', 'connector_called']);
    expect(await ledger.lookup(KEY)).toMatchObject({ state: 'done', output: { removed: ['f1'] } });
  });

  test('a store that cannot be reached means no call, and the activity is tried again', async () => {
    const { ledger } = await stores[kind]();
    const { error, calls } = await act(failing(ledger, 'begin', 1));
    expect(error).toMatchObject({ code: 'store_unavailable' });
    expect([calls, await eventsIn(ledger)]).toEqual([[], []]);
  });

  test('an intent that was stored but not acknowledged is an interrupted attempt, not a call', async () => {
    const { ledger } = await stores[kind]();
    const broken = failing(ledger, 'begin', 1, 'store_unavailable', true);
    const once = callFor(question({ repeat: 'none' }));
    expect((await act(broken, {}, once)).calls).toEqual([]);
    const { result, calls } = await act(broken, {}, once);
    expect([result?.kind, calls]).toEqual(['indeterminate', []]);
  });

  test('after the effect the result is written, however often the store fails, and the call is made once', async () => {
    const { ledger } = await stores[kind]();
    const { result, calls } = await act(failing(ledger, 'finish', 3));
    expect([result?.kind, calls.length]).toEqual(['done', 1]);
    expect(await eventsIn(ledger)).toEqual(['task_started', 'connector_intent', 'connector_called']);
  });

  test('a result that was stored but not acknowledged is stored once', async () => {
    const { ledger } = await stores[kind]();
    const { result } = await act(failing(ledger, 'finish', 1, 'store_unavailable', true));
    expect(result?.kind).toBe('done');
    expect(await eventsIn(ledger)).toEqual(['task_started', 'connector_intent', 'connector_called']);
  });

  test('a store that cannot be trusted is not tried again', async () => {
    const { ledger } = await stores[kind]();
    const { error, calls } = await act(failing(ledger, 'finish', 1, 'store_untrusted'));
    expect([calls.length, error]).toMatchObject([1, { code: 'store_untrusted' }]);
  });

  test('the word of an attempt that was overtaken counts no more', async () => {
    const { ledger } = await stores[kind]();
    const { result, error } = await act(ledger, {
      async perform(input, call) {
        const inputsOf = callFor().inputsDigest;
        const settled = { key: KEY, owner: owner(RUN), inputsDigest: inputsOf, now: START };
        await ledger.settle({ ...settled, result: 'done', output: { removed: ['by hand'] } });
        return done(input, call);
      },
    });
    expect([result, String(error)]).toEqual([null, 'Error: a later attempt of clean has taken over']);
    expect(await ledger.lookup(KEY)).toMatchObject({ output: { removed: ['by hand'] } });
    // The call was made, so the record tells of it; what it gave is nobody's.
    expect(await eventsIn(ledger)).toEqual(['task_started', 'connector_intent', 'connector_called']);
    const retried = await act(ledger);
    expect([retried.result, retried.calls]).toEqual([
      { kind: 'done', output: { removed: ['by hand'] }, attempts: 1 },
      [],
    ]);
  });
});

describe.each(KINDS)('A2: what nobody knows the end of is repeated only where that is safe (%s)', (kind) => {
  test.each(['natural', 'marker'] as const)('a repeat declared %s is made, and counted', async (repeat) => {
    const { ledger } = await stores[kind]();
    await beginAs(ledger, RUN);
    const { result, calls } = await act(ledger, {}, callFor(question({ repeat })));
    expect(result).toEqual({ kind: 'done', output: { removed: ['f1'] }, attempts: 2 });
    expect(calls.map(({ attempt }) => attempt)).toEqual([2]);
    expect(await eventsIn(ledger)).toEqual(['task_started', 'connector_intent', 'connector_called']);
  });

  test('where a repeat could do harm none is made: a person must settle it, now and on every retry', async () => {
    const { ledger } = await stores[kind]();
    await beginAs(ledger, RUN);
    const once = callFor(question({ repeat: 'none' }));
    for (const retry of [1, 2]) {
      const { result, calls } = await act(ledger, {}, once);
      expect([retry, result?.kind, calls]).toEqual([retry, 'indeterminate', []]);
      expect(result).toMatchObject({ fault: { code: 'interrupted' } });
    }
    expect(await ledger.lookup(KEY)).toMatchObject({ state: 'indeterminate', owner: owner(RUN) });
    const entries = await entriesOf(ledger);
    expect(entries.map(({ event }) => event)).toEqual(['task_started', 'connector_error']);
    expect(entries[1]?.details).toMatchObject({ result: 'indeterminate', note: 'not repeated' });
  });

  test('what this task did is answered, not done again, when only the reply was lost', async () => {
    const { ledger } = await stores[kind]();
    await act(ledger);
    const { result, calls } = await act(ledger);
    expect(result).toEqual({ kind: 'done', output: { removed: ['f1'] }, attempts: 1 });
    expect(calls).toEqual([]);
  });

  test('what another run did under the same key is done already', async () => {
    const { ledger } = await stores[kind]();
    await act(ledger, {}, callFor(), OTHER_RUN);
    const { result, calls } = await act(ledger);
    expect([result, calls]).toEqual([{ kind: 'already_done', output: { removed: ['f1'] } }, []]);
  });

  test('a key that another run is calling under is waited for', async () => {
    const { ledger } = await stores[kind]();
    await beginAs(ledger, OTHER_RUN);
    const { error, calls } = await act(ledger);
    expect(error).toMatchObject({ name: 'TryAgain', code: 'KeyHeld', afterMs: 2000 });
    expect(calls).toEqual([]);
    expect(await eventsIn(ledger)).toEqual(['task_started']);
  });

  test.each([['is calling'], ['will try again']])(
    'a key whose holder %s and has gone silent is waited for only as long as a call and any pause may last',
    async (holder) => {
      const { ledger } = await stores[kind]();
      const fence = await beginAs(ledger, OTHER_RUN);
      if (holder === 'will try again') await ledger.finish({ key: KEY, fence, result: 'retry', now: START });
      const call = callFor(question(), { timeoutMs: 60_000 });
      const limit = START + 60_000 + 15 * 60_000;
      const last = await act(ledger, { now: () => limit }, call);
      expect([last.result, last.error]).toMatchObject([null, { name: 'TryAgain', code: 'KeyHeld' }]);
      const over = await act(ledger, { now: () => limit + 1 }, call);
      expect([over.result, over.error]).toMatchObject([
        { kind: 'failed', fault: { code: 'key_unsettled' }, attempts: 0 },
        null,
      ]);
      const { message } = over.result?.kind === 'failed' ? over.result.fault : { message: '' };
      expect(message).toContain(`task clean of ${OTHER_RUN.workflowId} holds this key`);
      expect(message).toContain('silent');
      expect([...last.calls, ...over.calls]).toEqual([]);
      // Whoever fell silent may have acted: the key stays theirs until a person has looked.
      expect(await ledger.lookup(KEY)).toMatchObject({ owner: owner(OTHER_RUN), updatedAt: START });
    },
  );

  test('a holder that gives another sign is waited for anew', async () => {
    const { ledger } = await stores[kind]();
    const fence = await beginAs(ledger, OTHER_RUN);
    const much = START + 3_600_000;
    await ledger.finish({ key: KEY, fence, result: 'retry', now: much });
    const { error } = await act(ledger, { now: () => much + 1 });
    expect(error).toMatchObject({ name: 'TryAgain', code: 'KeyHeld' });
  });

  test('a key under which another run’s call has an open fate is not waited for', async () => {
    const { ledger } = await stores[kind]();
    const fence = await beginAs(ledger, OTHER_RUN);
    await ledger.finish({ key: KEY, fence, result: 'indeterminate', now: START });
    const { result, calls } = await act(ledger);
    expect(result).toMatchObject({ kind: 'failed', fault: { code: 'key_unsettled' }, attempts: 0 });
    expect(calls).toEqual([]);
  });

  test('a key in use with other inputs is a conflict', async () => {
    const { ledger } = await stores[kind]();
    await beginAs(ledger, OTHER_RUN, 'f'.repeat(64));
    const { result, calls } = await act(ledger);
    expect([result, calls]).toMatchObject([{ kind: 'failed', fault: { code: 'key_conflict' } }, []]);
  });

  test('a step that was left to a person is told again word for word, and not begun again', async () => {
    const { ledger } = await stores[kind]();
    const perform: Given['perform'] = async () => ({
      kind: 'action_required',
      instructions: 'enrol',
      onceDone: { removed: [] },
    });
    const first = await act(ledger, { perform });
    const second = await act(ledger, { perform });
    expect(first.result).toEqual({
      kind: 'action_required',
      instructions: 'enrol',
      onceDone: { removed: [] },
      attempts: 1,
    });
    expect(second.result).toEqual(first.result);
    expect(second.calls).toEqual([]);
  });
});

describe.each(KINDS)('A3: what runs is what the approved card says (%s)', (kind) => {
  test('a call that its card describes is made', async () => {
    const { ledger } = await stores[kind]();
    const card = await putCard(ledger);
    const { result } = await act(ledger, {}, callFor(question(), { card }));
    expect(result?.kind).toBe('done');
    expect((await entriesOf(ledger))[1]?.details).toMatchObject({ card });
  });

  test.each([
    ['another task', { task: 'other' }],
    ['another type', { type: 'DeleteUser' }],
    ['another connector', { connector: 'directory' }],
    ['other inputs', { inputs: { user: 'alice', ids: ['f1', 'f2'] } }],
    ['other targets', { targets: ['alice'] }],
    ['the same targets in another order', { targets: ['mail', 'alice'] }],
  ])('a card for %s is no consent', async (_, given) => {
    const { ledger } = await stores[kind]();
    const card = await putCard(ledger, given);
    const { result, calls } = await act(ledger, {}, callFor(question(), { card }));
    expect(result).toMatchObject({ kind: 'failed', fault: { code: 'card_mismatch' } });
    expect([calls, await ledger.lookup(KEY)]).toEqual([[], null]);
    expect(await eventsIn(ledger)).toEqual(['task_started']);
  });

  test('a card that is not in the store is no consent', async () => {
    const { ledger } = await stores[kind]();
    const { result, calls } = await act(ledger, {}, callFor(question(), { card: 'e'.repeat(64) }));
    expect([result, calls]).toMatchObject([{ fault: { code: 'card_mismatch' } }, []]);
  });

  test('inputs that are not those that were judged are refused', async () => {
    const { ledger } = await stores[kind]();
    const judged = inputsDigest('RemoveFilters', 'mail', { user: 'bob', ids: [] });
    const { result, calls } = await act(ledger, {}, callFor(question(), { inputsDigest: judged }));
    expect([result, calls]).toMatchObject([{ fault: { code: 'inputs_changed' } }, []]);
  });

  test.each([
    ['a connector', { connector: 'directory' }],
    ['an action', { type: 'DeleteUser' }],
    ['an action named like a built-in', { type: 'constructor' }],
  ])('%s that this worker does not have is said so, and what was noted is kept', async (_, given) => {
    const { ledger } = await stores[kind]();
    const { result, calls } = await act(ledger, {}, callFor(question(given)));
    expect([result, calls]).toMatchObject([{ kind: 'failed', fault: { code: 'no_connector' } }, []]);
    expect(await eventsIn(ledger)).toEqual(['task_started']);
  });
});

describe.each(KINDS)('the name of a call, as its connector knows it (%s)', (kind) => {
  const tired = async () =>
    ({ kind: 'try_again', because: 'unavailable', fault: { code: 'busy', message: 'later' } }) as const;
  const refuses = async () => ({ kind: 'refused', fault: { code: 'no', message: 'no' } }) as const;
  const other = { ...OTHER_RUN, caseId: RUN.caseId };

  test('is the same on every attempt, also on one after a worker that died', async () => {
    const { ledger } = await stores[kind]();
    const first = await act(ledger, { perform: tired });
    await beginAs(ledger, RUN);
    const last = await act(ledger);
    expect(last.result).toMatchObject({ kind: 'done', attempts: 3 });
    expect(last.calls[0]?.key).toBe(first.calls[0]?.key);
  });

  test('is another one once the key was free: what an earlier call left behind is not taken for its own', async () => {
    const { ledger } = await stores[kind]();
    const refused = await act(ledger, { perform: refuses });
    const tries = [
      await act(ledger, { perform: tired }, callFor(), other),
      await act(ledger, {}, callFor(), other),
    ];
    expect(tries[1]?.result).toMatchObject({ kind: 'done', attempts: 2 });
    const [key, ...again] = tries.map(({ calls }) => calls[0]?.key);
    expect(again).toEqual([key]);
    expect(key).not.toBe(refused.calls[0]?.key);
  });
});
